"""Wasting: what is left in a vial, or containers from a shelf, for a reason that is offered."""

from datetime import datetime

from formulary.accounts import Actor, Permission
from formulary.audit import record
from formulary.db import once
from formulary.rules.units import Quantity
from formulary.stock import queries
from formulary.stock.actions.entries import Entry, Way
from formulary.stock.actions.ledger import write
from formulary.stock.actions.taking import lot_row, shares
from formulary.stock.actions.vials import where_is
from formulary.stock.labels import WASTE_REASONS, reason_words, refusals
from formulary.stock.models import Lot, Place, Vial


@once
def waste_vial(
    vial: Vial,
    *,
    reason: str,
    at: datetime,
    by: Actor,
    remark: str = "",
    volume: Quantity | None = None,
    occurred_at: datetime | None = None,
) -> Vial:
    """Waste what is left in an open vial, or a volume of it; refuses an empty vial and an unknown reason.

    Who does not keep the stock wastes the vials of their own sessions: those they opened or drew from.
    """
    by.must(Permission.PREPARE)
    if not (by.may(Permission.RECEIVE_STOCK) or queries.has_used(vial, by.person_id)):
        raise refusals.not_own_vial(vial)
    _has_reason(reason, remark)
    source = where_is(vial)
    target = queries.place(source.site_id, "waste")
    way = Way(target, reason, ("vial", vial.id), occurred_at or at, remark)
    entries = everything_in(vial, source, way) if volume is None else shares(vial, source, volume, way)
    movements = write(entries, at=at, by=by)
    why = ": ".join(filter(None, (reason_words(reason), remark)))
    record("stock.waste", vial, by=by, at=at, new={"vial": vial.code}, reason=why, movements=movements)
    return vial


@once
def waste_lot(
    lot: Lot,
    *,
    place: Place,
    quantity: int,
    reason: str,
    at: datetime,
    by: Actor,
    remark: str = "",
    occurred_at: datetime | None = None,
) -> Lot:
    """Waste sealed stock of a lot from a shelf or from quarantine; `quantity` is in the lot's steps."""
    by.must(Permission.RECEIVE_STOCK)
    _has_reason(reason, remark)
    way = Way(queries.place(place.site_id, "waste"), reason, ("lot", lot.id), occurred_at or at, remark)
    movements = write([Entry(lot, None, place, quantity, way)], at=at, by=by)
    new = {"lot": lot.number, "place": place.name, "quantity": quantity}
    why = ": ".join(filter(None, (reason_words(reason), remark)))
    record("stock.waste", lot, by=by, at=at, new=new, reason=why, movements=movements)
    return lot


def everything_in(vial: Vial, source: Place, way: Way, *, moves_on: bool = False) -> list[Entry]:
    """All that is left in a vial, on its way: the ingredient with the mixture, and the diluent.

    Where the vial `moves_on` to another place, its mixture stays in it.
    """
    left = None if moves_on else queries.mixture_left([vial]).get(vial.id)
    return [
        Entry(lot_row(c.lot_id), vial, source, c.quantity, way, left if c.lot_id == vial.lot_id else None)
        for c in queries.contents(vial_id=vial.id)
    ]


def _has_reason(reason: str, remark: str) -> None:
    if reason not in WASTE_REASONS:
        raise refusals.no_waste_reason()
    if reason == "other" and not remark.strip():
        raise refusals.no_waste_remark()
