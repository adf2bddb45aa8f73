"""Organisation, sites, people and their accounts."""

from datetime import date
from functools import cache
from typing import Any

from argon2 import PasswordHasher

from formulary import clock
from formulary.accounts.models import Organisation, Person, Policy, Site, StaffRole, User
from formulary.db import db
from tests.support.builders.base import fresh, saved

PASSWORD = "a-long-test-password"


@cache
def password_hash() -> str:
    """The hash of PASSWORD with the cheapest figures that are allowed, made once."""
    return PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1).hash(PASSWORD)


def an_organisation(**columns: Any) -> Organisation:
    """The organisation of this database, made when there is none."""
    return db.session.scalar(db.select(Organisation)) or saved(
        Organisation(**{"name": "Les Tilleuls"} | columns)
    )


def a_site(**columns: Any) -> Site:
    """A clinic in Paris that writes a decimal point and has another person verify and release."""
    defaults = {"name": fresh("Site"), "zone": "Europe/Paris", "organisation_id": an_organisation().id}
    return saved(Site(**defaults | columns))


def a_person(name: str = "", **columns: Any) -> Person:
    """A human being of the organisation."""
    return saved(
        Person(**{"name": name or fresh("Person"), "organisation_id": an_organisation().id} | columns)
    )


def a_user(
    username: str = "", *roles: str, site: Site | None = None, person: Person | None = None, **columns: Any
) -> User:
    """An account with these roles at the site; its password is PASSWORD."""
    who = person or a_person()
    defaults = {
        "username": username or fresh("user").replace(" ", ""),
        "person_id": who.id,
        "password_hash": password_hash(),
        "created_at": clock.now(),
        "rights_changed_at": clock.now(),
    }
    user = saved(User(**defaults | columns))
    at_site = site or a_site() if roles else None
    for role in roles:
        saved(StaffRole(user_id=user.id, site_id=at_site.id, role=role))  # type: ignore[union-attr]
    return user


def a_policy(site: Site, kind: str, value: Any, **columns: Any) -> Policy:
    """What a site has decided, in force since 2020."""
    defaults = {
        "site_id": site.id,
        "kind": kind,
        "value": value,
        "edition": "test",
        "valid_from": date(2020, 1, 1),
    }
    return saved(Policy(**defaults | columns))
