"""Tries with a wrong password, counted in the database so that every worker counts the same."""

import hashlib
import math
from datetime import datetime, timedelta

from formulary.accounts import queries
from formulary.accounts.models import SignInAttempt
from formulary.db import db, exclusive
from formulary.rules.findings import Finding, Level, Refused

KEPT = timedelta(days=1)


class Throttled(Refused):
    """Too many tries; carries the seconds to wait."""

    def __init__(self, wait: timedelta) -> None:
        """Take how long it will be."""
        self.seconds = math.ceil(wait.total_seconds())
        reason = "There were too many tries with this name or from this place."
        remedy = f"Wait {self.seconds} seconds, then try again."
        super().__init__(Finding("sign_in.too_many", "sign-in", reason, remedy, level=Level.BLOCK))


def take_a_try(username: str, address: str, *, at: datetime) -> None:
    """Count a try before its secret is looked at, so that no crowd slips through; or raise Throttled."""
    account = account_key(username)
    exclusive("sign-in")
    if wait := queries.wait_for(account, address, at):
        raise Throttled(wait)
    db.session.add(SignInAttempt(account=account, address=address[:60], at=at))


def forget_tries(username: str, *, at: datetime) -> None:
    """The secret was right: its earlier tries count no more, and those of long ago go with them."""
    theirs = SignInAttempt.account == account_key(username)
    db.session.execute(db.delete(SignInAttempt).where(theirs | (SignInAttempt.at < at - KEPT)))


def account_key(username: str) -> str:
    """What stands for a name in the count: a hash, since people type passwords where names belong."""
    return hashlib.sha256(username.strip().lower().encode(errors="replace")).hexdigest()
