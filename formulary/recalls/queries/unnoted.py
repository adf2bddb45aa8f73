"""The other half of bucket J: who got the product by earlier records that note no lot, while it may have been
there.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, String, and_, cast, func, literal, or_, tuple_

from formulary.administrations.models import ImportedUse
from formulary.db import db
from formulary.db.bare import plain_rows
from formulary.db.prepared import values
from formulary.patients.models import Patient
from formulary.recalls.queries.flows import Flows
from formulary.recalls.queries.lots import FoundLot

SHOWN, AT_ONCE = 50, 1_000
COLUMNS = (
    ImportedUse.id,
    ImportedUse.patient_id,
    ImportedUse.product_id,
    ImportedUse.at,
    ImportedUse.quantity,
)


@dataclass(frozen=True)
class UnnotedUse:
    """So much of a product, in its ledger's steps, that a patient got of nobody knows which lot."""

    id: int
    patient_id: int
    product_id: int
    at: datetime
    quantity: int


@dataclass(frozen=True)
class Unnoted:
    """How many such uses and patients there are, those in `beside` not counted again, and the latest rows."""

    uses: int = 0
    patients: int = 0
    rows: tuple[UnnotedUse, ...] = ()


def unnoted(lots: Sequence[FoundLot], flows: Flows, *, beside: set[int]) -> Unnoted:
    """What cannot be excluded for these lots; `beside` are patients who stand in the bucket anyway."""
    here = _conditions(lots, flows)
    if here is None:
        return Unnoted()
    kept = func.coalesce(Patient.merged_into_id, Patient.id)
    others = db.select(func.count(), func.count(db.case((kept.not_in(beside), kept)).distinct()))
    query = others.select_from(ImportedUse).join(Patient, Patient.id == ImportedUse.patient_id).where(here)
    uses, patients = db.session.execute(query).one()
    return Unnoted(uses, patients, tuple(_rows(here, None, SHOWN)) if uses else ())


def unnoted_uses(lots: Sequence[FoundLot], flows: Flows) -> list[Any]:
    """A query for the keys of all of them, as a list has them, and patients; none where there are none."""
    here = _conditions(lots, flows)
    key = (literal("use:") + cast(ImportedUse.id, String)).label("key")
    return [] if here is None else [db.select(key, ImportedUse.patient_id).where(here)]


def every_unnoted(lots: Sequence[FoundLot], flows: Flows) -> Iterator[UnnotedUse]:
    """All of them, the latest first, a stretch at a time: for lists that leave the page."""
    here = _conditions(lots, flows)
    rows = [] if here is None else list(_rows(here, None, AT_ONCE))
    while rows and here is not None:
        yield from rows
        rows = list(_rows(here, rows[-1], AT_ONCE))


def _rows(here: ColumnElement[bool], last: UnnotedUse | None, size: int) -> Iterator[UnnotedUse]:
    query = db.select(*COLUMNS).where(here).order_by(ImportedUse.at.desc(), ImportedUse.id.desc())
    if last is not None:
        query = query.where(tuple_(ImportedUse.at, ImportedUse.id) < (last.at, last.id))
    return (UnnotedUse(*row) for row in db.session.execute(query.limit(size)))


def _conditions(lots: Sequence[FoundLot], flows: Flows) -> ColumnElement[bool] | None:
    """At a site, of the product, while one of these lots may have been there; None where none ever was, or
    where every record names its lot.
    """
    products = {"products": [lot.product_id for lot in lots]}
    if not plain_rows(_any_without_lot(), products):
        return None
    sites = {flow.site_id for flow in flows.rows}
    found = [here for lot in lots for site in sorted(sites) for here in _during(lot, site, flows)]
    return and_(ImportedUse.lot_id.is_(None), or_(*found)) if found else None


@cache
def _any_without_lot() -> Select[Any]:
    query = db.select(ImportedUse.id).where(ImportedUse.lot_id.is_(None))
    return query.where(ImportedUse.product_id.in_(values("products"))).limit(1)


def _during(lot: FoundLot, site_id: int, flows: Flows) -> Iterator[Any]:
    stay = flows.stay(lot.id, site_id, lot.used_through)
    if stay is not None:
        when = [ImportedUse.at >= stay.start] if stay.start else []
        when += [ImportedUse.at <= stay.end] if stay.end else []
        yield and_(ImportedUse.product_id == lot.product_id, ImportedUse.site_id == site_id, *when)
