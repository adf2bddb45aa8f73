"""A person's own last act on stock, and what has happened since with what it touched."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from formulary.accounts import Actor
from formulary.accounts import queries as accounts
from formulary.audit.models import AuditEntry
from formulary.db import FRESH, Missing, db
from formulary.stock.models import (
    Balance,
    CountEntry,
    CountLine,
    KeptLess,
    Lot,
    Movement,
    Reservation,
    StockCount,
    UndoneAct,
)
from formulary.stock.queries.holds import touched_by

UNDO_MINUTES = 15
MOST_TOLD = 3


def undo_minutes(site_id: int, at: datetime) -> int:
    """For how long an act can be undone at the site: 15 minutes until it decides otherwise."""
    decided = accounts.policy(site_id, "undo_within_minutes", at)
    return UNDO_MINUTES if decided is None else int(decided)


def last_act(by: Actor, kinds: Collection[str]) -> AuditEntry | None:
    """The newest of a person's own acts of these kinds at their site that was not undone."""
    undone = db.exists().where(UndoneAct.entry_id == AuditEntry.id)
    query = db.select(AuditEntry).where(
        AuditEntry.person_id == by.person_id,
        AuditEntry.site_id == by.site_id,
        AuditEntry.outcome == "done",
        AuditEntry.action.in_(kinds),
        ~undone,
    )
    return db.session.scalar(query.order_by(AuditEntry.id.desc()).limit(1))


def own_act(entry_id: int, by: Actor) -> AuditEntry:
    """An act of one's own at one's site; Missing for anybody else's."""
    mine = {"id": entry_id, "person_id": by.person_id, "site_id": by.site_id, "outcome": "done"}
    found = db.session.scalar(db.select(AuditEntry).filter_by(**mine))
    if found is None:
        raise Missing(f"No act {entry_id}")
    return found


def is_undone(entry_id: int) -> bool:
    """Whether an act was undone."""
    return db.session.scalar(db.select(UndoneAct.id).filter_by(entry_id=entry_id)) is not None


def acts_of_list(entry: AuditEntry) -> list[AuditEntry]:
    """The entries of the receipts that came with a list, the first one first; none for any other act."""
    if entry.object_kind != "stored_file":
        return []
    same = {"person_id": entry.person_id, "site_id": entry.site_id, "at": entry.at, "outcome": "done"}
    query = db.select(AuditEntry).filter_by(action="stock.receive", **same).where(AuditEntry.id < entry.id)
    found = db.session.scalars(query.order_by(AuditEntry.id))
    return [one for one in found if (one.new or {}).get("list") == entry.object_id]


def undone_lists(file_ids: Collection[int]) -> set[int]:
    """Those of these files of which what was recorded was undone."""
    query = db.select(AuditEntry.object_id).join(UndoneAct, UndoneAct.entry_id == AuditEntry.id)
    query = query.where(AuditEntry.object_kind == "stored_file", AuditEntry.object_id.in_(file_ids))
    return set(db.session.scalars(query)) if file_ids else set()


def movements_of_act(entry: AuditEntry) -> list[Movement]:
    """The ledger rows of an act, with those of the receipts of a list, the first one first."""
    ids = [number for one in (entry, *acts_of_list(entry)) for number, _ in one.movements]
    return list(db.session.scalars(db.select(Movement).where(Movement.id.in_(ids)).order_by(Movement.id)))


def since_of_vials(rows: Sequence[Movement]) -> list[Movement]:
    """What moved in or out of the vials of these rows after them, as far as it was not undone."""
    vials = {row.vial_id for row in rows if row.vial_id is not None}
    return _standing(rows, Movement.vial_id.in_(vials)) if vials else []


def since_of_lot(rows: Sequence[Movement], row: Movement) -> list[Movement]:
    """What left the place where a row of these put sealed stock, after them, as far as it was not undone."""
    return _standing(rows, Movement.lot_id == row.lot_id, Movement.from_place_id == row.to_place_id)


def counted_since(rows: Sequence[Movement]) -> list[Movement]:
    """What a count corrected after these rows where they put or took something."""
    lots, places = {r.lot_id for r in rows}, {p for r in rows for p in (r.from_place_id, r.to_place_id)}
    at_place = db.or_(Movement.from_place_id.in_(places), Movement.to_place_id.in_(places))
    return _standing(rows, Movement.lot_id.in_(lots), Movement.document_kind == "count", at_place)


def looked_at_since(rows: Sequence[Movement]) -> list[str]:
    """The lots that somebody counted, or a vial of them, after one of these rows where it put or took
    something; one query.
    """
    line, lots = CountLine, {row.lot_id for row in rows}
    told = (Lot.number, line.lot_id, line.place_id, line.vial_id, CountEntry.mark)
    query = db.select(*told).join(line, line.lot_id == Lot.id)
    query = query.join(StockCount, StockCount.id == line.count_id)
    query = query.join(CountEntry, CountEntry.line_id == line.id)
    since = CountEntry.mark >= min(row.id for row in rows)
    counted = (since, CountEntry.found.is_not(None), StockCount.state != "cancelled")
    found: dict[int, list[Any]] = {}
    for one in db.session.execute(query.where(line.lot_id.in_(lots), *counted).order_by(CountEntry.id)):
        found.setdefault(one.lot_id, []).append(one)
    return [one.number for row in rows for one in found.get(row.lot_id, ()) if _is_about(one, row)]


