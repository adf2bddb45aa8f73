"""Moving stock inside a site: from shelf to shelf, into quarantine, back to the supplier, to destruction."""

from datetime import datetime

from formulary.accounts import Actor
from formulary.audit import record
from formulary.db import once
from formulary.rules.findings import refuse
from formulary.stock import facts, queries
from formulary.stock.actions.ledger import Entry, write
from formulary.stock.actions.taking import lot_row
from formulary.stock.actions.vials import where_is
from formulary.stock.models import Lot, Place, Vial

MOVED_TO = {
    "storage": "moved",
    "in_use": "moved",
    "quarantine": "quarantined",
    "returned": "returned",
    "destroyed": "destroyed",
}


@once
def move_lot(
    lot: Lot, *, source: Place, target: Place, quantity: int, at: datetime, by: Actor, remark: str = ""
) -> Lot:
    """Move sealed stock between places of the site, in the lot's steps.

    Held, expired and quarantined stock goes to quarantine, return or destruction only; stock leaves
    quarantine for a shelf through `release_lot`.
    """
    reason = _reason(lot.number, target, ("storage", "quarantine", "returned", "destroyed"))
    entry = Entry(lot, None, source, target, quantity, reason, ("lot", lot.id), at, remark=remark)
    movements = write([entry], at=at, by=by, use=facts.Use(lot, None, source, target, quantity))
    new = {"lot": lot.number, "from": source.name, "to": target.name, "quantity": quantity}
    record("stock.move", lot, by=by, at=at, new=new, reason=remark, movements=movements)
    return lot


@once
def move_vial(vial: Vial, *, target: Place, at: datetime, by: Actor, remark: str = "") -> Vial:
    """Move an open vial with all that is in it to another place of open vials, to quarantine, return or
    destruction.
    """
    reason = _reason(vial.code, target, ("in_use", "quarantine", "returned", "destroyed"))
    source = where_is(vial)
    entries = [
        Entry(
            lot_row(c.lot_id), vial, source, target, c.quantity, reason, ("vial", vial.id), at, remark=remark
        )
        for c in queries.contents(vial_id=vial.id)
    ]
    movements = write(entries, at=at, by=by, use=facts.Use(vial.lot, vial, source, target, 0))
    new = {"vial": vial.code, "from": source.name, "to": target.name}
    record("stock.move", vial, by=by, at=at, new=new, reason=remark, movements=movements)
    return vial


def _reason(what: str, target: Place, kinds: tuple[str, ...]) -> str:
    if target.kind not in kinds:
        raise refuse(
            "place.wrong_kind",
            what,
            f"{target.name} is not a place for this.",
            "Choose another place.",
            field="target",
        )
    return MOVED_TO[target.kind]
