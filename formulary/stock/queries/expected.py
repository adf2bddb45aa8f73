"""What the ledger said of a counted line at the moment it was counted, whatever has moved since."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from math import floor
from typing import Any

from sqlalchemy.orm import aliased

from formulary.accounts import queries as accounts
from formulary.db import db
from formulary.rules.counting import Tolerated, is_above, own_limit
from formulary.rules.units import Quantity
from formulary.stock.models import BY_VIAL, Balance, CountEntry, Movement
from formulary.stock.queries.balances import mixture_left
from formulary.stock.queries.counts import Looked

Original = aliased(Movement)
ZERO, MINUTE = timedelta(), timedelta(minutes=1)


@dataclass(frozen=True)
class _Moved:
    """A movement since the first mark; a reversal happened, for this purpose, when what it undoes did."""

    lot_id: int
    vial_id: int | None
    from_id: int
    to_id: int
    quantity: int
    mixture: int
    number: int
    occurred_at: datetime
    recorded_at: datetime

    @property
    def is_late(self) -> bool:
        """Whether it was recorded afterwards, with the time that somebody typed."""
        return self.occurred_at != self.recorded_at

    def is_after(self, entry: CountEntry) -> bool:
        """Whether it happened after the line was counted.

        What was recorded as it happened is told by the order of recording, whatever the clock said; a late
        entry by its time.
        """
        return self.number > entry.mark and (not self.is_late or self.occurred_at >= entry.counted_at)

    def is_of_that_minute(self, entry: CountEntry) -> bool:
        """Whether a late entry says only the minute in which the line was counted: its order is unknown."""
        typed = self.is_late and self.occurred_at == self.occurred_at.replace(second=0, microsecond=0)
        return self.number > entry.mark and typed and ZERO <= entry.counted_at - self.occurred_at < MINUTE


@dataclass(frozen=True)
class Difference:
    """A counted line beside the ledger at that moment; `by` is above zero for what was found on top.

    `is_unsure`: what was entered late for the very minute of the counting may have come before or after it.
    """

    line: Looked
    expected: int
    by: int
    is_above: bool
    is_unsure: bool = False


def last_movement(lot_id: int) -> int:
    """The key of the lot's last movement, 0 where there is none."""
    return db.session.scalar(db.select(db.func.max(Movement.id)).filter_by(lot_id=lot_id)) or 0


def differences(site_id: int, lines: Sequence[Looked], at: datetime) -> list[Difference]:
    """Every counted line beside the ledger, and whether it is above what the site tolerates at `at`.

    In the lot's steps, or nL of solution where the volume of a reconstituted vial was counted. Lines that
    nobody counted are left out.
    """
    counted = [line for line in lines if line.found is not None]
    if not counted:
        return []
    now, since, tolerated = _balances(counted), _moved_since(counted), _tolerated(site_id, at)
    solution = mixture_left([line.vial for line in counted if line.vial is not None])
    return [_difference(line, now, since.get(line.row.lot_id, ()), solution, tolerated) for line in counted]


def waiting_for_another(site_id: int, found: Iterable[Difference]) -> list[Looked]:
    """The lines to be counted again: above the limit by one person, or in the minute of a late entry."""
    solo = accounts.site(site_id).solo
    return [
        one.line
        for one in found
        if one.is_unsure or (one.is_above and not one.line.another_than_first(solo=solo))
    ]


def shows_differences(site_id: int, lines: Sequence[Looked], at: datetime) -> bool:
    """Whether an open count shows its differences: all is answered, and nothing is to be counted again."""
    if any(line.last is None for line in lines):
        return False
    return not waiting_for_another(site_id, differences(site_id, lines, at))


def _difference(
    line: Looked,
    now: dict[Any, int],
    since: Sequence[_Moved],
    solution: dict[int, int],
    tolerated: Tolerated,
) -> Difference:
    last = line.entries[-1]
    limit = own_limit(
        tolerated,
        container=line.lot.product.content,
        is_volume=last.mixture or line.lot.product.ledger == "volume",
        is_vial=line.vial is not None,
    )
    expected, found = _then(line, now, since, solution), last.found or 0
    above = is_above(expected, found, tolerated, limit)
    unsure = sum(_taken(moved, line) for moved in since if moved.is_of_that_minute(last)) != 0
    return Difference(line, expected, found - expected, above, unsure)


def _tolerated(site_id: int, at: datetime) -> Tolerated:
    """What the site has decided on differences of a count; each part it has not decided is None."""
    decided = accounts.policy(site_id, "count_variance", at) or {}
    share, containers, volume = (decided.get(name) for name in ("share", "containers", "volume"))
    return Tolerated(
        share=None if share is None else Fraction(share),
        containers=None if containers is None else int(containers),
        volume=None if volume is None else floor(Quantity.of(volume, "mL").steps),
    )


def _then(line: Looked, now: dict[Any, int], since: Iterable[_Moved], solution: dict[int, int]) -> int:
    entry = line.entries[-1]
    taken = sum(_taken(moved, line) for moved in since if moved.is_after(entry))
    if entry.mixture and line.vial is not None:
        return solution[line.vial.id] + taken
    return now.get(_key(line), 0) + taken


def _taken(moved: _Moved, line: Looked) -> int:
    """What a movement took from what was counted at the line, below zero for what it added."""
    if line.entries[-1].mixture and line.vial is not None:
        return moved.mixture if moved.vial_id == line.vial.id else 0
    if line.place.kind in BY_VIAL and moved.vial_id != line.row.vial_id:
        return 0
    came, went = moved.to_id == line.place.id, moved.from_id == line.place.id
    return moved.quantity * (went - came)


def _key(line: Looked) -> tuple[int, int, int | None]:
    return line.row.place_id, line.row.lot_id, line.row.vial_id


def _balances(lines: Sequence[Looked]) -> dict[tuple[int, int, int | None], int]:
    query = db.select(Balance.place_id, Balance.lot_id, Balance.vial_id, Balance.quantity).where(
        Balance.place_id.in_({line.row.place_id for line in lines}),
        Balance.lot_id.in_({line.row.lot_id for line in lines}),
    )
    return {(place, lot, vial): quantity for place, lot, vial, quantity in db.session.execute(query)}


def _moved_since(lines: Sequence[Looked]) -> dict[int, list[_Moved]]:
    """What happened after the first of these was counted, or in its minute; nothing else is read."""
    last = [line.entries[-1] for line in lines]
    happened = db.func.coalesce(Original.occurred_at, Movement.occurred_at)
    recorded = db.func.coalesce(Original.recorded_at, Movement.recorded_at)
    columns = (
        Movement.lot_id, Movement.vial_id, Movement.from_place_id, Movement.to_place_id, Movement.quantity,
        db.func.coalesce(Movement.mixture, 0),
        db.func.coalesce(Original.id, Movement.id),
        happened, recorded,
        Movement.reverses_id,
    )  # fmt: skip
    query = db.select(*columns).outerjoin(Original, Original.id == Movement.reverses_id)
    query = query.where(
        Movement.lot_id.in_({line.row.lot_id for line in lines}),
        Movement.id > min(entry.mark for entry in last),
        db.or_(happened > min(entry.counted_at for entry in last) - MINUTE, happened == recorded),
    )
    found: dict[int, list[_Moved]] = {}
    for *fields, reverses_id in db.session.execute(query):
        if reverses_id is not None:
            fields[5] = -fields[5]
        found.setdefault(fields[0], []).append(_Moved(*fields))
    return found
