"""Sessions: opened with a new token, moved to another site with another one, ended."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from formulary import audit
from formulary.accounts import queries
from formulary.accounts.actions import passwords
from formulary.accounts.actions.signing import Proven, still
from formulary.accounts.actions.throttle import forget_tries
from formulary.accounts.models import UserSession
from formulary.accounts.permissions import Actor
from formulary.db import db
from formulary.rules.findings import refuse

ABSOLUTE = timedelta(hours=12)


@dataclass(frozen=True)
class Opened:
    """A session just opened: the token that only the browser keeps, and the secret of its forms."""

    token: str
    csrf_id: str
    actor: Actor
    sites: int


def sign_in(proven: Proven, secret: str, *, address: str, agent: str, at: datetime) -> Opened:
    """Open a session for an account whose secret was right, at the site it used last."""
    user = still(proven)
    sites = queries.sites_of(user.id)
    if not sites:
        remedy = "Ask an administrator to give you one."
        raise refuse("sign_in.no_role", user.username, "Your account has no role at any site.", remedy)
    forget_tries(user.username, at=at)
    if passwords.is_outdated(user.password_hash):
        user.password_hash = passwords.hashed(secret)
    last = queries.last_site_of(user.id)
    site_id = last if last in {site.id for site in sites} else sites[0].id
    actor = queries.actor_of(user.id, site_id)
    audit.record("accounts.sign_in", user, by=actor, at=at, new={"address": address})
    return _opened(actor, len(sites), at + ABSOLUTE, address=address, agent=agent, at=at)


def sign_out(session_id: int, *, at: datetime, by: Actor) -> None:
    """End the session, so that a copy of its cookie is dead."""
    row = queries.session(session_id)
    row.ended_at = at
    audit.record("accounts.sign_out", row, by=by, at=at)


def change_site(session_id: int, site_id: int, *, at: datetime, by: Actor) -> Opened:
    """Go on at another site, in a new session that lasts no longer than the old one would have."""
    row, there = queries.session(session_id), queries.actor_of(by.user_id, site_id)
    row.ended_at = at
    audit.record(
        "accounts.change_site", row, by=there, at=at, old={"site": by.site_id}, new={"site": site_id}
    )
    sites = len(queries.sites_of(by.user_id))
    return _opened(there, sites, row.expires_at, address=row.address, agent=row.agent, at=at)


def renew(session_id: int, *, at: datetime, by: Actor) -> Opened:
    """The same session under another token, after its person changed the password."""
    row = queries.session(session_id)
    sites = len(queries.sites_of(by.user_id))
    return _opened(by, sites, row.expires_at, address=row.address, agent=row.agent, at=at)


def end_session(row: UserSession, *, at: datetime, by: Actor) -> UserSession:
    """End one session, one's own or, by an administrator, anybody's."""
    row.ended_at = row.ended_at or at
    audit.record("accounts.end_session", row, by=by, at=at, new={"account": row.user_id})
    return row


def end_sessions(user_id: int, *, at: datetime) -> None:
    """End every session of an account; part of an act that has its own audit entry."""
    theirs = db.update(UserSession).where(UserSession.user_id == user_id, UserSession.ended_at.is_(None))
    db.session.execute(theirs.values(ended_at=at))


def see(session_id: int, *, at: datetime) -> None:
    """Note that the session is in use."""
    newer = db.update(UserSession).where(UserSession.id == session_id, UserSession.last_seen_at < at)
    db.session.execute(newer.values(last_seen_at=at))


def token_hash(token: str) -> str:
    """What is stored of a token."""
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()


def _opened(
    actor: Actor, sites: int, expires_at: datetime, *, address: str, agent: str, at: datetime
) -> Opened:
    token, csrf_id = secrets.token_urlsafe(32), secrets.token_hex(32)
    db.session.add(
        UserSession(
            token_hash=token_hash(token),
            csrf_id=csrf_id,
            user_id=actor.user_id,
            site_id=actor.site_id,
            created_at=at,
            last_seen_at=at,
            expires_at=expires_at,
            address=address[:60],
            agent=_printable(agent)[:200],
        )
    )
    return Opened(token, csrf_id, actor, sites)


def _printable(text: str) -> str:
    return "".join(char for char in text if char.isprintable())
