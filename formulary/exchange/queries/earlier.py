"""What earlier records say a patient got: the reverse of a recall."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from formulary.administrations.models import ImportedUse
from formulary.catalogue.models import Product
from formulary.db import StoredFile, db
from formulary.patients.models import Patient
from formulary.rules.units import Quantity
from formulary.stock.models import Lot, measured_in
from formulary.web.paging import Page, Window, page


@dataclass(frozen=True)
class Earlier:
    """One line of earlier records: what was given, of which lot where one is noted, and where."""

    use: ImportedUse
    product: str
    quantity: Quantity
    lot: Lot | None
    file: str


def earlier_records(patient_id: int, window: Window) -> Page:
    """The lines about a patient and the records merged into theirs, the latest first."""
    same = select(Patient.id).where(db.or_(Patient.id == patient_id, Patient.merged_into_id == patient_id))
    query = select(ImportedUse).where(ImportedUse.patient_id.in_(same))
    found = page(query, (ImportedUse.at, ImportedUse.id), window=window)
    uses: list[ImportedUse] = found.rows
    products = _by_id(Product, {use.product_id for use in uses})
    files = _by_id(StoredFile, {use.file_id for use in uses})
    lots = _by_id(Lot, {use.lot_id for use in uses if use.lot_id})
    rows = [
        _told(use, products[use.product_id], lots.get(use.lot_id), str(files[use.file_id])) for use in uses
    ]
    return Page(rows, found.newer, found.older)


def _told(use: ImportedUse, product: Product, lot: Lot | None, file: str) -> Earlier:
    return Earlier(use, product.name, Quantity(use.quantity, measured_in(product)), lot, file)


def _by_id(model: Any, wanted: Collection[int]) -> dict[int | None, Any]:
    return {row.id: row for row in db.session.scalars(select(model).where(model.id.in_(wanted)))}
