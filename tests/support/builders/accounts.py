"""Organisation, sites, people and their accounts."""

from datetime import date, timedelta
from functools import cache
from typing import Any

from argon2 import PasswordHasher

from formulary import clock
from formulary.accounts import Actor, Operator, Role, queries
from formulary.accounts.actions import add_site
from formulary.accounts.models import Credential, Organisation, Person, Policy, Site, StaffRole, User
from formulary.db import db
from formulary.stock.actions import places
from tests.support.builders.base import act, fresh, saved

PASSWORD = "a-long-test-password"
TESTS = Operator("the tests", "tests")
ENTITLED = {
    "practitioner": ("prescribe", "prepare", "inject"),
    "pharmacist": ("prepare",),
    "technician": ("prepare",),
}
FURNISHED = places.furnish  # importing it is what gives a new site its places


@cache
def password_hash() -> str:
    """The hash of PASSWORD with the cheapest figures that are allowed, made once."""
    return PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1).hash(PASSWORD)


def an_organisation(**columns: Any) -> Organisation:
    """The organisation of this database, made when there is none."""
    return db.session.scalar(db.select(Organisation)) or saved(
        Organisation(**{"name": "Les Tilleuls"} | columns)
    )


@act()
def a_site(name: str = "", **columns: Any) -> Site:
    """A clinic in Paris with its standing places, that writes a decimal point."""
    an_organisation()
    zone = {"zone": "Europe/Paris"}
    return add_site(name=name or fresh("Site"), at=clock.now(), by=TESTS, **zone | columns)


def the_site() -> Site:
    """The first site: where builders put things that are given no site."""
    return db.session.scalars(db.select(Site).order_by(Site.id).limit(1)).one()


def an_actor(site: Site, role: Role) -> Actor:
    """Somebody with this role at the site, made when there is nobody; found once in a session."""
    known: dict[tuple[int, Role], Actor] = db.session.info.setdefault("actors", {})
    if (site.id, role) not in known:
        query = db.select(StaffRole.user_id).filter_by(site_id=site.id, role=role.value)
        found = db.session.scalar(query.order_by(StaffRole.id).limit(1))
        if found is None:
            return queries.actor_of(a_user("", role.value, site=site).id, site.id)
        known[site.id, role] = queries.actor_of(found, site.id)
    return known[site.id, role]


def a_person(name: str = "", **columns: Any) -> Person:
    """A human being of the organisation."""
    return saved(
        Person(**{"name": name or fresh("Person"), "organisation_id": an_organisation().id} | columns)
    )


@act()
def a_user(
    username: str = "", *roles: str, site: Site | None = None, person: Person | None = None, **columns: Any
) -> User:
    """An account with these roles at the site, entitled to what they do; its password is PASSWORD."""
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
    for kind in sorted({kind for role in roles for kind in ENTITLED.get(role, ())}):
        a_credential(who, kind)
    return user


def a_credential(person: Person, kind: str = "prescribe", **columns: Any) -> Credential:
    """What entitles a person to one act, from 2020 to 2035."""
    told = {"authority": "Board", "valid_from": date(2020, 1, 1), "valid_to": date(2035, 12, 31)}
    row = {"person_id": person.id, "kind": kind, "recorded_at": clock.now() - timedelta(days=3650)}
    return saved(Credential(**row | told | columns))


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
