"""What a movement does to reservations of its source: its own are used up, none outgrows what lies."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from formulary.accounts import queries as accounts
from formulary.accounts.facts import site_policies
from formulary.rules.allocation import is_shared
from formulary.rules.facts import Container
from formulary.stock.actions.entries import Entry, Key
from formulary.stock.actions.reservations import (
    NO_LONGER_THERE,
    Kept,
    keep_less,
    keep_more,
    kept_of,
    lessen,
)
from formulary.stock.models import Movement

KEPT_AT = frozenset({"storage", "in_use"})
"""Stock is kept for somebody on a shelf and in open vials."""


@dataclass(frozen=True)
class Left:
    """An entry that was written, what it left of its source, and its row."""

    entry: Entry
    quantity: int
    movement: Movement

    @property
    def key(self) -> Key | None:
        """The source, where stock is kept for somebody there."""
        return self.entry.keys[0] if self.entry.source.kind in KEPT_AT else None


def settle_kept(written: Sequence[Left], for_ref: str | None, at: datetime) -> None:
    """Use up what `for_ref` kept of what left; let others follow what moved, or lose what is not there.

    What was kept of a container follows it into the open vial where its rest may be shared, and what lies
    on another shelf is kept there; the newest reservation is the first to go.
    """
    sources = [each for each in written if each.key is not None]
    kept = kept_of([each.key for each in sources if each.key], at) if sources else []
    for each in sources:
        if mine := [row for row in kept if row.key == each.key]:
            _settle(each, mine, for_ref, at)


def _settle(left: Left, rows: list[Kept], for_ref: str | None, at: datetime) -> None:
    flow = _Flow(left, at, left.entry.quantity if _follows(left.entry) else 0)
    after = _used(flow, [row for row in rows if row.for_ref == for_ref], left.entry.quantity)
    others = [*(row for row in rows if row.for_ref != for_ref), *after]
    over = sum(row.quantity for row in others) - left.quantity
    if over > 0 and not _is_shared(left.entry, at):
        flow.room = 0
    for row in others:
        part = min(max(over, 0), row.quantity)
        over -= part
        if (lost := flow.take(row, part, NO_LONGER_THERE)[1]) > 0:
            keep_less(row, lost, left.movement.id)


def _used(flow: "_Flow", own: Sequence[Kept], quantity: int) -> list[Kept]:
    """What is left of one's own rows once so much of the source is used up, all of them together."""
    after = []
    for row in own:
        part = min(row.quantity, quantity)
        quantity -= part
        after.append(flow.take(row, part)[0])
    return after


@dataclass
class _Flow:
    """Where something went, and what may still be kept of it there."""

    left: Left
    at: datetime
    room: int

    def take(self, row: Kept, part: int, why: str = "used") -> tuple[Kept, int]:
        """Keep so much less of the source, and as much as there is room for where it went; what is left of
        it, and how much of the part is kept nowhere.
        """
        if part <= 0:
            return row, 0
        if not lessen(row, row.quantity - part, why, self.at):
            return replace(row, quantity=0), 0  # who it was kept for has let go of it since it was read
        target = self.left.entry.keys[1]
        followed = min(part, self.room) if target is not None else 0
        if followed > 0 and target is not None:
            keep_more(row, target, followed, self.at)
            self.room -= followed
        return replace(row, quantity=row.quantity - part), part - followed


def _follows(entry: Entry) -> bool:
    """Whether it stays stock that may be kept for somebody: on a shelf, or in an open vial."""
    ends = (entry.source.kind, entry.target.kind)
    return entry.target.kind in KEPT_AT and ends != ("in_use", "storage")


def _is_shared(entry: Entry, at: datetime) -> bool:
    """Whether others have something of what was moved: all of it on a shelf, of a vial where it is shared."""
    if entry.source.kind == entry.target.kind:
        return True
    policies = site_policies(accounts.site(entry.source.site_id), at)
    return is_shared(Container(entry.lot.product.container), policies)
