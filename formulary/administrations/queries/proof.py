"""The proof of whom a lot reached: draws, tests and what was given, against the ledger and the trail.

The ledger's hashes hold how much of which lot went into which attempt, session or test, and the trail's hold
whose it was; every copy that a recall reads is compared with them where the rows lie, and only what does not
hold is read.
"""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Text, and_, or_, type_coerce
from sqlalchemy.orm import aliased

from formulary.administrations.models import Administration, GivenLot
from formulary.administrations.queries.counted import counted_faults
from formulary.administrations.queries.imported import counted as counted_lines
from formulary.administrations.queries.imported import imported_faults
from formulary.audit.models import AuditEntry
from formulary.audit.queries import Fault
from formulary.cocktails.models import Cocktail
from formulary.db import db
from formulary.patch_tests.models import PatchTest, PatchTestItem
from formulary.preparations.models import Attempt, Draw
from formulary.stock.models import Movement, Place, Vial

Back = aliased(Movement)
COPIED = ("lot_id", "patient_id", "cocktail_id", "via", "grade")
SESSIONS = (
    "administrations.close",
    "administrations.record_emergency",
    "administrations.record_late",
    "seed.import_dose",
)
NAMED_BY = (
    (Attempt, ("preparations.draw",)),
    (Administration, SESSIONS),
    (PatchTest, ("patch_tests.apply",)),
)
"""Whose entries in the trail name the patient, and of which acts."""


def exposure_faults() -> Iterator[Fault]:
    """Every row that a recall is answered from and that does not hold, named; nothing means that all do."""
    yield from draw_faults()
    yield from given_faults()
    yield from test_faults()
    yield from patient_faults()
    yield from counted_faults()
    yield from imported_faults()


def draw_faults() -> Iterator[Fault]:
    """Draws that are not their movement, not of their attempt's patient, or not there at all."""
    query = db.select(Draw.id).outerjoin(Movement, Movement.id == Draw.movement_id)
    query = query.outerjoin(Back, Back.reverses_id == Draw.movement_id)
    query = query.outerjoin(Attempt, Attempt.id == Draw.attempt_id)
    query = query.outerjoin(Cocktail, Cocktail.id == Attempt.cocktail_id)
    yield from _told(
        query,
        "draw",
        {
            "is not what its movement says": _other_than_moved(),
            "and the ledger differ on whether it was taken back": Draw.undone.is_distinct_from(
                Back.id.is_not(None)
            ),
            "is of another patient or cocktail than its attempt": _other_than_prepared_for(),
        },
    )
    yield from _named(_undrawn(), "movement", "went into a preparation, and no draw says so")


def given_faults() -> Iterator[Fault]:
    """What was given: as its draw and its session say, adding up, all of it there, and as the ledger says."""
    query = db.select(GivenLot.id).outerjoin(Draw, Draw.id == GivenLot.draw_id)
    query = query.outerjoin(Administration, Administration.id == GivenLot.administration_id)
    query = query.where(GivenLot.imported_id.is_(None))
    yield from _told(
        query,
        "given_lot",
        {
            "is not what its draw says": _apart((GivenLot, Draw, COPIED)),
            "is not what its session says": _other_than_closed(),
            "does not add up to its draw": _unbalanced(),
        },
    )
    yield from _named(_forgotten(), "draw", "was for a session that is closed, and no given_lot says so")
    yield from _sums_of_given()


def test_faults() -> Iterator[Fault]:
    """Amounts of patch tests that are not those of the ledger, by test, lot and vial."""
    for test_id, lot_id, told, moved in _differing(_tested_told(), _tested_moved()):
        rows = db.select(PatchTestItem.id).filter_by(test_id=test_id, lot_id=lot_id)
        yield _sum_fault("patch_test_item", rows, f"lot {lot_id} in test {test_id}", told, moved)


def patient_faults() -> Iterator[Fault]:
    """Attempts, sessions and tests that are of another patient than the trail names."""
    for model, actions in NAMED_BY:
        number = db.cast(model.patient_id, Text)
        text = type_coerce(AuditEntry.new, Text)
        named = or_(*(text.contains(db.literal('"patient":') + number + end) for end in ",}"))
        entry = and_(
            AuditEntry.object_kind == model.__tablename__,
            AuditEntry.object_id == model.id,
            AuditEntry.action.in_(actions),
            AuditEntry.outcome == "done",
        )
        query = db.select(model.id).join(AuditEntry, entry).where(db.not_(named)).distinct()
        yield from _named(query, model.__tablename__, "is of another patient than its audit entry says")


def counted() -> dict[str, int]:
    """How many draws and given lots the proof went through."""
    tables = {"draws": Draw, "given lots": GivenLot}
    count = db.func.count
    told = {name: db.session.scalar(db.select(count(table.id))) or 0 for name, table in tables.items()}
    return told | counted_lines()


def _other_than_moved() -> Any:
    """Lot, vial, amount, document, ends, instant and person, as the hash of the movement covers them.

    What is typed afterwards was drawn by the preparer, whoever typed it; what was found of a mixture has its
    volume on the draw alone.
    """
    solution = db.func.coalesce(Movement.mixture, Movement.quantity)
    typed = and_(Cocktail.recorded != "", Draw.by_id == Attempt.preparer_id)
    return or_(
        _apart((Draw, Movement, ("lot_id", "vial_id", "quantity"))),
        and_(Draw.by_id.is_distinct_from(Movement.by_id), db.not_(db.func.coalesce(typed, db.false()))),
        Draw.drawn_at.is_distinct_from(Movement.occurred_at),
        Draw.attempt_id.is_distinct_from(Movement.document_id),
        Attempt.place_id.is_distinct_from(Movement.to_place_id),
        Movement.document_kind != "attempt",
        Movement.reverses_id.is_not(None),
        and_(Draw.via != "diluent", Movement.reason != "shortfall", Draw.volume != solution),
    )


