"""The only way to a patch test: scoped to who may see the patient, readings and lots with it."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Integer, Row, Select, bindparam, func, select
from sqlalchemy.orm import aliased, contains_eager, selectinload

from formulary.accounts import Actor
from formulary.catalogue.models import Product
from formulary.db import Missing, db, rows_of
from formulary.patch_tests.models import PatchTest, PatchTestItem, PatchTestReading
from formulary.patients.models import Patient
from formulary.patients.queries import may_see, own
from formulary.stock.models import Movement, Place, Vial

WATCHED = timedelta(days=14)
"""So long after its application a test stands on the list of readings; the last one is due on day 7."""

ITEMS = (
    db.select(PatchTestItem)
    .join(PatchTestItem.test)
    .where(own(PatchTest.patient_id, bindparam("patient_id", type_=Integer)))
    .where(PatchTest.state.in_(bindparam("states", expanding=True)))
    .order_by(PatchTestItem.id)
    .options(contains_eager(PatchTestItem.test), selectinload(PatchTestItem.readings))
)

Later = aliased(PatchTestReading)
CORRECTED = db.select(Later.id).where(Later.corrects_id == PatchTestReading.id).exists()
STANDS = db.and_(PatchTestReading.item_id == PatchTestItem.id, ~CORRECTED)
SPOTS = (
    db.select(
        PatchTestItem.id, PatchTestItem.test_id, PatchTestItem.role, PatchTest.guideline,
        Product.ingredient_id, PatchTestItem.product_id, PatchTestItem.lot_id, PatchTest.applied_at,
        PatchTestItem.is_mixture, PatchTestReading.grade, PatchTestReading.read_at, PatchTest.code,
        Product.name.label("product"),
    )
    .join(PatchTestItem.test)
    .outerjoin(PatchTestReading, STANDS)
    .outerjoin(Product, Product.id == PatchTestItem.product_id)
    .where(own(PatchTest.patient_id, bindparam("patient_id", type_=Integer)))
    .where(PatchTest.state == "applied")
    .order_by(PatchTestItem.id, PatchTestReading.read_at, PatchTestReading.id)
)  # fmt: skip
"""What every check asks, made once."""


def test(test_id: int, *, by: Actor, at: datetime, locked: bool = False) -> PatchTest:
    """One test of a patient whom this person may see; Missing for any other. `locked` until the act ends."""
    query = _with_readings().where(PatchTest.id == test_id, may_see(PatchTest.patient_id, by=by, at=at))
    found: PatchTest | None = db.session.scalar(query.with_for_update(of=PatchTest) if locked else query)
    if found is None:
        raise Missing(f"No patch test {test_id} that you may see")
    return found


def tests_of(patient_id: int) -> list[PatchTest]:
    """Every test of a patient that was asked for before, newest first, void ones too."""
    query = _with_readings().where(own(PatchTest.patient_id, patient_id))
    return list(db.session.scalars(query.order_by(PatchTest.applied_at.desc(), PatchTest.id.desc())))


def items_of(patient_id: int, *, voided: bool = False) -> list[PatchTestItem]:
    """Every spot of the patient's tests that were not voided (or of all), with its test and its readings."""
    states = ["applied", "void"] if voided else ["applied"]
    return list(db.session.scalars(ITEMS, {"patient_id": patient_id, "states": states}))


def spots_of(patient_id: int) -> list[Row[Any]]:
    """Every spot of the tests not voided, controls too: what it is of, when, by which guideline; a row for
    each of its readings that no other corrects, in the order of their making, and one where there is none.
    """
    return list(rows_of(SPOTS, patient_id=patient_id))


def watched(*, by: Actor, at: datetime) -> list[tuple[PatchTest, Patient]]:
    """The tests of the site that may still be read, with their patients, earliest first."""
    query = _with_readings().add_columns(Patient).join(Patient, Patient.id == PatchTest.patient_id)
    query = query.where(
        PatchTest.site_id == by.site_id,
        PatchTest.state == "applied",
        PatchTest.applied_at > at - WATCHED,
        may_see(PatchTest.patient_id, by=by, at=at),
    )
    rows = db.session.execute(query.order_by(PatchTest.applied_at, PatchTest.id))
    return [(row[0], row[1]) for row in rows]


def item_of(test_row: PatchTest, item_id: int) -> PatchTestItem:
    """One spot of a test; Missing for another's."""
    found = next((item for item in test_row.items if item.id == item_id), None)
    if found is None:
        raise Missing(f"No spot {item_id} of {test_row.code}")
    return found


def reading_of(test_row: PatchTest, reading_id: int) -> PatchTestReading:
    """One reading of a test; Missing for another's."""
    found = next((r for item in test_row.items for r in item.readings if r.id == reading_id), None)
    if found is None:
        raise Missing(f"No reading {reading_id} of {test_row.code}")
    return found


def first_received(lot_ids: Collection[int]) -> dict[int, datetime]:
    """When each lot first came in, by the ledger; a lot that never did is not in it."""
    query = db.select(Movement.lot_id, func.min(Movement.occurred_at)).join(
        Place, Place.id == Movement.from_place_id
    )
    query = query.where(
        Movement.lot_id.in_(lot_ids), Place.kind == "supplier", Movement.reverses_id.is_(None)
    )
    return {row[0]: row[1] for row in db.session.execute(query.group_by(Movement.lot_id))} if lot_ids else {}


def movements(test_ids: Collection[int]) -> list[Movement]:
    """The rows of the ledger that belong to these tests, oldest first, reversals too."""
    query = db.select(Movement).where(
        Movement.document_kind == "patch_test", Movement.document_id.in_(test_ids)
    )
    return list(db.session.scalars(query.order_by(Movement.id))) if test_ids else []


def vials(vial_ids: Collection[int]) -> dict[int, Vial]:
    """The vials that tests were drawn from, by id."""
    query = db.select(Vial).where(Vial.id.in_(vial_ids))
    return {row.id: row for row in db.session.scalars(query)} if vial_ids else {}


def codes(test_ids: Collection[int]) -> dict[int, str]:
    """The codes of tests by id, for the ledger's pages; not scoped, a code names nobody."""
    query = db.select(PatchTest.id, PatchTest.code).where(PatchTest.id.in_(test_ids))
    return {row[0]: row[1] for row in db.session.execute(query)} if test_ids else {}


def _with_readings() -> Select[Any]:
    return select(PatchTest).options(selectinload(PatchTest.items).selectinload(PatchTestItem.readings))
