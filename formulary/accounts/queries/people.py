"""People, their accounts, roles, one-time links and signatures."""

from collections.abc import Iterable
from datetime import datetime

from formulary.accounts.models import OneTimeLink, Person, Signature, Site, StaffRole, User
from formulary.accounts.permissions import ALLOWED, Actor, Permission, Role
from formulary.db import Missing, db


def user(user_id: int, *, locked: bool = False) -> User:
    """An account by its number; `locked` keeps others from changing it until the act ends."""
    lock = {"of": User} if locked else None
    found = db.session.get(User, user_id, with_for_update=lock)
    if found is None:
        raise Missing(f"No account {user_id}")
    return found


def user_named(username: str) -> User | None:
    """An account by its name, as sign-in asks: None where there is none."""
    found: User | None = db.session.scalar(db.select(User).filter_by(username=username.strip().lower()))
    return found


def people() -> list[User]:
    """Every account, by the person's name."""
    return list(db.session.scalars(db.select(User).join(User.person).order_by(Person.name, User.id)))


def person_names(ids: Iterable[int | None]) -> dict[int, str]:
    """The names of persons, in one query."""
    wanted = {number for number in ids if number is not None}
    query = db.select(Person.id, Person.name).where(Person.id.in_(wanted))
    return {number: name for number, name in db.session.execute(query)} if wanted else {}


def roles_of(user_id: int) -> dict[int, frozenset[Role]]:
    """The roles of an account, by site."""
    found: dict[int, set[Role]] = {}
    for row in db.session.scalars(db.select(StaffRole).filter_by(user_id=user_id)):
        found.setdefault(row.site_id, set()).add(Role(row.role))
    return {site_id: frozenset(roles) for site_id, roles in found.items()}


def roles_of_all() -> dict[int, dict[int, list[Role]]]:
    """The roles of every account, by account and site."""
    found: dict[int, dict[int, list[Role]]] = {}
    for row in db.session.scalars(db.select(StaffRole).order_by(StaffRole.role)):
        found.setdefault(row.user_id, {}).setdefault(row.site_id, []).append(Role(row.role))
    return found


def sites_of(user_id: int) -> list[Site]:
    """The sites at which an account has a role, by name."""
    theirs = db.select(StaffRole.site_id).filter_by(user_id=user_id)
    return list(db.session.scalars(db.select(Site).where(Site.id.in_(theirs)).order_by(Site.name)))


def actor_of(user_id: int, site_id: int) -> Actor:
    """Who acts when this account works at this site; Missing without an open account and a role there."""
    found = user(user_id)
    roles = roles_of(user_id).get(site_id, frozenset())
    if not (found.is_active and roles):
        raise Missing(f"Account {user_id} has no role at site {site_id}")
    return Actor(found.person_id, found.id, found.username, found.person.name, site_id, roles)


def actor(username: str, site_id: int | None = None) -> Actor:
    """Who acts under this name, at this site or at the first of theirs: for the terminal and the seed."""
    found = user_named(username)
    theirs = sites_of(found.id) if found else []
    if found is None or not theirs:
        raise Missing(f"No account {username} with a role")
    return actor_of(found.id, site_id or theirs[0].id)


def staff_who_may(permission: Permission, site_id: int, but_not: int | None = None) -> list[str]:
    """The names of who may do this at the site, without one person: "Claire Morel" for "… may verify it"."""
    query = (
        db.select(Person.name)
        .join(User, User.person_id == Person.id)
        .join(StaffRole, StaffRole.user_id == User.id)
        .where(StaffRole.site_id == site_id, StaffRole.role.in_(ALLOWED[permission]), User.is_active)
    )
    return list(db.session.scalars(query.where(Person.id != but_not).distinct().order_by(Person.name)))


def persons_who_may(permission: Permission, site_id: int) -> list[tuple[int, str]]:
    """Who may do this at the site, as (person, name), by name."""
    query = (
        db.select(Person.id, Person.name)
        .join(User, User.person_id == Person.id)
        .join(StaffRole, StaffRole.user_id == User.id)
        .where(StaffRole.site_id == site_id, StaffRole.role.in_(ALLOWED[permission]), User.is_active)
    )
    return [(number, name) for number, name in db.session.execute(query.distinct().order_by(Person.name))]


def users_with_role(role: Role) -> list[User]:
    """Open accounts that have this role at some site."""
    having = db.select(StaffRole.user_id).filter_by(role=role.value)
    return list(db.session.scalars(db.select(User).where(User.id.in_(having), User.is_active)))


def demo_users() -> list[User]:
    """Open accounts with a role at a site of the demo."""
    there = db.select(StaffRole.user_id).join(Site, Site.id == StaffRole.site_id).where(Site.is_demo)
    return list(
        db.session.scalars(db.select(User).where(User.id.in_(there), User.is_active).order_by(User.id))
    )


def user_of_link(token_hash: str, at: datetime) -> tuple[OneTimeLink, User]:
    """The one-time link and its account, while it may be used; Missing afterwards."""
    query = db.select(OneTimeLink).filter_by(token_hash=token_hash, used_at=None)
    link = db.session.scalar(query.where(OneTimeLink.expires_at > at))
    if link is None or not user(link.user_id).is_active:
        raise Missing("No such link, or it was used, or it is too old")
    return link, user(link.user_id)


def signatures_on(object_kind: str, object_id: int) -> list[Signature]:
    """Every signature on one row, in the order they were given."""
    query = db.select(Signature).filter_by(object_kind=object_kind, object_id=object_id)
    return list(db.session.scalars(query.order_by(Signature.id)))
