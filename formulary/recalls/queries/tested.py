"""Buckets B and J: who was patch-tested with a lot, and who cannot be excluded: the lot was not noted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Select, func, union_all

from formulary.catalogue.models import Product
from formulary.db import db
from formulary.db.bare import plain_rows
from formulary.db.prepared import values, word
from formulary.patch_tests.models import PatchTest, PatchTestItem
from formulary.recalls.queries.flows import Flows
from formulary.recalls.queries.lots import FoundLot
from formulary.stock.models import Movement, Place

TEST = (
    PatchTest.id,
    PatchTest.code,
    PatchTest.patient_id,
    PatchTest.site_id,
    PatchTest.applied_at,
    PatchTest.state,
)


class Row(NamedTuple):
    """A test, and where it was asked for, what of which lot was on the skin."""

    id: int
    code: str
    patient_id: int
    site_id: int
    applied_at: datetime
    state: str
    lot_id: int | None = None
    product_id: int | None = None
    quantity: int | None = None


@dataclass(frozen=True)
class Tested:
    """A lot on a patient's skin; `quantity` in its steps, None where it cannot be told; `via` as in Draw."""

    test_id: int
    code: str
    patient_id: int
    at: datetime
    state: str
    lot_id: int | None = None
    product_id: int | None = None
    quantity: int | None = None
    via: str = "direct"


def tested(lot_ids: Sequence[int], moved: Flows | None = None) -> tuple[Tested, ...]:
    """Every test with one of these lots, as its own product or as the diluent of one; the newest first.

    A test that was void because nothing was applied, and went back to the stock, touched nobody. Whoever has
    the flows of the lots hands them on: where nothing ever moved to a test, the ledger is not asked again.
    """
    used = _used(lot_ids) if moved is None or moved.went_to("patch_test") else {}
    found = (Row(*row) for row in plain_rows(_items(), {"lots": list(lot_ids)}))
    named = {(row.id, row.lot_id): row for row in found}
    through = _tests({test for test, lot in used if (test, lot) not in named})
    direct = [_direct(row, used.get(key)) for key, row in named.items() if used.get(key) != 0]
    diluted = [
        _of(through[test], lot_id=lot, quantity=steps, via="diluent")
        for (test, lot), steps in used.items()
        if steps and test in through and (test, lot) not in named
    ]
    return tuple(sorted([*direct, *diluted], key=lambda t: (t.at, t.test_id), reverse=True))


def not_excluded(lots: Sequence[FoundLot], flows: Flows) -> tuple[Tested, ...]:
    """Tests that one of these lots may have been in, while it was at the site: as the product, where no lot
    was noted, or as the diluent of a powder of which no vial was.

    A treatment cannot be in doubt: no cocktail is finished before every draw names its lot.
    """
    products = {"products": list({lot.product_id for lot in lots})}
    fluids = {lot.product_id for lot in lots if lot.is_diluent}
    unnoted = [(Row(*row), product) for *row, product in plain_rows(_without_lot(), products)]
    unmixed = [(Row(*row), fluid) for row in _without_vial() for fluid in fluids] if fluids else []
    found = {
        (row.id, product_id): _of(row, product_id=product_id)
        for row, product_id in (*unnoted, *unmixed)
        if any(
            lot.product_id == product_id
            and flows.was_there(lot.id, row.site_id, row.applied_at, lot.used_through)
            for lot in lots
        )
    }
    return tuple(sorted(found.values(), key=lambda test: (test.at, test.test_id), reverse=True))


@cache
def _without_lot() -> Select[Any]:
    query = db.select(*TEST, PatchTestItem.product_id).join(PatchTest, PatchTestItem.test_id == PatchTest.id)
    of_these = PatchTestItem.product_id.in_(values("products"))
    return query.where(PatchTestItem.lot_id.is_(None), of_these).distinct()


def _without_vial() -> Sequence[Any]:
    """Tests of a powder from nobody knows which vial, and so with nobody knows which diluent."""
    query = db.select(*TEST).join(PatchTestItem, PatchTestItem.test_id == PatchTest.id)
    query = query.join(Product, Product.id == PatchTestItem.product_id)
    query = query.where(PatchTestItem.vial_id.is_(None), Product.ledger != "volume")
    return db.session.execute(query.distinct()).all()


def _used(lot_ids: Sequence[int]) -> dict[tuple[int, int], int]:
    """What the ledger took of each lot for each test, reversals taken off: 0 where all of it went back."""
    rows = plain_rows(_taken(), {"lots": list(lot_ids)})
    return {(test or 0, lot): int(steps) for test, lot, steps in rows}


@cache
def _taken() -> Select[Any]:
    """Each way from the index of the lot and the place alone: few of its movements have to do with a test."""
    test = word("patch_test")
    places = db.select(Place.id).where(Place.kind == test)
    there = (Movement.to_place_id.in_(places), Movement.reverses_id.is_(None))
    back = (Movement.from_place_id.in_(places), Movement.reverses_id.is_not(None))
    parts = (
        db.select(Movement.document_id, Movement.lot_id, gain.label("steps")).where(
            Movement.lot_id.in_(values("lots")), Movement.document_kind == test, *way
        )
        for gain, way in ((Movement.quantity, there), (-Movement.quantity, back))
    )
    both = union_all(*parts).subquery("taken")
    query = db.select(both.c.document_id, both.c.lot_id, func.sum(both.c.steps))
    return query.group_by(both.c.document_id, both.c.lot_id)


@cache
def _items() -> Select[Any]:
    columns = (*TEST, PatchTestItem.lot_id, PatchTestItem.product_id)
    query = db.select(*columns, func.sum(PatchTestItem.quantity).label("quantity"))
    query = query.join(PatchTest, PatchTestItem.test_id == PatchTest.id)
    return query.where(PatchTestItem.lot_id.in_(values("lots"))).group_by(*columns)


def _tests(test_ids: set[int]) -> Mapping[int, Row]:
    rows = db.session.execute(db.select(*TEST).where(PatchTest.id.in_(test_ids))).all() if test_ids else []
    return {row.id: Row(*row) for row in rows}


def _direct(row: Row, used: int | None) -> Tested:
    noted = None if row.quantity is None else int(row.quantity)
    return _of(row, lot_id=row.lot_id, product_id=row.product_id, quantity=noted if used is None else used)


def _of(row: Row, **more: Any) -> Tested:
    return Tested(row.id, row.code, row.patient_id, row.applied_at, row.state, **more)
