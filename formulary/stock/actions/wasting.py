"""Wasting: what is left in a vial, or containers from a shelf, for a reason that is offered."""

from datetime import datetime

from formulary.accounts import Actor, Permission
from formulary.audit import record
from formulary.db import once
from formulary.rules.units import Quantity
from formulary.stock import queries
from formulary.stock.actions.bins import witnessed
from formulary.stock.actions.entries import Bin, Entry, Watched, Way
from formulary.stock.actions.ledger import write
from formulary.stock.actions.taking import lot_row, shares
from formulary.stock.actions.vials import where_is
from formulary.stock.labels import WASTE_REASONS, disposal_refusals, reason_words, refusals
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
    stream_id: int | None = None,
    witness: Actor | None = None,
    is_part: bool = False,
) -> Vial:
    """Waste what is left in an open vial, or a volume of it; refuses an empty vial and an unknown reason.

    Who does not keep the stock wastes the vials of their own sessions: those they opened or drew from.
    `stream_id` is the bin, `witness` who watched; where the site's policy asks for one, nobody is refused.
    What `is_part` of an act with signatures of its own, such as the end of a session, asks for no witness.
    """
    by.must(Permission.PREPARE)
    if not (by.may(Permission.RECEIVE_STOCK) or queries.has_used(vial, by.person_id)):
        raise refusals.not_own_vial(vial)
    _has_reason(reason, remark)
    source = where_is(vial)
    target = queries.place(source.site_id, "waste")
    thrown = _thrown(source.site_id, stream_id, witness, remark, is_part=is_part, at=at, by=by)
    way = Way(target, reason, ("vial", vial.id), occurred_at or at, remark, thrown)
    entries = everything_in(vial, source, way) if volume is None else shares(vial, source, volume, way)
    movements = write(entries, at=at, by=by)
    why = ": ".join(filter(None, (reason_words(reason), remark)))
    new = {"vial": vial.code} | ({"is_part": True} if is_part else {})
    record("stock.waste", vial, by=by, at=at, new=new, reason=why, movements=movements)
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
    stream_id: int | None = None,
    witness: Actor | None = None,
    is_part: bool = False,
) -> Lot:
    """Waste sealed stock of a lot from a shelf or from quarantine; `quantity` is in the lot's steps.

    `stream_id` is the bin, `witness` who watched; where the site's policy asks for one, nobody is refused.
    What `is_part` of an act with signatures of its own asks for no witness.
    """
    by.must(Permission.RECEIVE_STOCK)
    if place.kind == "in_transit":
        raise refusals.wrong_kind(place.name, "Receive it, or record on its transfer that it is lost.")
    _has_reason(reason, remark)
    thrown = _thrown(place.site_id, stream_id, witness, remark, is_part=is_part, at=at, by=by)
    target = queries.place(place.site_id, "waste")
    way = Way(target, reason, ("lot", lot.id), occurred_at or at, remark, thrown)
    movements = write([Entry(lot, None, place, quantity, way)], at=at, by=by)
    new: dict[str, object] = {"lot": lot.number, "place": place.name, "quantity": quantity}
    new |= {"is_part": True} if is_part else {}
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


def _thrown(
    site_id: int,
    stream_id: int | None,
    witness: Actor | None,
    remark: str,
    *,
    is_part: bool,
    at: datetime,
    by: Actor,
) -> Bin:
    """The bin and who watched; refuses a bin that is not in use, and nobody where somebody must watch."""
    if stream_id is not None and stream_id not in {row.id for row in queries.streams(site_id)}:
        raise disposal_refusals.unknown_stream()
    if is_part:
        return Bin(stream_id, Watched(witness))
    return Bin(stream_id, witnessed(witness, site_id=site_id, reason=remark, by=by, at=at))


def _has_reason(reason: str, remark: str) -> None:
    if reason not in WASTE_REASONS:
        raise refusals.no_waste_reason()
    if reason == "other" and not remark.strip():
        raise refusals.no_waste_remark()
