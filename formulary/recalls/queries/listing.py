"""The list of a case: every use of its lots as the records tell it now, and as it was frozen."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from formulary.administrations.models import GivenLot
from formulary.cocktails.models import Cocktail
from formulary.db import Missing, db
from formulary.patients.models import Patient
from formulary.recalls.models import RecallListed
from formulary.recalls.queries.flows import flows
from formulary.recalls.queries.given import everybody
from formulary.recalls.queries.lots import FoundLot, lots_found
from formulary.recalls.queries.tested import Tested, not_excluded, tested
from formulary.recalls.queries.unnoted import every_unnoted
from formulary.rules.findings import canonical
from formulary.web.paging import Page, Window, page

BY_KEY = (RecallListed.id,)
AT_ONCE = 500
"""So many rows of a list are held at a time."""
PRINTED = 500
"""So many rows are on one print: each thousand takes some eight seconds and 170 MB to lay out."""
HASHED = ("key", "patient_id", "lot_id", "quantity", "grade")


@dataclass(frozen=True, slots=True)
class Use:
    """One use of a lot on a patient: `given`, `tested`, or one that cannot be excluded (`untold_…`).

    `key` tells it from every other one; `ref` is the code of its cocktail or test; `quantity` in the lot's
    steps, None where nobody knows it.
    """

    use: str
    key: str
    patient_id: int
    lot_id: int | None
    product_id: int | None
    ref: str
    at: datetime
    quantity: int | None
    grade: str


def uses_of(lot_ids: Sequence[int]) -> Iterator[Use]:
    """Every use of these lots and of those made from them, by the records of now."""
    if not lot_ids:
        return
    found = lots_found(lot_ids)
    lots, ids = found.lots, [lot.id for lot in found.lots]
    moved = flows(ids)
    yield from _given(ids)
    yield from (use_of_test(row) for row in tested(ids))
    yield from (untold(row) for row in not_excluded(lots, moved))
    for row in every_unnoted(lots, moved):
        yield Use(
            "untold_use",
            f"use:{row.id}",
            row.patient_id,
            None,
            row.product_id,
            "",
            row.at,
            row.quantity,
            "possible",
        )


def _given(ids: Sequence[int]) -> Iterator[Use]:
    of_these = db.select(GivenLot.cocktail_id).where(GivenLot.lot_id.in_(ids))
    codes = dict(
        db.session.execute(db.select(Cocktail.id, Cocktail.code).where(Cocktail.id.in_(of_these))).all()
    )
    for row in everybody(ids):
        code = codes.get(row.cocktail_id, "")
        yield Use(
            "given",
            f"given:{row.id}",
            row.patient_id,
            row.lot_id,
            None,
            code,
            row.at,
            row.quantity,
            row.grade,
        )


def use_of_test(row: Tested) -> Use:
    """A patch test as a use of its lot."""
    key = f"test:{row.test_id}:{row.lot_id}:{row.via}"
    return Use("tested", key, row.patient_id, row.lot_id, None, row.code, row.at, row.quantity, "probable")


def untold(row: Tested) -> Use:
    """A test that cannot be excluded."""
    key = f"untold:{row.test_id}:{row.product_id}"
    return Use("untold_test", key, row.patient_id, None, row.product_id, row.code, row.at, None, "possible")


def listed(case_id: int, window: Window) -> Page:
    """One page of the list as it was frozen and added to, in its order."""
    query = db.select(RecallListed).filter_by(case_id=case_id)
    return page(query, BY_KEY, window=window, newest_first=False)


def every_listed(case_id: int) -> list[RecallListed]:
    """The whole list, in its order."""
    return [row for part in listed_parts(case_id) for row in part]


def listed_of(case_id: int, patient_id: int) -> list[RecallListed]:
    """The uses on the list of one patient under the record that was kept, in their order."""
    kept = db.or_(Patient.id == patient_id, Patient.merged_into_id == patient_id)
    query = db.select(RecallListed).join(Patient, Patient.id == RecallListed.patient_id).where(kept)
    return list(db.session.scalars(query.where(RecallListed.case_id == case_id).order_by(RecallListed.id)))


def listed_parts(case_id: int) -> Iterator[Sequence[RecallListed]]:
    """The whole list a stretch at a time, in its order: for files of any length."""
    query = db.select(RecallListed).filter_by(case_id=case_id).order_by(RecallListed.id).limit(AT_ONCE)
    last = 0
    while part := db.session.scalars(query.where(RecallListed.id > last)).all():
        last = part[-1].id
        yield part


@dataclass(frozen=True)
class Part:
    """One part of a list that is printed: its rows, which part of how many, how long the whole list is."""

    rows: Sequence[RecallListed]
    number: int
    of: int
    whole: int

    @property
    def first(self) -> int:
        """The place of its first row in the list."""
        return (self.number - 1) * PRINTED + 1


def listed_part(case_id: int, number: int = 1) -> Part:
    """A part of the list for a print, in its order; Missing where it has no such part."""
    query = db.select(RecallListed).filter_by(case_id=case_id).order_by(RecallListed.id)
    whole, parts = listed_count(case_id), parts_of(case_id)
    if not 1 <= number <= parts:
        raise Missing(f"No part {number} of the list of case {case_id}")
    rows = db.session.scalars(query.limit(PRINTED).offset((number - 1) * PRINTED)).all()
    return Part(rows, number, parts, whole)


def parts_of(case_id: int) -> int:
    """In how many parts the list of a case is printed."""
    return max(1, -(-listed_count(case_id) // PRINTED))


def listed_count(case_id: int) -> int:
    """How many rows the list of a case has."""
    return db.session.scalar(db.select(db.func.count(RecallListed.id)).filter_by(case_id=case_id)) or 0


def added_count(case_id: int) -> int:
    """How many rows came to the list after it was frozen."""
    query = db.select(db.func.count(RecallListed.id)).filter_by(case_id=case_id, is_added=True)
    return db.session.scalar(query) or 0


def patients_listed(case_id: int) -> int:
    """How many patients are on the list; merged records count as one."""
    kept = db.func.coalesce(Patient.merged_into_id, Patient.id)
    query = db.select(db.func.count(kept.distinct())).join(
        RecallListed, RecallListed.patient_id == Patient.id
    )
    return db.session.scalar(query.where(RecallListed.case_id == case_id)) or 0


def list_hash(rows: Iterable[Any]) -> str:
    """The SHA-256 of a list: of who, which lot, how much, when and how sure, whatever the order."""
    told = sorted(canonical([*(getattr(row, name) for name in HASHED), _instant(row.at)]) for row in rows)
    return hashlib.sha256("\n".join(told).encode()).hexdigest()


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()


@dataclass(frozen=True)
class Difference:
    """What the records tell now and the list does not hold; and how many of its rows they no longer tell."""

    new: tuple[Use, ...]
    gone: int

    @property
    def patients(self) -> int:
        """How many patients the new rows are about."""
        return len({use.patient_id for use in self.new})


def difference(case_id: int, now: Sequence[Use]) -> Difference:
    """The list of a case against the uses that the records tell now."""
    keys = set(db.session.scalars(db.select(RecallListed.key).filter_by(case_id=case_id)))
    return Difference(tuple(use for use in now if use.key not in keys), len(keys - {use.key for use in now}))


def lots_by_key(lot_ids: Iterable[int | None]) -> dict[int, FoundLot]:
    """These lots by their keys; None is passed over."""
    ids = {lot_id for lot_id in lot_ids if lot_id is not None}
    return {lot.id: lot for lot in lots_found(ids).exact} if ids else {}
