"""What earlier records say was given: late entries of grade imported, many at once, never on hand."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from itertools import islice
from types import SimpleNamespace
from typing import Any

from formulary.accounts import Actor
from formulary.administrations.models import GivenLot, ImportedUse, stretch_hash, use_hash
from formulary.administrations.queries import hashes_between
from formulary.audit import Act, record_many
from formulary.catalogue.models import Product
from formulary.db import StoredFile, bulk, db
from formulary.patients.models import Exposure
from formulary.rules.units import Rounding, round_fraction
from formulary.stock import queries as stock
from formulary.stock.models import Lot, Movement, measured_in, movement_hash

GRADE, DOCUMENT, PART = "imported", "imported_use", "exchange.history_part"
IN_ONE_ENTRY, ENTRIES_AT_ONCE = 1_000, 10
TABLES = (ImportedUse, Movement, GivenLot, Exposure)


@dataclass(frozen=True, slots=True)
class Use:
    """One line of earlier records, read: so many steps of a product's ledger that a patient got then."""

    line: int
    patient_id: int
    product_id: int
    lot_id: int | None
    quantity: int
    written: str
    at: datetime
    practitioner: str
    remark: str
    identity: str


class Importer:
    """Writes uses in stretches, inside one transaction; `finish()` leaves their entries in the trail.

    On PostgreSQL others wait meanwhile before they write to the ledger, on SQLite before they write at all.
    """

    def __init__(self, file: StoredFile, *, at: datetime, by: Actor) -> None:
        """Take the keys, and the places that it goes between."""
        self.file, self.at, self.by = file, at, by
        self._next = bulk.first_keys(TABLES)
        self._first = dict(self._next)
        self._ends = tuple(stock.place(by.site_id, kind).id for kind in ("supplier", "patient"))
        self._wares: dict[int, _Ware] = {}

    def write(self, uses: Sequence[Use]) -> None:
        """Write these: the line itself, its movement, whom it reached, and what it counts for."""
        self._wares |= _wares({use.product_id for use in uses} - self._wares.keys())
        rows = [self._row(use) for use in uses]
        noted = [row for row in rows if row["lot_id"] is not None]
        strengths = _assayed({row["lot_id"] for row in noted})
        bulk.load(ImportedUse, rows)
        bulk.load(Movement, [self._movement(row) for row in noted])
        bulk.load(GivenLot, [self._given(row) for row in noted])
        counted = (self._exposure(row, strengths) for row in rows if not self._ware(row).is_diluent)
        bulk.load(Exposure, list(counted))

    def finish(self) -> None:
        """One entry for so many lines, each with its movements and a hash over all that the lines say."""
        acts = self._acts()
        while ready := list(islice(acts, ENTRIES_AT_ONCE)):  # nothing is read while they are written
            record_many(ready)
        bulk.learn(TABLES)

    def _acts(self) -> Iterator[Act]:
        lines, movements = self._written(ImportedUse), self._written(Movement)
        ahead = next(movements, None)
        while stretch := list(islice(lines, IN_ONE_ENTRY)):
            last, hashes = stretch[-1][0], [row[1] for row in stretch]
            new = {"first": stretch[0][0], "last": last, "hash": stretch_hash(hashes)}
            moved: list[tuple[int, str]] = []
            while ahead is not None and ahead[2] <= last:
                moved.append((ahead[0], ahead[1]))
                ahead = next(movements, None)
            yield Act(PART, "stored_file", self.file.id, self.by, self.at, new, movements=moved)

    def _written(self, table: Any) -> Iterator[Any]:
        return hashes_between(table, self._first[table], self._next[table])

    def _key(self, table: Any) -> int:
        key = self._next[table]
        self._next[table] = key + 1
        return key

    def _ware(self, row: Mapping[str, Any]) -> "_Ware":
        return self._wares[row["product_id"]]

    def _row(self, use: Use) -> dict[str, Any]:
        row = {name: getattr(use, name) for name in Use.__slots__}
        row |= {"id": self._key(ImportedUse), "file_id": self.file.id, "site_id": self.by.site_id}
        row["hash"] = use_hash(row)
        return row

    def _movement(self, row: Mapping[str, Any]) -> dict[str, Any]:
        told: dict[str, Any] = {
            "lot_id": row["lot_id"], "vial_id": None, "from_place_id": self._ends[0],
            "to_place_id": self._ends[1], "quantity": row["quantity"], "reason": GRADE,
            "document_kind": DOCUMENT, "document_id": row["id"], "occurred_at": row["at"],
            "recorded_at": self.at, "by_id": self.by.person_id, "reverses_id": None, "mixture": None,
            "remark": "",
        }  # fmt: skip
        told["hash"] = movement_hash(SimpleNamespace(**told))  # type: ignore[arg-type]
        return told | {"id": self._key(Movement)}

    def _given(self, row: Mapping[str, Any]) -> dict[str, Any]:
        same = {name: row[name] for name in ("lot_id", "patient_id", "at")}
        told = {"imported_id": row["id"], "grade": GRADE, "given": row["quantity"]}
        return {"id": self._key(GivenLot), **same, **told}

    def _exposure(self, row: Mapping[str, Any], assays: Mapping[int, Fraction]) -> dict[str, Any]:
        ware = self._ware(row)
        told = {"ingredient_id": ware.ingredient_id, "dimension": ware.dimension, "basis": ware.basis}
        counted = {
            "taken": row["quantity"],
            "amount": ware.active(row["quantity"], assays.get(row["lot_id"])),
        }
        same = {name: row[name] for name in ("patient_id", "product_id", "at")}
        document = {"document_kind": DOCUMENT, "document_id": row["id"], "grade": GRADE}
        return {"id": self._key(Exposure), **same, **told, **counted, **document}


@dataclass(frozen=True, slots=True)
class _Ware:
    """What of a product decides how it counts."""

    ingredient_id: int
    dimension: str
    basis: str
    is_diluent: bool
    counts_itself: bool
    strength: Fraction | None

    def active(self, steps: int, assay: Fraction | None) -> int | None:
        """So many steps of its ledger as its ingredient; None while the strength is not on record."""
        if self.counts_itself:
            return steps
        strength = assay or self.strength
        return None if strength is None else round_fraction(steps * strength, Rounding.HALF_EVEN)


def _wares(product_ids: Collection[int]) -> dict[int, _Ware]:
    if not product_ids:
        return {}
    products: Iterable[Product] = db.session.scalars(db.select(Product).where(Product.id.in_(product_ids)))
    return {product.id: _ware_of(product) for product in products}


def _ware_of(product: Product) -> _Ware:
    amount, volume = product.strength_amount, product.strength_volume
    return _Ware(
        product.ingredient_id,
        product.dimension,
        product.basis,
        product.ingredient.role == "diluent",
        measured_in(product).name == product.dimension,
        Fraction(amount, volume) if amount is not None and volume else None,
    )


def _assayed(lot_ids: Collection[int]) -> dict[int, Fraction]:
    """What certificates found in these lots, in place of the label's strength."""
    query = db.select(Lot.id, Lot.assay_amount, Lot.assay_volume)
    found = db.session.execute(query.where(Lot.id.in_(lot_ids), Lot.assay_amount.is_not(None)))
    return {lot_id: Fraction(amount, volume) for lot_id, amount, volume in found}
