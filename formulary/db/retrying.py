"""The retry around an act: what passes by itself is tried again, a few times."""

import random
import time
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from sqlalchemy.exc import IntegrityError, OperationalError

from formulary.db.base import db

P = ParamSpec("P")
R = TypeVar("R")

ATTEMPTS = 4
TRY_AGAIN = {"40001", "40P01", "55P03", "57P01", "08006", "08003", "08000"}
UNIQUE = "23505"
TAKEN_MEANWHILE = ("request_key", "audit_head", "audit_entry")


class Busy(Exception):
    """The database was taken by others for too long; nothing was written."""


def retried(outermost: Callable[P, R]) -> Callable[P, R]:
    """Run the outermost caller again, a few times, where the database asks for it; then raise Busy.

    What somebody else has written meanwhile under the same name is found by the next run, which can answer
    for it; a name that is taken every time is a fault of ours, and raised as it is.
    """

    @wraps(outermost)
    def run(*args: P.args, **named: P.kwargs) -> R:
        for attempt in range(ATTEMPTS):
            try:
                return outermost(*args, **named)
            except (OperationalError, IntegrityError) as fault:
                db.session.rollback()
                if not _passing(fault) or (_is_taken(fault) and attempt == ATTEMPTS - 1):
                    raise
                time.sleep(random.uniform(0, 2**attempt) / 20)  # noqa: S311 - jitter, not a secret
        raise Busy(f"{outermost.__name__} found the database busy {ATTEMPTS} times")

    return run


def _passing(fault: OperationalError | IntegrityError) -> bool:
    if isinstance(fault, IntegrityError):
        return _is_unique(fault)
    state = getattr(fault.orig, "sqlstate", None)
    return fault.connection_invalidated or state in TRY_AGAIN or "database is locked" in str(fault.orig)


def _is_taken(fault: OperationalError | IntegrityError) -> bool:
    """Whether a name was taken that no second run can be spared of: not a key of ours or the trail's next."""
    return isinstance(fault, IntegrityError) and not any(t in str(fault.orig) for t in TAKEN_MEANWHILE)


def _is_unique(fault: IntegrityError) -> bool:
    state = getattr(fault.orig, "sqlstate", None)
    return state == UNIQUE or "UNIQUE constraint failed" in str(fault.orig)
