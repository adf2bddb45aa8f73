"""One question, one answer: the lots, their buckets, their balances and the patients as one may see them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from formulary.accounts import Actor
from formulary.recalls.labels import BUCKETS, Known, Line, Tile, known, tile
from formulary.recalls.queries.balance import MassBalance, mass_balance
from formulary.recalls.queries.buckets import Answer, answer, cocktail_codes, lots_by_id
from formulary.recalls.queries.lots import Found, descendants, find_lots, one_lot
from formulary.recalls.queries.patients import known_patients
from formulary.stock.models import Lot

WITH_PATIENTS = ("A", "B", "C", "D", "E", "F", "J")


@dataclass(frozen=True)
class Lookup:
    """The whole answer to one lookup; without a lot there is none."""

    asked: str
    found: Found
    lots: dict[int, Lot]
    answer: Answer | None
    balances: dict[int, MassBalance]
    patients: dict[int, Known]
    codes: dict[int, str]
    at: datetime

    @property
    def tiles(self) -> list[Tile]:
        """The ten figures; A counts patients, not draws."""
        if self.answer is None:
            return []
        counts = {letter: len(rows) for letter, rows in self.answer.buckets.items()} | {
            "A": self.answer.patients
        }
        return [tile(letter, counts[letter]) for letter in BUCKETS]

    def rows(self, letter: str) -> list[Line]:
        """One bucket, ready to print."""
        if self.answer is None:
            return []
        return [self._line(row._mapping) for row in self.answer.buckets[letter]]

    def _line(self, row: Mapping[str, Any]) -> Line:
        lot = self.lots.get(row.get("lot_id", 0))
        steps = row.get("given", row.get("quantity"))
        words = [
            row.get("state", ""),
            row.get("code", "") if "opened_at" in row else "",
            row.get("place", ""),
            row.get("site", ""),
            row.get("reason", ""),
        ]
        return Line(
            what=", ".join(str(w).replace("_", " ") for w in words if w),
            quantity=lot.quantity(steps) if lot is not None and steps is not None else None,
            patient=known(self.patients, row.get("patient_id", 0)),
            code=self.codes.get(row.get("cocktail_id", 0), "")
            or ("" if "opened_at" in row else row.get("code", "")),
            at=row.get("at") or row.get("applied_at") or row.get("opened_at"),
            grade=row.get("grade", ""),
        )

    @property
    def patient_ids(self) -> set[int]:
        """Every patient whom the answer touches."""
        if self.answer is None:
            return set()
        return {row.patient_id for bucket in WITH_PATIENTS for row in self.answer.buckets[bucket]}


def look_up(
    asked: str, *, at: datetime, by: Actor, gtin: str | None = None, vial: str | None = None
) -> Lookup:
    """Who was touched by the lot that was typed or scanned, at every site, as known now."""
    return _answered(asked, find_lots(asked, gtin=gtin, vial=vial), at, by)


def look_up_lot(lot_id: int, *, at: datetime, by: Actor) -> Lookup:
    """The same answer for one lot by its key; Missing when there is none."""
    lot = one_lot(lot_id)
    return _answered(lot.number, Found((lot,), descendants([lot.id]), ()), at, by)


def _answered(asked: str, found: Found, at: datetime, by: Actor) -> Lookup:
    lot_ids = [lot.id for lot in found.lots]
    if not lot_ids:
        return Lookup(asked, found, {}, None, {}, {}, {}, at)
    given = answer(lot_ids, sorted({lot.product_id for lot in found.lots}), at=at)
    bare = Lookup(asked, found, lots_by_id(lot_ids), given, mass_balance(lot_ids), {}, {}, at)
    codes = cocktail_codes({row.cocktail_id for row in given.buckets["A"]})
    patients = known_patients(bare.patient_ids, by)
    return Lookup(asked, found, bare.lots, given, bare.balances, patients, codes, at)
