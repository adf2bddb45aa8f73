"""What argon2id answered once is not worked out again in the same process: it is slow by design."""

from functools import lru_cache
from typing import Literal

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

from formulary.accounts.actions import passwords


class Remembering(PasswordHasher):
    """A hasher with the figures of another; one hash and one secret have one answer, asked for once."""

    def __init__(self, real: PasswordHasher) -> None:
        """Take the figures of the real one."""
        super().__init__(real.time_cost, real.memory_cost, real.parallelism)
        self._fits = lru_cache(maxsize=None)(self._worked_out)

    def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:
        """As argon2 answers: true, or its own exception."""
        if not self._fits(hash, password):
            raise VerifyMismatchError("The password does not match the supplied hash")
        return True

    def _worked_out(self, hash: str | bytes, password: str | bytes) -> bool:
        try:
            return super().verify(hash, password)
        except VerifyMismatchError:
            return False


def remember_password_checks() -> None:
    """From here on, in this process."""
    passwords._hasher = Remembering(passwords._hasher)
