"""The book a history is written in: rows with their keys, the ledger's hashes, balances, audit entries."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import SimpleNamespace
from typing import Any

from formulary.accounts.actions import next_codes
from formulary.accounts.models import Signature
from formulary.administrations.models import Administration, GivenLot, InjectionSite
from formulary.audit import Act, record_many
from formulary.audit.actions import By
from formulary.bench.history.ground import Ground
from formulary.cocktails.models import Cocktail, CocktailLine, Revision, Transition
from formulary.db import bulk, db
from formulary.patch_tests.models import PatchTest, PatchTestItem, PatchTestReading
from formulary.patients.models import (
    AllergyReview,
    Care,
    Consent,
    Exposure,
    Patient,
    PatientMedicine,
    Weight,
)
from formulary.preparations.models import Attempt, Draw, PlannedDraw, Syringe
from formulary.stock.models import (
    BY_VIAL,
    GUARDED,
    Balance,
    Delivery,
    Lot,
    Movement,
    Reservation,
    Vial,
    movement_hash,
)

TABLES = (
    Patient, Care, Weight, AllergyReview, PatientMedicine, Consent, Delivery, Lot, Vial, Movement, Balance,
    Cocktail, Revision, CocktailLine, Transition, Signature, Reservation, Attempt, PlannedDraw, Draw, Syringe,
    Administration, InjectionSite, GivenLot, Exposure, PatchTest, PatchTestItem, PatchTestReading,
)  # fmt: skip
CODES_AT_ONCE = 100
Entry = tuple[int, str]
Key = tuple[int, int, int | None]


@dataclass(frozen=True, slots=True)
class Purpose:
    """From which kind of place to which a movement goes, why, and for which document."""

    source: str
    target: str
    reason: str
    document: tuple[str, int]


class Book:
    """Collects what one transaction will write, then writes it in the order that the foreign keys ask for."""

    def __init__(self, ground: Ground) -> None:
        """Begin empty; `open()` it in each transaction."""
        self.ground = ground
        self._rows: dict[Any, dict[int, dict[str, Any]]] = {table: {} for table in TABLES}
        self._next: dict[Any, int] = {}
        self._changes: dict[Any, dict[int, dict[str, Any]]] = {}
        self._acts: list[Act] = []
        self._codes: dict[str, list[str]] = {}
        self._balances: dict[Key, list[int]] = {}
        self._touched: set[Key] = set()

    def open(self) -> None:
        """Take the keys of this transaction."""
        self._next = bulk.first_keys(TABLES)

    def next_key(self, table: Any) -> int:
        """The key that the next row of a table gets."""
        return self._next[table]

    def add(self, table: Any, **columns: Any) -> int:
        """A new row; its key."""
        key = self.next_key(table)
        self._next[table] = key + 1
        columns["id"] = key
        self._rows[table][key] = columns
        return key

    def change(self, table: Any, key: int, **columns: Any) -> None:
        """Other values for a row, of this transaction or of one before."""
        row = self._rows[table].get(key)
        if row is None:
            row = self._changes.setdefault(table, {}).setdefault(key, {})
        row.update(columns)

    def code(self, kind: str) -> str:
        """The next code of a kind."""
        left = self._codes.setdefault(kind, [])
        if not left:
            left.extend(reversed(next_codes(kind, CODES_AT_ONCE)))
        return left.pop()

    def note(
        self,
        action: str,
        table: Any,
        key: int,
        *,
        by: By,
        at: datetime,
        new: Mapping[str, Any] | None = None,
        reason: str = "",
        movements: Iterable[Entry] = (),
    ) -> None:
        """The audit entry of one act."""
        self._acts.append(Act(action, table.__tablename__, key, by, at, new or {}, reason, list(movements)))

    def move(
        self,
        lot_id: int,
        vial_id: int | None,
        purpose: Purpose,
        quantity: int,
        *,
        by: Any,
        at: datetime,
        occurred_at: datetime | None = None,
        mixture: int | None = None,
    ) -> Entry:
        """A row of the ledger and the balances under it; its key and hash."""
        row: dict[str, Any] = {
            "lot_id": lot_id,
            "vial_id": vial_id,
            "from_place_id": self.ground.places[purpose.source],
            "to_place_id": self.ground.places[purpose.target],
            "quantity": quantity,
            "reason": purpose.reason,
            "document_kind": purpose.document[0],
            "document_id": purpose.document[1],
            "occurred_at": occurred_at or at,
            "recorded_at": at,
            "by_id": by.person_id,
            "reverses_id": None,
            "mixture": mixture,
            "remark": "",
        }
        row["hash"] = movement_hash(SimpleNamespace(**row))  # type: ignore[arg-type]
        self._count(lot_id, vial_id, purpose.source, -quantity)
        self._count(lot_id, vial_id, purpose.target, quantity)
        return self.add(Movement, **row), row["hash"]

    def save(self) -> None:
        """Write everything collected, and forget it but for the balances that may still move."""
        self._save_balances()
        for table in sorted(TABLES, key=lambda table: _ORDER[table.__tablename__]):
            bulk.load(table, self._rows[table].values())
            self._rows[table] = {}
        for table, rows in self._changes.items():
            _update(table, rows)
        record_many(self._acts)
        self._changes, self._acts = {}, []

    def forget(self, lot_ids: Iterable[int]) -> None:
        """These lots never move again: their balances are written, and need not be kept in mind."""
        for lot_id in lot_ids:
            for kind in GUARDED - BY_VIAL:
                self._balances.pop((self.ground.places[kind], lot_id, None), None)

    def _count(self, lot_id: int, vial_id: int | None, kind: str, quantity: int) -> None:
        if kind not in GUARDED:
            return
        key = (self.ground.places[kind], lot_id, vial_id if kind in BY_VIAL else None)
        self._balances.setdefault(key, [0, 0])[1] += quantity
        self._touched.add(key)

    def _save_balances(self) -> None:
        for key in sorted(self._touched, key=str):
            balance = self._balances[key]
            number, quantity = balance
            if number:
                self.change(Balance, number, quantity=quantity)
            else:
                place_id, lot_id, vial_id = key
                columns = {"place_id": place_id, "lot_id": lot_id, "vial_id": vial_id}
                balance[0] = self.add(Balance, **columns, quantity=quantity)
            if quantity == 0 and key[2] is not None:
                del self._balances[key]
        self._touched.clear()


_ORDER = {table.name: place for place, table in enumerate(db.metadata.sorted_tables)}


def _update(model: Any, rows: Mapping[int, Mapping[str, Any]]) -> None:
    """Write the changes, those of the same columns together."""
    together: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for key, columns in rows.items():
        together.setdefault(tuple(sorted(columns)), []).append({"key": key, **columns})
    table = model.__table__
    for names, changed in together.items():
        statement = db.update(table).where(table.c.id == db.bindparam("key"))
        db.session.execute(
            statement.values({name: db.bindparam(f"new_{name}") for name in names}),
            [{"key": c["key"]} | {f"new_{name}": c[name] for name in names} for c in changed],
        )
