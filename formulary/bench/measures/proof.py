"""`formulary verify` against the bare sums over one table and the hashing of as many bytes."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from formulary.audit.models import AuditEntry
from formulary.audit.queries import Fault
from formulary.audit.queries import proof as trail
from formulary.bench.queries import Bare, make_ledger, sums
from formulary.bench.timing import Effort, Pair, compare
from formulary.db import db
from formulary.overview.queries.proving import at_one_moment
from formulary.stock.models import Movement
from formulary.stock.queries import proof as ledger


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
    """The whole proof of ledger, exposure and audit trail, and its floor."""
    hashing = hasher(hashed())
    return compare(prove, lambda: (sums(floor), hashing()), effort)


def prove() -> list[Fault]:
    """Everything that `formulary verify` proves, as it proves it."""
    with at_one_moment() as (_, find):
        return list(find(None))


def hashed() -> Hashed:
    """What the hashes of the ledger and of the trail are taken over."""
    found = [_hashed(Movement, ledger.hashed_text()), _hashed(AuditEntry, trail.hashed_text())]
    return Hashed(*(sum(part) for part in zip(*found, strict=True)))


def _hashed(model: Any, text: Any) -> tuple[int, int]:
    query = db.select(db.func.count(), db.func.coalesce(db.func.sum(db.func.length(text)), 0))
    rows, size = db.session.execute(query.select_from(model)).one()
    return int(rows), int(size)


def hasher(amount: Hashed) -> Callable[[], None]:
    """As many digests over as many bytes, with nothing to read and nothing to compare."""
    payload = b"x" * (amount.size // max(1, amount.digests))

    def work() -> None:
        for _ in range(amount.digests):
            hashlib.sha256(payload).hexdigest()

    return work