def _is_about(counted: Any, row: Movement) -> bool:
    """Whether what was counted is what a row touched, and after it."""
    is_there = counted.place_id in (row.from_place_id, row.to_place_id)
    return is_there and counted.vial_id in (None, row.vial_id) and counted.mark >= row.id


def by_balance(rows: Sequence[Movement]) -> list[Movement]:
    """These rows in the order in which the balances that they filled are locked."""
    lots, places = {row.lot_id for row in rows}, {row.to_place_id for row in rows}
    query = db.select(Balance.place_id, Balance.lot_id, Balance.vial_id, Balance.id)
    found = db.session.execute(query.where(Balance.lot_id.in_(lots), Balance.place_id.in_(places)))
    own = {tuple(key): number for *key, number in found}

    def order(row: Movement) -> int:
        sealed = (row.to_place_id, row.lot_id, None)
        return own.get((*sealed[:2], row.vial_id), own.get(sealed, 0))

    return sorted(rows, key=order)


def moved_after(entry: AuditEntry, kind: str, object_id: int) -> list[Movement]:
    """What moved after an act of what a hold on this object stops: newer rows than all before the act."""
    before = db.select(AuditEntry.movements).where(AuditEntry.at == entry.at, AuditEntry.id <= entry.id)
    newest = max((number for pairs in db.session.scalars(before) for number, _ in pairs), default=0)
    at_place = db.or_(Movement.from_place_id == object_id, Movement.to_place_id == object_id)
    touched = at_place if kind == "place" else touched_by(Movement, kind, object_id)
    later = (Movement.recorded_at >= entry.at, Movement.id > newest)
    query = db.select(Movement).where(touched, *later).order_by(Movement.id.desc())
    return list(db.session.scalars(query.limit(MOST_TOLD)))


def acts_about(kind: str, object_id: int, after: int) -> list[AuditEntry]:
    """The acts about a row after an entry, the newest first."""
    query = db.select(AuditEntry).filter_by(object_kind=kind, object_id=object_id, outcome="done")
    return list(db.session.scalars(query.where(AuditEntry.id > after).order_by(AuditEntry.id.desc())))


def opening_of(vial_id: int) -> tuple[AuditEntry | None, Movement]:
    """The row that opened a vial last, and its entry."""
    row = db.session.scalars(
        db.select(Movement)
        .filter_by(document_kind="vial", document_id=vial_id, reason="opened", reverses_id=None)
        .order_by(Movement.id.desc())
        .limit(1)
    ).one()
    mine = {"object_kind": "vial", "object_id": vial_id, "action": "stock.open", "outcome": "done"}
    entry = db.select(AuditEntry).filter_by(**mine).order_by(AuditEntry.id.desc()).limit(1)
    return db.session.scalar(entry), row


def broken_by(hold_code: str) -> list[Reservation]:
    """The reservations that a hold ended."""
    query = db.select(Reservation).filter_by(ended_why=f"hold {hold_code}").order_by(Reservation.id)
    return list(db.session.scalars(query, execution_options=FRESH))


def keeps(for_refs: Collection[str]) -> list[Reservation]:
    """What stands reserved for any of these."""
    query = db.select(Reservation).where(Reservation.for_ref.in_(for_refs), Reservation.ended_at.is_(None))
    return list(db.session.scalars(query, execution_options=FRESH))


def lessened_by(rows: Sequence[Movement]) -> list[tuple[int, Reservation, Lot]]:
    """How much these rows took of which reservations, the last first, each read anew."""
    query = db.select(KeptLess.quantity, Reservation, Lot)
    query = query.join(Reservation, Reservation.id == KeptLess.reservation_id)
    query = query.join(Lot, Lot.id == Reservation.lot_id)
    mine = query.where(KeptLess.movement_id.in_([row.id for row in rows])).order_by(KeptLess.id.desc())
    found = db.session.execute(mine.execution_options(populate_existing=True))
    return [(quantity, row, lot) for quantity, row, lot in found]


def kept_anew(for_ref: str, since: datetime) -> bool:
    """Whether something was reserved for it after that instant."""
    query = db.select(Reservation.id).where(Reservation.for_ref == for_ref, Reservation.created_at > since)
    return db.session.scalar(query.limit(1)) is not None


def _standing(rows: Sequence[Movement], *conditions: object) -> list[Movement]:
    undone = db.select(Movement.reverses_id).where(Movement.reverses_id.is_not(None))
    query = db.select(Movement).where(Movement.id > max(row.id for row in rows), *conditions)
    query = query.where(Movement.reverses_id.is_(None), Movement.id.not_in(undone))
    return list(db.session.scalars(query.order_by(Movement.id.desc()).limit(MOST_TOLD)))