def _other_than_prepared_for() -> Any:
    return _apart((Draw, Attempt, ("patient_id", "cocktail_id")), (Draw, Cocktail, ("patient_id",)))


def _undrawn() -> Any:
    query = db.select(Movement.id).outerjoin(Draw, Draw.movement_id == Movement.id)
    return query.where(
        Movement.document_kind == "attempt",
        Movement.reverses_id.is_(None),
        Movement.to_place_id.in_(_places("preparation")),
        Draw.id.is_(None),
    )


def _other_than_closed() -> Any:
    return or_(
        _apart((GivenLot, Administration, ("patient_id", "cocktail_id"))),
        Draw.attempt_id.is_distinct_from(Administration.attempt_id),
        GivenLot.at.is_distinct_from(Administration.started_at),
        Administration.state.is_distinct_from("closed"),
    )


def _unbalanced() -> Any:
    whole = GivenLot.given + GivenLot.wasted
    return or_(whole.is_distinct_from(Draw.quantity), GivenLot.given < 0, GivenLot.wasted < 0, Draw.undone)


def _forgotten() -> Any:
    query = db.select(Draw.id).join(Administration, Administration.attempt_id == Draw.attempt_id)
    same = and_(GivenLot.administration_id == Administration.id, GivenLot.draw_id == Draw.id)
    query = query.outerjoin(GivenLot, same)
    return query.where(Administration.state == "closed", Draw.undone.is_(False), GivenLot.id.is_(None))


def _sums_of_given() -> Iterator[Fault]:
    for attempt_id, lot_id, told, moved in _differing(_given_told(), _moved("attempt", "patient")):
        rows = db.select(GivenLot.id).join(Administration, GivenLot.administration_id == Administration.id)
        rows = rows.where(Administration.attempt_id == attempt_id, GivenLot.lot_id == lot_id)
        yield _sum_fault("given_lot", rows, f"lot {lot_id} in attempt {attempt_id}", told, moved)


def _given_told() -> Any:
    query = db.select(Administration.attempt_id, GivenLot.lot_id, GivenLot.given)
    return query.join(Administration, Administration.id == GivenLot.administration_id)


def _tested_told() -> Any:
    query = db.select(PatchTestItem.test_id, PatchTestItem.lot_id, PatchTestItem.quantity)
    return query.where(PatchTestItem.quantity.is_not(None))


def _tested_moved() -> Any:
    """What the ledger took of the products tested; their diluents have no item of their own."""
    own = or_(Vial.id.is_(None), Vial.lot_id == Movement.lot_id)
    return _moved("patch_test", "patch_test").outerjoin(Vial, Vial.id == Movement.vial_id).where(own)


def _moved(document: str, kind: str) -> Any:
    """What the rows of a kind of document brought to places of a kind; what came back is below nothing."""
    places = _places(kind)
    into, out_of = Movement.to_place_id.in_(places), Movement.from_place_id.in_(places)
    signed = db.case((into, Movement.quantity), else_=-Movement.quantity)
    query = db.select(Movement.document_id, Movement.lot_id, signed.label("steps"))
    return query.where(Movement.document_kind == document, or_(into, out_of))


def _places(kind: str) -> list[int]:
    return list(db.session.scalars(db.select(Place.id).filter_by(kind=kind).order_by(Place.id)))


def _differing(told: Any, moved: Any) -> Iterator[Any]:
    """Where the sums of the two differ: document, lot, told, moved."""
    one, other, nothing = told.subquery(), moved.subquery(), db.literal(0)
    rows = db.union_all(
        db.select(*_labelled(*list(one.c)[:2], list(one.c)[2], nothing)),
        db.select(*_labelled(*list(other.c)[:2], nothing, list(other.c)[2])),
    ).subquery()
    key, sums = (rows.c.document_id, rows.c.lot_id), (db.func.sum(rows.c.told), db.func.sum(rows.c.moved))
    query = db.select(*key, *sums).group_by(*key).having(sums[0] != sums[1])
    yield from db.session.execute(query.order_by(*key))


def _labelled(*columns: Any) -> list[Any]:
    names = ("document_id", "lot_id", "told", "moved")
    return [column.label(name) for column, name in zip(columns, names, strict=True)]


def _sum_fault(table: str, query: Any, where: str, told: int, moved: int) -> Fault:
    rows = ", ".join(str(number) for number in db.session.scalars(query.order_by(query.selected_columns[0])))
    name = f"{table} {rows}" if rows else f"a {table} that is not there"
    return Fault(table, name, f"says {int(told)} and the ledger {int(moved)} ({where})")


def _apart(*pairs: tuple[Any, Any, tuple[str, ...]]) -> Any:
    """Whether any of these columns differ between two rows; one that is not there differs."""
    return or_(
        *(
            getattr(one, name).is_distinct_from(getattr(other, name))
            for one, other, names in pairs
            for name in names
        )
    )


def _told(query: Any, table: str, wrong: dict[str, Any]) -> Iterator[Fault]:
    """The rows of which something is wrong, each with the first thing that is."""
    which = db.case(*((condition, number) for number, condition in enumerate(wrong.values())))
    key, words = query.selected_columns[0], list(wrong)
    found = query.add_columns(which).where(or_(*wrong.values())).order_by(key)
    for number, what in db.session.execute(found):
        yield Fault(table, f"{table} {number}", words[what])


def _named(query: Any, table: str, what: str) -> Iterator[Fault]:
    for number in db.session.scalars(query.order_by(query.selected_columns[0])):
        yield Fault(table, f"{table} {number}", what)
