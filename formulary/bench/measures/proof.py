"""`formulary verify` against the bare sums over one table and the hashing of as many bytes."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from formulary.audit import chain
from formulary.audit.models import AuditEntry
from formulary.audit.queries import Fault, chain_faults
from formulary.bench.queries import Bare, make_ledger, sums
from formulary.bench.timing import Effort, Pair, compare
from formulary.db import db
from formulary.stock.models import Movement
from formulary.stock.queries import proof

LENGTHS = 3 * len(chain.HASHED) + len(chain.VERSION)
"""What stands between the fields of an entry's hash, about."""


@dataclass(frozen=True)
class Hashed:
    """How many digests a proof takes, and over how many bytes in all."""

    digests: int
    size: int


def fill_floor(floor: Bare) -> None:
    """The ledger's ends and quantities, and nothing else."""
    columns = (Movement.id, Movement.lot_id, Movement.from_place_id, Movement.to_place_id, Movement.quantity)
    make_ledger(floor, (tuple(row) for row in db.session.execute(db.select(*columns))))


def measure(floor: Bare, effort: Effort) -> Pair:
    """The whole proof of ledger, balances and audit trail, and its floor."""
    hashing = hasher(hashed())
    return compare(prove, lambda: (sums(floor), hashing()), effort)


def prove() -> list[Fault]:
    """Everything that `formulary verify` proves."""
    db.session.rollback()
    return [*proof.ledger_faults(), *chain_faults()]


def hashed() -> Hashed:
    """What the hashes of the ledger and of the trail are taken over."""
    rows, moved = db.session.execute(
        db.select(db.func.count(), db.func.sum(db.func.length(proof.hashed_text()))).select_from(Movement)
    ).one()
    text = [db.func.length(db.cast(getattr(AuditEntry, name), db.Text)) for name in chain.HASHED]
    whole = sum((db.func.coalesce(length, 4) for length in text[1:]), db.func.coalesce(text[0], 4))
    entries, told = db.session.execute(
        db.select(db.func.count(), db.func.sum(whole)).select_from(AuditEntry)
    ).one()
    return Hashed(rows + entries, int(moved or 0) + int(told or 0) + entries * LENGTHS)


def hasher(amount: Hashed) -> Callable[[], None]:
    """As many digests over as many bytes, with nothing to read and nothing to compare."""
    payload = b"x" * (amount.size // max(1, amount.digests))

    def work() -> None:
        for _ in range(amount.digests):
            hashlib.sha256(payload).hexdigest()

    return work
