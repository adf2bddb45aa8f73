"""Keeping account of what reached a patient of each ingredient: rows are added, never changed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from formulary.db import db
from formulary.patients import queries
from formulary.patients.models import Exposure


@dataclass(frozen=True)
class Exposed:
    """What reached the patient of one product: `taken` of its ledger, which is `amount` of its ingredient.

    Both in steps; None where nobody knows. `dimension` is that of the amount, `basis` what it counts.
    """

    product_id: int
    ingredient_id: int
    dimension: str
    basis: str
    taken: int | None
    amount: int | None


def note_exposure(
    patient_id: int,
    parts: Iterable[Exposed],
    *,
    document: tuple[str, int],
    at: datetime,
    grade: str = "confirmed",
    is_top_up: bool = False,
) -> list[Exposure]:
    """Count what an act brought to a patient, one row for each product; the act itself is what is audited.

    `document` is the act, by kind and number; `at` is when it happened, however late it is recorded;
    `is_top_up` that it tops up the session before.
    """
    rows = [
        Exposure(
            patient_id=patient_id,
            ingredient_id=same[0].ingredient_id,
            product_id=product_id,
            dimension=same[0].dimension,
            basis=same[0].basis,
            taken=_sum(part.taken for part in same),
            amount=_sum(part.amount for part in same),
            document_kind=document[0],
            document_id=document[1],
            grade=grade,
            is_top_up=is_top_up,
            at=at,
        )
        for product_id, same in _by_product(parts).items()
    ]
    db.session.add_all(rows)
    return rows


def take_back_exposure(document: tuple[str, int]) -> list[Exposure]:
    """Count against what an act brought, where it turned out to have brought nothing: one row for each.

    Each names the row that it takes back, so that one whose amount nobody noted is nothing too.
    """
    rows = [_against(row) for row in queries.exposures_of_document(*document)]
    db.session.add_all(rows)
    return rows


def _against(row: Exposure) -> Exposure:
    return Exposure(
        patient_id=row.patient_id,
        ingredient_id=row.ingredient_id,
        product_id=row.product_id,
        dimension=row.dimension,
        basis=row.basis,
        taken=None if row.taken is None else -row.taken,
        amount=None if row.amount is None else -row.amount,
        document_kind=row.document_kind,
        document_id=row.document_id,
        grade=row.grade,
        is_top_up=row.is_top_up,
        at=row.at,
        takes_back_id=row.id,
    )


def _by_product(parts: Iterable[Exposed]) -> dict[int, list[Exposed]]:
    found: dict[int, list[Exposed]] = {}
    for part in parts:
        found.setdefault(part.product_id, []).append(part)
    return found


def _sum(parts: Iterable[int | None]) -> int | None:
    known = list(parts)
    return None if None in known else sum(part for part in known if part is not None)
