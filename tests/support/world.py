"""What stands in every test database: the cast of two sites, and the noise."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property

from flask import Flask
from flask_migrate import upgrade

from formulary import clock
from formulary.accounts import Actor, Role
from formulary.accounts.models import Site, StaffRole, User
from formulary.app import create_app
from formulary.config import Settings
from formulary.db import db, transaction
from tests.support.builders import a_person, a_site, a_user, an_organisation
from tests.support.builders.accounts import PASSWORD
from tests.support.builders.base import NUMBERS
from tests.support.noise import make_noise
from tests.support.watch import NOON

__all__ = ["PASSWORD", "Cast", "fill", "settings_for"]

FILLED = 1000
"""Below this the builders count what every database holds, and the catalogue its GTINs."""
SITE, OTHER_SITE = "Les Tilleuls, Paris", "Les Tilleuls, Lyon"
STAFF = {
    "admin": ("Alix Bernard", "administrator"),
    "pharmacist": ("Claire Morel", "pharmacist"),
    "pharmacist2": ("Hugo Petit", "pharmacist"),
    "technician": ("Tom Girard", "technician"),
    "practitioner": ("Manon Roux", "practitioner"),
    "practitioner2": ("Noah Blanc", "practitioner"),
    "recall": ("Rose Fournier", "recall_officer"),
    "auditor": ("Ugo Lambert", "auditor"),
}
STAFF_ELSEWHERE = {"practitioner3": ("Lea Garnier", "practitioner")}


class Cast:
    """The sites and people of every test database, as rows of the present session."""

    @cached_property
    def site(self) -> Site:
        """The site where nearly everything happens: Paris, decimal point."""
        return db.session.scalars(db.select(Site).filter_by(name=SITE)).one()

    @cached_property
    def other_site(self) -> Site:
        """The other site of the organisation, where the noise lives: decimal comma."""
        return db.session.scalars(db.select(Site).filter_by(name=OTHER_SITE)).one()

    def user(self, username: str) -> User:
        """An account by its name."""
        return db.session.scalars(db.select(User).filter_by(username=username)).one()

    def actor(self, username: str) -> Actor:
        """Who acts, as a view would hand it to an action."""
        user = self.user(username)
        roles = db.session.scalars(db.select(StaffRole).filter_by(user_id=user.id)).all()
        return Actor(
            person_id=user.person_id,
            user_id=user.id,
            username=username,
            name=user.person.name,
            site_id=roles[0].site_id,
            roles=frozenset(Role(r.role) for r in roles),
        )


def settings_for(url: str) -> Settings:
    """Settings of a test app on this database: no demo, keys of its own."""
    return Settings(database_url=url, secret_key="s" * 40, ledger_key="l" * 40)


@contextmanager
def upgraded(url: str) -> Iterator[Flask]:
    """An app on a new database brought up to date, inside its context; its connections are closed after."""
    app = create_app(settings_for(url))
    with app.app_context():
        upgrade()
        yield app
        db.session.remove()
        db.engine.dispose()


def fill(url: str) -> None:
    """Bring a new database up to date and put the cast and the noise into it."""
    NUMBERS.last = 0
    with upgraded(url), clock.frozen(NOON), transaction():
        make_cast()
        make_noise(Cast().other_site)
    assert NUMBERS.last < FILLED


def make_cast() -> None:
    """Two sites and a person of every role."""
    an_organisation()
    site, elsewhere = a_site(name=SITE), a_site(name=OTHER_SITE, decimal_mark=",")
    for where, staff in ((site, STAFF), (elsewhere, STAFF_ELSEWHERE)):
        for username, (name, role) in staff.items():
            a_user(username, role, site=where, person=a_person(name))
