"""What became of a lot by its ledger: every movement once, summed by place and reason, in one query."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache, cached_property
from typing import Any

from sqlalchemy import Select, func, union_all

from formulary.accounts.models import Site
from formulary.db import db
from formulary.db.bare import plain_rows
from formulary.db.prepared import values
from formulary.rules.trace import MassBalance, mass_balance
from formulary.stock.models import Movement, Place

ON_SHELVES = frozenset({"storage", "quarantine", "in_use", "in_transit"})
GONE_TO = frozenset({"waste", "destroyed", "returned"})
BROUGHT_OVER = frozenset({"imported", "opening_balance"})


@dataclass(frozen=True)
class Flow:
    """What a place gained of a lot for one reason, in its steps (a loss is negative), first and last when."""

    lot_id: int
    kind: str
    place: str
    site_id: int
    site: str
    reason: str
    quantity: int
    first: datetime
    last: datetime


@dataclass(frozen=True)
class Stay:
    """From when until when a lot may have been at a site; None: nobody knows, or there is no end."""

    start: datetime | None
    end: datetime | None

    def holds(self, at: datetime) -> bool:
        """Whether it may have been there then."""
        return (self.start is None or self.start <= at) and (self.end is None or at <= self.end)


@dataclass(frozen=True)
class Flows:
    """The flows of some lots."""

    rows: tuple[Flow, ...]

    def gone(self) -> tuple[Flow, ...]:
        """What was wasted, destroyed or returned, by place and reason; what was undone is taken off."""
        return tuple(flow for flow in self.rows if flow.kind in GONE_TO and flow.quantity)

    @property
    def lost_on_the_way(self) -> bool:
        """Whether anything of these lots was ever lost in a transfer or otherwise for good."""
        return any(flow.reason == "lost" and flow.kind == "lost_or_found" for flow in self.rows)

    def went_to(self, kind: str) -> bool:
        """Whether anything of these lots was ever at a place of this kind."""
        return any(flow.kind == kind for flow in self.rows)

    def balances(self, lot_ids: Iterable[int], prepared: Mapping[int, int]) -> dict[int, MassBalance]:
        """The mass balance of each lot; `prepared` is what of it lies in cocktails that are mixed."""
        return {lot_id: mass_balance(self._net(lot_id), prepared.get(lot_id, 0)) for lot_id in lot_ids}

    def was_there(
        self, lot_id: int, site_id: int, at: datetime, used_through: datetime | None = None
    ) -> bool:
        """Whether the lot may have been at the site then."""
        stay = self.stay(lot_id, site_id, used_through)
        return stay is not None and stay.holds(at)

    def stay(self, lot_id: int, site_id: int, used_through: datetime | None = None) -> Stay | None:
        """From its first movement at the site until it was used up; None where it never was there.

        Where the ledger does not account for all of it, or some is left, there is no last moment. What was
        brought over from earlier records was there before anybody here wrote of it: there is no first one.
        A lot of which earlier records alone tell lay there until its last use on record, and until the end
        of its printed expiry, `used_through`, where that is later; where nobody knows that, there is no end.
        """
        rows = [f for f in self.rows if (f.lot_id, f.site_id) == (lot_id, site_id)]
        here = [f for f in rows if f.kind in ON_SHELVES]
        brought = [f for f in rows if f.reason in BROUGHT_OVER]
        if not here and not brought:
            return None
        start = None if brought else min(flow.first for flow in here)
        may_be_left = any(sum(f.quantity for f in here if f.place == flow.place) for flow in here)
        if may_be_left or self._lost(lot_id) or (not here and used_through is None):
            return Stay(start, None)
        ends = [flow.last for flow in (*here, *brought)]
        return Stay(start, max(ends if here or used_through is None else [*ends, used_through]))

    def _lost(self, lot_id: int) -> bool:
        return lot_id in self._not_accounted

    @cached_property
    def _not_accounted(self) -> frozenset[int]:
        return frozenset(flow.lot_id for flow in self.rows if flow.kind == "lost_or_found")

    def _net(self, lot_id: int) -> dict[str, int]:
        net: dict[str, int] = {}
        for flow in self.rows:
            if flow.lot_id == lot_id:
                net[flow.kind] = net.get(flow.kind, 0) + flow.quantity
        return net


def flows(lot_ids: Sequence[int]) -> Flows:
    """The flows of these lots, at every site, by the ledger of now."""
    rows = plain_rows(_summed(), {"lots": list(lot_ids)})
    return Flows(tuple(Flow(*row[:6], int(row[6]), row[7], row[8]) for row in rows))


@cache
def _summed() -> Select[Any]:
    """What became of them by both ends of each movement."""
    moved = _moved().cte("moved")
    columns = (moved.c.lot_id, moved.c.reason, moved.c.first, moved.c.last)
    into = db.select(*columns, moved.c.to_place_id.label("place_id"), moved.c.quantity.label("gain"))
    out = db.select(*columns, moved.c.from_place_id.label("place_id"), (-moved.c.quantity).label("gain"))
    ends = union_all(into, out).subquery("ends")
    by: tuple[Any, ...] = (ends.c.lot_id, Place.kind, Place.name, Place.site_id, Site.name, ends.c.reason)
    sums = (func.sum(ends.c.gain), func.min(ends.c.first), func.max(ends.c.last))
    query = (
        db.select(*by, *sums).join(Place, ends.c.place_id == Place.id).join(Site, Place.site_id == Site.id)
    )
    return query.group_by(*by).order_by(Site.name, Place.name, ends.c.reason)


def _moved() -> Select[Any]:
    """Each movement once, and summed before a place is named: a lot moves thousands of times, between few
    places.
    """
    way = (Movement.lot_id, Movement.from_place_id, Movement.to_place_id, Movement.reason)
    sums = (
        func.sum(Movement.quantity).label("quantity"),
        func.min(Movement.occurred_at).label("first"),
        func.max(Movement.occurred_at).label("last"),
    )
    return db.select(*way, *sums).where(Movement.lot_id.in_(values("lots"))).group_by(*way)
