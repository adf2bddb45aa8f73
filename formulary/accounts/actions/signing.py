"""Signatures: who signed what, meaning what, bound to the hash of what was shown."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from formulary.accounts import queries
from formulary.accounts.actions import passwords
from formulary.accounts.models import Signature, User
from formulary.accounts.permissions import Actor
from formulary.db import db
from formulary.rules.findings import Refused, refuse


@dataclass(frozen=True)
class Proven:
    """An account whose secret was just right, and the hash that proved it: it may change meanwhile."""

    user_id: int
    username: str
    name: str
    password_hash: str


def account_of(username: str, secret: str) -> Proven:
    """The open account whose secret this is; the refusal is the same, and as slow, whatever was wrong."""
    found = queries.user_named(username)
    is_right = passwords.matches(found.password_hash if found else "", secret)
    if found is None or not (is_right and found.is_active):
        raise wrong_secret()
    return Proven(found.id, found.username, found.person.name, found.password_hash)


def still(proven: Proven) -> User:
    """The account as it is now, locked until the act ends; refused where it was closed or changed."""
    user = queries.user(proven.user_id, locked=True)
    if user.password_hash != proven.password_hash or not user.is_active:
        raise wrong_secret()
    return user


def wrong_secret() -> Refused:
    """The answer to a wrong name, a wrong password and a closed account alike."""
    return refuse(
        "sign_in.refused",
        "sign-in",
        "The name and the password do not belong together, or the account is closed.",
        "Type both again, or ask an administrator for a new link.",
    )


def sign(
    by: Actor,
    *,
    meaning: str,
    subject: Any,
    signed_hash: str,
    at: datetime,
    self_checked: bool = False,
    shown: Any = None,
) -> Signature:
    """One signature of a person whose secret was just checked, on a row that has its number.

    `shown` is what the person had before them, in words, where the row signed does not keep it itself.
    """
    signature = Signature(
        person_id=by.person_id,
        person_name=by.name,
        meaning=meaning,
        at=at,
        object_kind=subject.__tablename__,
        object_id=subject.id,
        signed_hash=signed_hash,
        self_checked=self_checked,
        shown=shown,
    )
    db.session.add(signature)
    db.session.flush()
    return signature
