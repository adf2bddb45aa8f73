"""Moving stock inside a site: from shelf to shelf, and into quarantine."""

from datetime import datetime

from formulary.accounts import Actor, Permission
from formulary.audit import record
from formulary.db import once
from formulary.stock import facts
from formulary.stock.actions.entering import keep_apart
from formulary.stock.actions.entries import Entry, Way
from formulary.stock.actions.ledger import write
from formulary.stock.actions.vials import where_is
from formulary.stock.actions.wasting import everything_in
from formulary.stock.labels import refusals
from formulary.stock.models import Lot, Place, Vial

SEALED_GOES_TO = {"storage": "moved", "quarantine": "quarantined"}
OPEN_GOES_TO = {"in_use": "moved", "quarantine": "quarantined"}


@once
def move_lot(
    lot: Lot, *, source: Place, target: Place, quantity: int, at: datetime, by: Actor, remark: str = ""
) -> Lot:
    """Move sealed stock between places of the site, in the lot's steps.

    Held, expired and quarantined stock goes to quarantine only; stock leaves
    quarantine for a shelf through `release_lot`. Beside what it must never lie with it needs a remark.
    """
    by.must(Permission.RECEIVE_STOCK)
    way = Way(target, _reason(target, SEALED_GOES_TO), ("lot", lot.id), at, remark)
    keep_apart(lot.product, target, remark)
    use = facts.Use(lot, None, source, target, quantity)
    movements = write([Entry(lot, None, source, quantity, way)], at=at, by=by, use=use)
    new = {"lot": lot.number, "from": source.name, "to": target.name, "quantity": quantity}
    record("stock.move", lot, by=by, at=at, new=new, reason=remark, movements=movements)
    return lot


@once
def move_vial(vial: Vial, *, target: Place, at: datetime, by: Actor, remark: str = "") -> Vial:
    """Move an open vial with all in it to another place of open vials or to quarantine.

    Beside what it must never lie with it needs a remark.
    """
    by.must(Permission.RECEIVE_STOCK)
    way = Way(target, _reason(target, OPEN_GOES_TO), ("vial", vial.id), at, remark)
    keep_apart(vial.lot.product, target, remark)
    source = where_is(vial)
    entries = everything_in(vial, source, way, moves_on=True)
    movements = write(entries, at=at, by=by, use=facts.Use(vial.lot, vial, source, target, 0))
    new = {"vial": vial.code, "from": source.name, "to": target.name}
    record("stock.move", vial, by=by, at=at, new=new, reason=remark, movements=movements)
    return vial


def _reason(target: Place, kinds: dict[str, str]) -> str:
    if target.kind not in kinds:
        raise refusals.wrong_kind(target.name, "Choose another place.", "target_id")
    return kinds[target.kind]
