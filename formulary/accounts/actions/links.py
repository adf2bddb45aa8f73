"""One-time links, for an invitation or a new password: random, stored hashed, used once within 24 hours."""

import secrets
from datetime import datetime, timedelta

from formulary import audit
from formulary.accounts import queries
from formulary.accounts.actions.people import By, set_password
from formulary.accounts.actions.sessions import token_hash
from formulary.accounts.models import OneTimeLink, User
from formulary.accounts.permissions import Operator
from formulary.db import Missing, db

LASTS = timedelta(hours=24)


def make_link(user: User, *, at: datetime, by: By) -> str:
    """The token of a new link, shown once; links made before it lead nowhere."""
    _end_links(user.id, at)
    token = secrets.token_urlsafe(32)
    link = OneTimeLink(token_hash=token_hash(token), user_id=user.id, created_at=at, expires_at=at + LASTS)
    db.session.add(link)
    db.session.flush()
    audit.record("accounts.make_link", user, by=by, at=at, new={"link": link.id})
    return token


def use_link(token: str, password: str, *, at: datetime) -> User:
    """Set the password of the link's account; a link works once, also for two at the same moment."""
    link, user = queries.user_of_link(token_hash(token), at)
    unused = db.update(OneTimeLink).where(OneTimeLink.id == link.id, OneTimeLink.used_at.is_(None))
    if db.session.scalar(unused.values(used_at=at).returning(OneTimeLink.id)) is None:
        raise Missing("The link was used meanwhile")
    set_password(user, password, at=at)
    by = Operator(user.person.name, "one-time link", person_id=user.person_id, user_id=user.id)
    audit.record("accounts.use_link", user, by=by, at=at, new={"link": link.id})
    return user


def _end_links(user_id: int, at: datetime) -> None:
    theirs = db.update(OneTimeLink).where(OneTimeLink.user_id == user_id, OneTimeLink.used_at.is_(None))
    db.session.execute(theirs.values(used_at=at))
