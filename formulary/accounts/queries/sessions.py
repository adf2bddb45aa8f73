"""Signed-in browsers, and how long a name or an address must wait before it may try again."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, SQLColumnExpression

from formulary.accounts.models import Person, SignInAttempt, StaffRole, User, UserSession
from formulary.accounts.permissions import Actor, Role
from formulary.db import Missing, db

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
PER_ACCOUNT, PER_ADDRESS = 5, 20
LONGEST_WAIT = timedelta(minutes=5)


@dataclass(frozen=True)
class LiveSession:
    """A session that holds now, and who acts in it."""

    id: int
    csrf_id: str
    last_seen_at: datetime
    actor: Actor


def live_session(token_hash: str, at: datetime, idle: timedelta) -> LiveSession | None:
    """The session of a token, with the rights as they are now; None once anything has ended it."""
    query = (
        db.select(
            UserSession.id, UserSession.csrf_id, UserSession.last_seen_at, UserSession.site_id,
            User.id, User.username, Person.id, Person.name, StaffRole.role,
        )
        .join(User, User.id == UserSession.user_id)
        .join(Person, Person.id == User.person_id)
        .join(StaffRole, (StaffRole.user_id == User.id) & (StaffRole.site_id == UserSession.site_id))
        .where(UserSession.token_hash == token_hash, *_alive(at, idle))
    )  # fmt: skip
    rows = db.session.execute(query).all()
    if not rows:
        return None
    number, csrf_id, seen_at, site_id, user_id, username, person_id, name, _ = rows[0]
    roles = frozenset(Role(row[-1]) for row in rows)
    return LiveSession(number, csrf_id, seen_at, Actor(person_id, user_id, username, name, site_id, roles))


def session(session_id: int) -> UserSession:
    """One session, ended or not."""
    found = db.session.get(UserSession, session_id)
    if found is None:
        raise Missing(f"No session {session_id}")
    return found


def last_site_of(user_id: int) -> int | None:
    """The site of the latest session of an account."""
    query = db.select(UserSession.site_id).filter_by(user_id=user_id)
    found: int | None = db.session.scalar(query.order_by(UserSession.id.desc()).limit(1))
    return found


def sessions_of(user_id: int, at: datetime, idle: timedelta) -> list[UserSession]:
    """The sessions of an account that hold now, the latest used first."""
    query = db.select(UserSession).join(User, User.id == UserSession.user_id).where(User.id == user_id)
    return list(db.session.scalars(query.where(*_alive(at, idle)).order_by(UserSession.last_seen_at.desc())))


def _alive(at: datetime, idle: timedelta) -> tuple[SQLColumnExpression[bool], ...]:
    return (
        UserSession.ended_at.is_(None),
        UserSession.expires_at > at,
        UserSession.last_seen_at > at - idle,
        User.is_active,
    )


def wait_for(account: str, address: str, at: datetime) -> timedelta:
    """How long this name, or this address, must wait: zero while it may try.

    An account may fail 5 times; then it waits a minute, and twice as long after each further failure of
    the last hour, up to 5 minutes. An address may fail 20 times in a minute.
    """
    by_account = _tries(SignInAttempt.account == account, at - HOUR)
    by_address = _tries(SignInAttempt.address == address, at - MINUTE)
    return max(at, _account_opens(by_account, at), _address_opens(by_address, at)) - at


def _tries(whose: ColumnElement[bool], since: datetime) -> list[datetime]:
    query = db.select(SignInAttempt.at).where(whose, SignInAttempt.at > since)
    return list(db.session.scalars(query.order_by(SignInAttempt.at.desc())))


def _account_opens(failures: list[datetime], at: datetime) -> datetime:
    beyond = len(failures) - PER_ACCOUNT
    return failures[0] + min(MINUTE * 2 ** min(beyond, 8), LONGEST_WAIT) if beyond >= 0 else at


def _address_opens(failures: list[datetime], at: datetime) -> datetime:
    return failures[PER_ADDRESS - 1] + MINUTE if len(failures) >= PER_ADDRESS else at
