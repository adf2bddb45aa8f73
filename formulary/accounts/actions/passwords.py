"""Passwords: what is taken, how it is hashed (argon2id), and a comparison that takes as long for nobody."""

import unicodedata
from functools import cache
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from formulary.rules.findings import Finding, Level, Refused

SHORTEST, LONGEST = 12, 128
COMMON = Path(__file__).parent.parent / "passwords" / "common.txt"

_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


def check_password(secret: str, *names: str) -> None:
    """Refuse a password that is too short, too long, one of the most common, or a name of this clinic's."""
    folded = _composed(secret).casefold()
    if not SHORTEST <= len(secret) <= LONGEST:
        raise _refused("length", f"It has {len(secret)} characters; it takes {SHORTEST} to {LONGEST}.")
    if len(set(folded)) == 1 or folded in common_passwords():
        raise _refused("common", "It is one of those that are tried first.")
    if folded in {_composed(name).casefold() for name in (*names, "formulary")}:
        raise _refused("name", "It is a name that is known here.")


def hashed(secret: str) -> str:
    """The argon2id hash that is stored."""
    return _hasher.hash(_composed(secret))


def matches(password_hash: str, secret: str) -> bool:
    """Whether the secret is right; takes as long where there is no account or no password yet."""
    try:
        return _hasher.verify(password_hash or _nobody(), _composed(secret)) and bool(password_hash)
    except (VerificationError, InvalidHashError):
        return False


def is_outdated(password_hash: str) -> bool:
    """Whether it was hashed with lesser figures than today's."""
    return _hasher.check_needs_rehash(password_hash)


@cache
def common_passwords() -> frozenset[str]:
    """The shipped list, folded."""
    return frozenset(COMMON.read_text(encoding="utf-8").casefold().split("\n"))


@cache
def _nobody() -> str:
    return _hasher.hash("somebody who is not there")


def _composed(secret: str) -> str:
    return unicodedata.normalize("NFKC", secret)


def _refused(why: str, reason: str) -> Refused:
    remedy = "Take another, such as four words that do not belong together."
    return Refused(
        Finding(f"password.{why}", "password", reason, remedy, level=Level.BLOCK, field="password")
    )
