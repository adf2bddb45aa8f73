"""How each act is put back: its rows reversed, the last first, and what stood beside them as it was."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from formulary.accounts import Actor
from formulary.audit.models import AuditEntry
from formulary.db import db
from formulary.rules.lot_status import free, name_of
from formulary.stock import facts, queries
from formulary.stock.actions.balances import lock
from formulary.stock.actions.entering import keep_apart
from formulary.stock.actions.keeping_again import keep_as_much, stand_again
from formulary.stock.actions.ledger import reverse, stand_still
from formulary.stock.actions.vials import limit_use, where_is
from formulary.stock.labels import moved
from formulary.stock.labels import undoing as told
from formulary.stock.models import BY_VIAL, GUARDED, Hold, Lot, Movement, Place, Reservation, Transfer, Vial
from formulary.stock.queries.reserved import standing_of

AT_ONCE = 200
"""So many balances are taken in one statement."""
LIES_FREE = frozenset({"storage", "in_use"})


@dataclass
class Undoing:
    """The act that is undone, by whom and why; the rows written for it, and the acts that go with it."""

    entry: AuditEntry
    at: datetime
    by: Actor
    why: str
    reversals: list[Movement] = field(default_factory=list)
    with_it: list[AuditEntry] = field(default_factory=list)


def rows(acting: Undoing) -> None:
    """An act that is nothing but its rows: a receipt, a move, waste, a return."""
    put_back(acting, queries.movements_of_act(acting.entry))


def opening(acting: Undoing) -> None:
    """An opening: the container is back on its shelf, sealed, and keeps its number."""
    vial = queries.vial(acting.entry.object_id or 0, acting.by.site_id)
    if vial.opened_for_ref:
        raise told.opened_for_a_preparation(vial.code)
    rows(acting)
    _seal(vial)


def mixture(acting: Undoing) -> None:
    """A reconstitution: powder and diluent apart again, and what was opened for it is sealed."""
    vial = queries.vial(acting.entry.object_id or 0, acting.by.site_id)
    if vial.opened_for_ref or acting.entry.new.get("for_ref"):
        raise told.mixed_for_a_preparation(vial.code)
    own, old = queries.movements_of_act(acting.entry), acting.entry.old
    opened = [queries.opening_of(number) for number in acting.entry.new.get("opened", ())]
    put_back(acting, [*(row for _, row in opened), *own])
    vial.diluent_lot_id = vial.reconstituted_at = vial.displacement = None
    vial.mixed_volume = vial.mixed_content = None
    vial.late_reason = old.get("late_reason", "")
    _restart_clock(vial, acting.at)
    for entry, row in opened:
        _seal(db.session.get_one(Vial, row.vial_id))
        acting.with_it += [entry] if entry else []
    if diluent := old.get("diluent"):
        row = db.session.get_one(Vial, diluent["vial"])
        row.opened_for_id, row.opened_for_ref = diluent["for"], diluent["ref"]


def release(acting: Undoing) -> None:
    """A release from quarantine: it lies there again, as the lot stood then."""
    rows(acting)
    lot = db.session.get_one(Lot, acting.entry.object_id)
    lot.status = acting.entry.old["status"]


def sending(acting: Undoing) -> None:
    """A sending: the box is packed again, and all of it on its shelves."""
    box = queries.transfer(acting.entry.object_id or 0, acting.by.site_id, lock=True)
    _nothing_about(box, acting)
    if other := queries.packing(box.site_id, box.to_site_id):
        raise told.box_meanwhile(other.code)
    rows(acting)
    box.state, box.why, box.carrier, box.note = "packing", "", "", ""
    box.sent_at = box.sent_by_id = None


def arrival(acting: Undoing) -> None:
    """An arrival: what came is on its way again, and the vials among it belong to the sender."""
    box = queries.transfer(acting.entry.object_id or 0, acting.by.site_id, lock=True)
    _nothing_about(box, acting)
    rows(acting)
    old = acting.entry.old
    lines = {line.row.id: line for line in queries.lines_of([box.id])[box.id]}
    for number, (arrived, damaged) in old["lines"].items():
        line = lines[int(number)]
        line.row.arrived, line.row.damaged = arrived, damaged
        if line.vial is not None:
            line.vial.site_id = box.site_id
    for number in acting.entry.new.get("labels", ()):
        db.session.get_one(Vial, number).site_id = box.site_id
    box.state, box.remark, box.arrived_at_tenths = old["state"], old["remark"], old["tenths"]
    if box.state == "sent":
        box.arrived_at = box.arrived_by_id = None


def hold(acting: Undoing) -> None:
    """A hold of one's own: it stands no more, and what was reserved is reserved again.

    One that follows from a recall or an excursion is released with a reason, as its decision rests on it.
    """
    row = queries.hold(acting.entry.object_id or 0)
    if row.released_at is not None:
        raise told.moved_on([f"hold {row.code} was released"])
    if row.source:
        raise told.held_for(row.source)
    broken = queries.broken_by(row.code)
    stand_again(broken, acting.at)
    row.released_at, row.released_by_id = acting.at, acting.by.person_id
    row.release_reason = f"undone: {acting.why}" if acting.why else "undone"


def held_again(acting: Undoing) -> None:
    """The release of a hold: it stands again, unless something of it has moved since."""
    row = queries.hold(acting.entry.object_id or 0)
    if since := queries.moved_after(acting.entry, row.object_kind, row.object_id):
        raise told.moved_on(_words(since))
    if db.session.scalar(_standing_on(row)) is not None:
        raise told.reserved_since(row.words)
    row.released_at = row.released_by_id = None
    row.release_reason = ""


def put_back(acting: Undoing, originals: Sequence[Movement]) -> None:
    """Reverse these rows together, the last first, where nothing depends on them."""
    if not originals:
        return
    _at_hand = _named_by(originals)
    _all_still(originals)
    _nothing_since(originals)
    kept = {row.lot_id for row in standing_of({row.lot_id for row in originals}, acting.at)}
    for row in reversed(originals):
        target, lot = db.session.get_one(Place, row.from_place_id), db.session.get_one(Lot, row.lot_id)
        if target.kind == "storage":
            keep_apart(lot.product, target, acting.why, field="why")
        if row.lot_id in kept:
            _is_free(row, acting.at)
        acting.reversals.append(reverse(row, at=acting.at, by=acting.by, why=acting.why))
    keep_as_much(originals, acting.entry.at)


def _named_by(originals: Sequence[Movement]) -> tuple[object, ...]:
    """The lots, vials and places of these rows: a session reads again what nobody holds."""
    places = {key for row in originals for key in (row.from_place_id, row.to_place_id)}
    vials = {row.vial_id for row in originals if row.vial_id is not None}
    lots = {row.lot_id for row in originals}
    return queries.lots_by_id(lots), queries.vials_by_id(vials), queries.places_by_id(places)


def _all_still(originals: Sequence[Movement]) -> None:
    """Take the balances of all these rows, of a long list a stretch at a time in the order of all locks.

    No database is asked of ten thousand sources in one statement.
    """
    ordered = originals if len(originals) <= AT_ONCE else queries.by_balance(originals)
    for start in range(0, len(ordered), AT_ONCE):
        stand_still(ordered[start : start + AT_ONCE])


def _nothing_since(originals: Sequence[Movement]) -> None:
    since = [*queries.since_of_vials(originals), *queries.counted_since(originals)]
    for row in originals:
        place = db.session.get_one(Place, row.to_place_id)
        per_vial = place.kind in BY_VIAL and row.vial_id is not None
        if place.kind in GUARDED - {"preparation"} and not per_vial:
            key = (place.id, row.lot_id, None)
            since += queries.since_of_lot(originals, row) if lock([key])[key].quantity < row.quantity else []
    counted = dict.fromkeys(queries.looked_at_since(originals))
    if since or counted:
        raise told.moved_on(_words(since) or [f"counted, lot {number}" for number in counted])


def _is_free(row: Movement, at: datetime) -> None:
    """Refuse to take away again what somebody has reserved where it lies now."""
    place = db.session.get_one(Place, row.to_place_id)
    if place.kind not in LIES_FREE:
        return
    lot = db.session.get_one(Lot, row.lot_id)
    vial = None if row.vial_id is None or place.kind == "storage" else db.session.get_one(Vial, row.vial_id)
    stock = facts.stock_of(lot, vial, place, at)
    if stock is not None and stock.reserved is not None and free(stock).steps < row.quantity:
        raise told.reserved_since(name_of(stock))


def _words(since: Sequence[Movement]) -> list[str]:
    """What happened since, each once: "drawn, lot L2231"."""
    told_of = {row.id: row for row in since}.values()
    return list(dict.fromkeys(f"{row.why}, lot {row.lot.number}" for row in moved(list(told_of))))


def _seal(vial: Vial) -> None:
    vial.state = "sealed"
    vial.opened_at = vial.opened_by_id = vial.opened_for_id = vial.opened_for_ref = None
    vial.beyond_use_at, vial.beyond_use_limit, vial.late_reason = None, "", ""


def _restart_clock(vial: Vial, at: datetime) -> None:
    """The beyond-use date that follows from its opening alone, as it was before it was mixed."""
    vial.beyond_use_at, vial.beyond_use_limit = None, ""
    limit_use(vial, where_is(vial), at)


def _nothing_about(box: Transfer, acting: Undoing) -> None:
    since = queries.acts_about("transfer", box.id, acting.entry.id)
    newer = [entry for entry in since if not queries.is_undone(entry.id)]
    if newer:
        raise told.moved_on([f"{told.act_words(newer[0])}, {newer[0].person_name}"])


def _standing_on(row: Hold) -> Any:
    touched = queries.touched_by(Reservation, row.object_kind, row.object_id)
    return db.select(Reservation.id).where(touched, Reservation.ended_at.is_(None)).limit(1)
