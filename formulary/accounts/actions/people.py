"""People and their accounts: made, given roles, closed, opened again."""

import re
from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy.orm.attributes import flag_modified

from formulary import audit
from formulary.accounts import queries
from formulary.accounts.actions import passwords
from formulary.accounts.actions.sessions import end_sessions
from formulary.accounts.models import Person, StaffRole, User
from formulary.accounts.permissions import Actor, Operator, Role
from formulary.db import db, expect_version, once
from formulary.rules.findings import Finding, Level, Refused, refuse

USERNAME = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,58}[a-z0-9])?")
By = Actor | Operator


@once
def add_user(
    *,
    username: str,
    name: str,
    roles: Mapping[int, Collection[Role]],
    at: datetime,
    by: By,
    password: str | None = None,
) -> User:
    """A new person with an account; without a password it waits for a one-time link."""
    wanted = _free(username)
    if password is not None:
        passwords.check_password(password, wanted, name, queries.organisation_name())
    person = Person(organisation_id=queries.organisation().id, name=name)
    db.session.add(person)
    db.session.flush()
    user = User(
        person_id=person.id,
        person=person,
        username=wanted,
        password_hash=passwords.hashed(password) if password else "",
        created_at=at,
        rights_changed_at=at,
    )
    db.session.add(user)
    db.session.flush()
    for site_id, held in roles.items():
        _give(user, site_id, held)
    audit.record("accounts.add_user", user, by=by, at=at, new={"username": wanted, "roles": _words(user.id)})
    return user


@once
def change_roles(
    user: User, site_id: int, roles: Collection[Role], *, at: datetime, by: By, version: int | None = None
) -> User:
    """Give an account exactly these roles at a site; its sessions end, so that nothing old goes on."""
    expect_version(user, version)
    before = _words(user.id)
    keeps = {row.role: row for row in _rows(user.id, site_id)}
    dropped = keeps.keys() - {role.value for role in roles}
    for role in dropped:
        db.session.delete(keeps[role])
    _give(user, site_id, [role for role in roles if role.value not in keeps])
    if Role.ADMINISTRATOR in dropped:
        _needs_administrator()
    _rights_changed(user, at)
    audit.record(
        "accounts.change_roles", user, by=by, at=at, old={"roles": before}, new={"roles": _words(user.id)}
    )
    return user


@once
def close_account(user: User, *, reason: str, at: datetime, by: By, version: int | None = None) -> User:
    """Nobody signs in to it any more; what its person did stays as it is."""
    expect_version(user, version)
    user.is_active = False
    db.session.flush()
    if any(Role.ADMINISTRATOR in held for held in queries.roles_of(user.id).values()):
        _needs_administrator()
    _rights_changed(user, at)
    audit.record("accounts.close_account", user, by=by, at=at, reason=reason)
    return user


@once
def open_account(user: User, *, reason: str, at: datetime, by: By, version: int | None = None) -> User:
    """Let its person sign in again, with a new one-time link."""
    expect_version(user, version)
    user.is_active, user.password_hash = True, ""
    _rights_changed(user, at)
    audit.record("accounts.open_account", user, by=by, at=at, reason=reason)
    return user


@once
def rename(user: User, name: str, *, at: datetime, by: By, version: int | None = None) -> User:
    """Change how a person is called; what they signed keeps the name of then."""
    expect_version(user, version)
    before, user.person.name = user.person.name, name
    flag_modified(user, "person_id")  # so that whoever opened the form before is told
    audit.record("accounts.rename", user, by=by, at=at, old={"name": before}, new={"name": name})
    return user


def change_password(user: User, password: str, *, at: datetime, by: By) -> User:
    """Store another password; every session of the account ends."""
    set_password(user, password, at=at)
    audit.record("accounts.change_password", user, by=by, at=at)
    return user


def set_password(user: User, password: str, *, at: datetime) -> None:
    """Part of an act with its own entry: check, hash, and end every session."""
    site_names = [site.name for site in queries.sites()]
    passwords.check_password(
        password, user.username, user.person.name, queries.organisation_name(), *site_names
    )
    queries.user(user.id, locked=True).password_hash = passwords.hashed(password)
    end_sessions(user.id, at=at)


def _free(username: str) -> str:
    wanted = username.strip().lower()
    if not USERNAME.fullmatch(wanted):
        reason = f"“{wanted}” cannot be a name to sign in with."
        raise _at("username", "user.bad_name", reason, "Take letters a to z, digits, dots and dashes.")
    if queries.user_named(wanted):
        raise _at("username", "user.name_taken", f"“{wanted}” is taken.", "Add something to tell them apart.")
    return wanted


def _give(user: User, site_id: int, roles: Collection[Role]) -> None:
    queries.site(site_id)
    db.session.add_all([StaffRole(user_id=user.id, site_id=site_id, role=role.value) for role in roles])
    db.session.flush()


def _rows(user_id: int, site_id: int) -> list[StaffRole]:
    return list(db.session.scalars(db.select(StaffRole).filter_by(user_id=user_id, site_id=site_id)))


def _words(user_id: int) -> dict[str, list[str]]:
    return {queries.site(place).name: sorted(held) for place, held in queries.roles_of(user_id).items()}


def _rights_changed(user: User, at: datetime) -> None:
    user.rights_changed_at = at
    end_sessions(user.id, at=at)


def _needs_administrator() -> None:
    if not queries.users_with_role(Role.ADMINISTRATOR):
        reason = "Nobody would be left who may manage people and sites."
        raise refuse("user.last_administrator", "administrator", reason, "Make somebody else one first.")


def _at(field: str, code: str, reason: str, remedy: str) -> Refused:
    return Refused(Finding(code, field, reason, remedy, level=Level.BLOCK, field=field))


def set_demo_password(password: str, *, at: datetime, by: By) -> list[User]:
    """Give everybody of the demo sites this password; whoever has it already keeps the open sessions."""
    users = queries.demo_users()
    others = [user for user in users if not passwords.matches(user.password_hash, password)]
    for user in others:
        set_password(user, password, at=at)
    if others:
        names = [user.username for user in others]
        audit.record(
            "accounts.set_demo_password", queries.organisation(), by=by, at=at, new={"accounts": names}
        )
    return users
