"""What was brought over from earlier records: reading it, and proving it against ledger, copies and trail."""

from collections.abc import Collection, Iterator
from typing import Any

from sqlalchemy import Text, and_, any_, literal, or_
from sqlalchemy.dialects.postgresql import ARRAY

from formulary.administrations.models import (
    USE_FREE,
    USE_HASHED,
    USE_LAST,
    USE_VERSION,
    GivenLot,
    ImportedUse,
    stretch_hash,
)
from formulary.audit.models import AuditEntry
from formulary.audit.queries import Fault
from formulary.db import db, hashed, kinds
from formulary.stock.models import Movement

DOCUMENT, PART = "imported_use", "exchange.history_part"
AT_ONCE = 1_000
Moved = and_(Movement.document_kind == DOCUMENT, Movement.document_id == ImportedUse.id)


def known_identities(identities: Collection[str]) -> set[str]:
    """Which of these lines are on record already."""
    query = db.select(ImportedUse.identity).where(_one_of(identities))
    return set(db.session.scalars(query)) if identities else set()


def _one_of(identities: Collection[str]) -> Any:
    """One parameter for all of them where the database takes a list: a thousand take long to tell apart."""
    if hashed.on_sqlite():
        return ImportedUse.identity.in_(identities)
    return ImportedUse.identity == any_(literal(list(identities), ARRAY(Text)))


def hashes_between(model: Any, first: int, behind: int) -> Iterator[Any]:
    """Key and hash of the rows of these keys, in order, some hundreds at a time; of movements their line too.

    By keys alone: of rows that were just loaded a database knows too little to join them well.
    """
    more = (Movement.document_id,) if model is Movement else ()
    query = db.select(model.id, model.hash, *more).order_by(model.id)
    for start in range(first, behind, AT_ONCE):
        here = (model.id >= start, model.id < min(start + AT_ONCE, behind))
        yield from db.session.execute(query.where(*here)).all()


def imported_faults() -> Iterator[Fault]:
    """Lines that were altered, or are not what the ledger, the recall's rows or the trail say."""
    altered = db.select(ImportedUse.id).where(ImportedUse.hash != hashed.sha256(_text()))
    yield from _named(altered, "imported_use", "was altered after it was written")
    yield from _named(_other_than_moved(), "imported_use", "is not what its movement says")
    yield from _named(_other_than_given(), "imported_use", "is not what its given_lot says")
    yield from _named(_of_no_line(Movement.id, Movement), "movement", "is of a line that is not there")
    yield from _stretch_faults()


def counted() -> dict[str, int]:
    """How many lines the proof went through."""
    return {"imported lines": db.session.scalar(db.select(db.func.count(ImportedUse.id))) or 0}


def _text() -> Any:
    plain = [_column(name) for name in USE_HASHED]
    free, last = getattr(ImportedUse, USE_FREE), getattr(ImportedUse, USE_LAST)
    version = kinds.vouched(USE_VERSION, ImportedUse)
    return hashed.joined([version, *plain, db.func.length(free), free, last])


def _column(name: str) -> Any:
    column = getattr(ImportedUse, name)
    return hashed.instant(column) if name == "at" else column


def _other_than_moved() -> Any:
    """Without its movement, with one although no lot was noted, or with another one."""
    query = db.select(ImportedUse.id).outerjoin(Movement, Moved)
    same = and_(
        Movement.lot_id == ImportedUse.lot_id,
        Movement.quantity == ImportedUse.quantity,
        Movement.occurred_at == ImportedUse.at,
        Movement.reverses_id.is_(None),
    )
    noted = ImportedUse.lot_id.is_not(None)
    wrong = or_(and_(noted, _is_not(same)), and_(~noted, Movement.id.is_not(None)))
    return query.where(wrong).distinct()


def _other_than_given() -> Any:
    query = db.select(ImportedUse.id).outerjoin(GivenLot, GivenLot.imported_id == ImportedUse.id)
    same = and_(
        GivenLot.lot_id == ImportedUse.lot_id,
        GivenLot.patient_id == ImportedUse.patient_id,
        GivenLot.given == ImportedUse.quantity,
        GivenLot.at == ImportedUse.at,
        GivenLot.wasted == 0,
        GivenLot.grade == "imported",
    )
    noted = ImportedUse.lot_id.is_not(None)
    wrong = or_(and_(noted, _is_not(same)), and_(~noted, GivenLot.id.is_not(None)))
    return query.where(wrong)


def _is_not(same: Any) -> Any:
    return db.not_(db.func.coalesce(same, db.false()))


def _of_no_line(key: Any, table: Any) -> Any:
    query = db.select(key).outerjoin(ImportedUse, ImportedUse.id == table.document_id)
    return query.where(table.document_kind == DOCUMENT, ImportedUse.id.is_(None))


def _stretch_faults() -> Iterator[Fault]:
    """Every entry of the trail with the hash over its lines, and every line in one of them."""
    behind = 1
    query = db.select(AuditEntry.id, AuditEntry.new)
    query = query.where(AuditEntry.object_kind == "stored_file", AuditEntry.action == PART)
    for number, new in db.session.execute(query.order_by(AuditEntry.id)).all():
        first, last = new["first"], new["last"]
        if first != behind or stretch_hash(_hashes(first, last)) != new["hash"]:
            yield Fault("imported_use", f"imported_use {first} to {last}", f"are not those of entry {number}")
        behind = last + 1
    beyond = db.select(ImportedUse.id).where(ImportedUse.id >= behind)
    yield from _named(beyond, "imported_use", "is in no audit entry")


def _hashes(first: int, last: int) -> list[str]:
    query = db.select(ImportedUse.hash).where(ImportedUse.id >= first, ImportedUse.id <= last)
    return list(db.session.scalars(query.order_by(ImportedUse.id)))


def _named(query: Any, table: str, what: str) -> Iterator[Fault]:
    for number in db.session.scalars(query.order_by(query.selected_columns[0])):
        yield Fault(table, f"{table} {number}", what)
