"""What stands before every request: who asks, with which rights, and secrets checked before an act."""

from formulary.accounts.guards.doors import Undeclared, every_door_declares
from formulary.accounts.guards.secrets import account_with, check_secret, own_secret, second_person
from formulary.accounts.guards.sessions import (
    COOKIE,
    CSRF_COOKIE,
    init_app,
    keep_session,
    leave_session,
    session_id,
)

__all__ = [
    "COOKIE",
    "CSRF_COOKIE",
    "Undeclared",
    "account_with",
    "check_secret",
    "every_door_declares",
    "init_app",
    "keep_session",
    "leave_session",
    "own_secret",
    "second_person",
    "session_id",
]
