"""A clinic for the bench: the project's catalogue, one site with its policies, staff who can sign in."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from importlib import import_module

from flask import Flask
from flask_migrate import upgrade

from formulary import clock, config
from formulary.accounts import Actor, Operator, Role
from formulary.accounts import actions as accounts
from formulary.accounts import queries as accounts_queries
from formulary.bench.history import Wanted, generate
from formulary.db import db, transaction
from formulary.seed.catalogue import load_catalogue
from formulary.seed.shelf import read_shelf

BY = Operator("formulary bench")
PASSWORD = "a long sentence of the bench"  # noqa: S105 - of a database that lives for minutes
KEY = "formulary-bench-of-a-temporary-database"
STAFF = {
    "pharmacist": Role.PHARMACIST,
    "technician": Role.TECHNICIAN,
    "practitioner": Role.PRACTITIONER,
    "practitioner2": Role.PRACTITIONER,
    "recall": Role.RECALL_OFFICER,
}
ENTITLED = {"authority": "bench", "valid_from": date(2020, 1, 1), "valid_to": date(2099, 12, 31)}
POLICIES = {
    "preparation_limit": {
        "name": "Category 1, ISO 5 device",
        "room_h": "12",
        "fridge_h": "24",
        "limits_products": False,
    },
    "patch_test": {"required": True, "bound_to_lot": False, "valid_days": "730"},
    "consent": {"procedure": "mesotherapy", "version": "1"},
    "allergy_asked_within_days": "730",
    "weighed_within_days": "730",
    "conditions_asked_within_days": "730",
    "tolerances": {"dose": "0.05", "volume": "0.05", "smallest_fill": "0.2"},
    "first_receipt_quarantine": {"required": False},
}


@dataclass(frozen=True)
class Clinic:
    """An app on a database of the bench, inside its context."""

    app: Flask
    url: str

    def actor(self, username: str) -> Actor:
        """Somebody of the staff."""
        return accounts_queries.actor(username)

    def tell(self, wanted: Wanted) -> None:
        """Write a history into it."""
        for _ in generate(wanted, at=clock.now(), by=BY):
            pass
        db.session.remove()


def found(url: str, *, with_catalogue: bool = True) -> None:
    """Found the clinic in an empty database."""
    with open_clinic(url):
        upgrade()
        _found(with_catalogue)


@contextmanager
def open_clinic(url: str) -> Iterator[Clinic]:
    """Stand in the app of a clinic; its connections are closed at the end."""
    settings = config.Settings(database_url=url, secret_key=KEY, ledger_key=KEY)
    # The app stands above the bench, so it is known by name alone.
    app: Flask = import_module("formulary.app").create_app(settings)
    with app.app_context():
        try:
            yield Clinic(app, url)
        finally:
            db.session.remove()
            db.engine.dispose()


def _found(with_catalogue: bool) -> None:
    at = clock.now()
    with transaction():
        accounts.found_organisation("Bench", at=at, by=BY)
        site = accounts.add_site(name="Bench", zone="Europe/Paris", at=at, by=BY, is_demo=True)
        for kind, value in POLICIES.items():
            told = {"edition": "bench", "source": "bench", "valid_from": at.date().replace(year=2020)}
            accounts.set_policy(site.id, kind, value, **told, at=at, by=BY)
        if with_catalogue:
            load_catalogue(read_shelf(config.seed_folder()), at=at)
        for username, role in STAFF.items():
            name = f"Bench {username}"
            roles = {site.id: [role]}
            user = accounts.add_user(
                username=username, name=name, roles=roles, at=at, by=BY, password=PASSWORD
            )
            for kind in ("prescribe", "prepare", "inject"):
                accounts.record_credential(user.person_id, kind=kind, **ENTITLED, at=at, by=BY)
