"""Wasting: what is left in a vial, or containers from a shelf, for a reason that is offered."""

from datetime import datetime

from formulary.accounts import Actor
from formulary.audit import record
from formulary.db import once
from formulary.rules.findings import refuse
from formulary.rules.units import Quantity
from formulary.stock import labels, queries
from formulary.stock.actions.ledger import Entry, write
from formulary.stock.actions.taking import lot_row, shares, steps_of
from formulary.stock.actions.vials import where_is
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
    """Waste what is left in an open vial, or a volume of it; refuses an empty vial and a reason that is not
    offered.
    """
    check_waste_reason(reason, remark)
    place = where_is(vial)
    target = queries.place(place.site_id, "waste")
    when, document = occurred_at or at, ("vial", vial.id)
    if volume is None:
        entries = [
            Entry(
                lot_row(c.lot_id),
                vial,
                place,
                target,
                c.quantity,
                reason,
                document,
                when,
                _mixture(vial, c.lot_id),
                remark=remark,
            )
            for c in queries.contents(vial_id=vial.id)
        ]
    else:
        entries = shares(vial, place, target, steps_of(volume, "volume"), reason, document, when)
    movements = write(entries, at=at, by=by)
    record(
        "stock.waste",
        vial,
        by=by,
        at=at,
        new={"vial": vial.code},
        reason=_why(reason, remark),
        movements=movements,
    )
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
    check_waste_reason(reason, remark)
    target = queries.place(place.site_id, "waste")
    entry = Entry(
        lot, None, place, target, quantity, reason, ("lot", lot.id), occurred_at or at, remark=remark
    )
    movements = write([entry], at=at, by=by)
    new = {"lot": lot.number, "place": place.name, "quantity": quantity}
    record("stock.waste", lot, by=by, at=at, new=new, reason=_why(reason, remark), movements=movements)
    return lot


def check_waste_reason(reason: str, remark: str) -> None:
    """Refuse a reason that is not offered, and "another reason" without saying which."""
    if reason not in labels.WASTE_REASONS:
        raise refuse("waste.reason_missing", "waste", "No reason was chosen.", "Choose one.", field="reason")
    if reason == "other" and not remark.strip():
        raise refuse(
            "waste.remark_missing",
            "waste",
            "Another reason needs words.",
            "Say what happened.",
            field="remark",
        )


def _mixture(vial: Vial, lot_id: int) -> int | None:
    if vial.mixed_volume is None or lot_id != vial.lot_id:
        return None
    return queries.mixture_left([vial])[vial.id]


def _why(reason: str, remark: str) -> str:
    return labels.reason_words(reason) + (f": {remark}" if remark else "")
