"""Opening: one container leaves the shelf and becomes a vial with a code and a clock of its own."""

from collections.abc import Sequence
from datetime import datetime

from formulary.accounts import Actor, Permission
from formulary.accounts.actions import next_code
from formulary.audit import record
from formulary.db import Missing, db, once
from formulary.rules.facts import Container
from formulary.rules.lot_status import serves_one_patient
from formulary.stock import facts, queries
from formulary.stock.actions.arrivals import will_open
from formulary.stock.actions.entries import Entry, Way
from formulary.stock.actions.ledger import write
from formulary.stock.labels import refusals, transfer_refusals
from formulary.stock.models import Lot, Place, Vial


@once
def open_vial(
    lot: Lot,
    *,
    place: Place,
    at: datetime,
    by: Actor,
    opened_at: datetime | None = None,
    late_reason: str = "",
    opened_for_id: int | None = None,
    serial: str | None = None,
    labelled: Vial | None = None,
    for_ref: str | None = None,
    content: int | None = None,
    already_happened: bool = False,
) -> Vial:
    """Open one container of a lot that lies at `place`: its content moves to the place of open vials.

    `for_ref` is the act it is opened for: what is discarded afterwards serves no other once it is drawn from.

    Refuses a lot that may not be used, a serial that somebody watches for (a recall) or must know first, a
    product whose content is unknown, and a shelf without a full container. An `opened_at` in the past is a
    late entry: it needs `late_reason` and is recorded whatever holds now. `labelled` is a sealed vial that
    has a label of ours already. `already_happened` records it whatever holds now, however short ago it was.
    `content` is what it held where the catalogue does not know.
    """
    by.must(Permission.PREPARE)
    is_late = _is_late(opened_at, late_reason, at)
    content = content or content_of(lot)
    vial = _labelled(labelled, lot) or Vial(code=next_code("V"), lot=lot, site_id=_own(place, by).site_id)
    vial.serial = serial or vial.serial
    if not (is_late or already_happened):
        will_open(lot, vial.serial or "")
    vial.opened_at, vial.opened_by_id = opened_at or at, by.person_id
    vial.opened_for_id, vial.opened_for_ref, vial.late_reason = opened_for_id, for_ref, late_reason
    db.session.add(vial)
    db.session.flush()
    target = queries.place(place.site_id, "in_use")
    entry = Entry(lot, vial, place, content, Way(target, "opened", ("vial", vial.id), vial.opened_at))
    use = facts.Use(lot, None, place, target, content, opened_for_id, for_ref)
    movements = write([entry], at=at, by=by, use=None if is_late or already_happened else use)
    vial.state = "open"
    limit_use(vial, target, at)
    new = {
        "vial": vial.code,
        "lot": lot.number,
        "opened_at": str(vial.opened_at),
        "until": str(vial.beyond_use_at),
    }
    record("stock.open", vial, by=by, at=at, new=new, reason=late_reason, movements=movements)
    return vial


def where_is(vial: Vial) -> Place:
    """The place where an opened vial stands; refuses one that has nothing left or is on its way."""
    return standing(vial, queries.lying_in(vial))


def standing(vial: Vial, lies: Sequence[queries.Lying]) -> Place:
    """The place of what lies in it; refuses as `where_is`."""
    if not lies:
        raise refusals.empty(vial)
    place = lies[0].place
    if place.kind == "in_transit":
        raise transfer_refusals.on_its_way(vial, queries.travels_in(vial.id))
    return place


def content_of(lot: Lot) -> int:
    """What one full container of the lot holds, in its steps; refuses while the catalogue does not know."""
    if lot.product.content is None:
        raise refusals.content_unknown(lot.product)
    return lot.product.content


def content_now(vial: Vial) -> int:
    """What is left of the vial's own lot in it, in the lot's steps."""
    return sum(one.quantity for one in queries.lying_in(vial))


def serve(vial: Vial, *, for_patient: int | None, for_ref: str | None, is_first: bool) -> None:
    """Note for whom and, at the first draw, for which act an opened vial is drawn from."""
    product = vial.lot.product
    is_for_one = serves_one_patient(Container(product.container))
    if vial.opened_for_id is None and is_for_one:
        vial.opened_for_id = for_patient
    if is_first and (is_for_one or product.after_puncture_h == 0):
        vial.opened_for_ref = for_ref


def end_session(site_id: int, for_ref: str) -> int:
    """The act is over: what was drawn from for it and is discarded serves nobody any more; how many vials.

    The caller's audit entry tells of it.
    """
    mine = (Vial.site_id == site_id, Vial.state == "open", Vial.opened_for_ref == for_ref)
    return db.session.execute(db.update(Vial).where(*mine).values(opened_for_ref="")).rowcount


def limit_use(vial: Vial, place: Place, at: datetime) -> None:
    """Let the beyond-use date follow from the clocks that now run; it is never set later than it was."""
    db.session.flush()
    stock = facts.as_opened(vial.lot, vial, place)
    if stock is None:
        raise Missing(f"{vial.code} is not at {place}")
    found = facts.beyond_use(stock, vial.opened_at or at)
    if vial.beyond_use_at is None or found.at is None or found.at <= vial.beyond_use_at:
        vial.beyond_use_at, vial.beyond_use_limit = found.at, found.limit
    db.session.flush()


def _labelled(vial: Vial | None, lot: Lot) -> Vial | None:
    if vial is not None and (vial.state, vial.lot_id) != ("sealed", lot.id):
        raise refusals.not_sealed(vial)
    return vial


def _is_late(opened_at: datetime | None, late_reason: str, at: datetime) -> bool:
    if opened_at is None or opened_at == at:
        return False
    if opened_at > at:
        raise refusals.in_the_future("opened_at")
    if not late_reason.strip():
        raise refusals.late_without_reason()
    return True


def _own(place: Place, by: Actor) -> Place:
    if place.site_id != by.site_id:
        raise Missing(f"No place {place.id}")
    return place
