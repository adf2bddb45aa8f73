"""Which movements the trail names: every pair of a key and a hash, counted so that two sides can be compared.

Two ledgers of millions of rows are the same where their tallies are, in whatever order they were read.
"""

import re
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import repeat

from sqlalchemy import Text, type_coerce

from formulary.audit.models import AuditEntry
from formulary.db import db, hashed, streaming

SECRET = secrets.token_hex(16)
NOTHING = "[]"
ENTRIES = 500
"""So many are read at a time: the list of one entry may hold a thousand movements."""
EACH = re.compile(rb'\[([1-9][0-9]{0,8}),"([0-9a-f]+)"\]')


@dataclass
class Tally:
    """How many pairs, and the sum of what each is mixed to with a secret of this process: nobody can make two
    different lists whose sums are one.
    """

    count: int = 0
    mixed: int = 0

    def add(self, numbers: Sequence[bytes], held: Sequence[bytes]) -> None:
        """So many pairs more."""
        self.count += len(numbers)
        self.mixed += sum(map(hash, zip(repeat(SECRET), numbers, held, strict=False)))

    def add_written(self, lists: Iterable[bytes]) -> None:
        """The pairs that entries list which are as they were written: numbers and hashes by turns."""
        told = b",".join([text for text in lists if text != b"[]"]).translate(None, b'[]"').split(b",")
        if len(told) > 1:
            self.add(told[::2], told[1::2])

    def add_listed(self, lists: Iterable[bytes]) -> None:
        """The pairs that any entries list; what is no pair names nothing."""
        found = EACH.findall(b"".join(lists))
        self.add([number for number, _ in found], [own for _, own in found])


def named_by_trail() -> Tally:
    """Everything that the trail names, by a walk of its own."""
    found, listed = Tally(), type_coerce(AuditEntry.movements, Text)
    query = db.select(hashed.as_bytes(listed)).where(listed != NOTHING)
    for rows in streaming.parts(query, size=ENTRIES):
        found.add_listed(hashed.in_bytes(text) for (text,) in rows)
    return found
