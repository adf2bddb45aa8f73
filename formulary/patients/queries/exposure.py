"""What reached a patient of each ingredient, and what a clinic usually gives of it."""

from collections.abc import Collection
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import BindParameter, Integer, Row, bindparam, cast, func
from sqlalchemy.orm import aliased

from formulary.db import Steps, db, rows_of
from formulary.patients.models import Exposure
from formulary.patients.queries.record import AT, PATIENT, own

LATEST = 50
"""Of how many of its latest rows an ingredient's usual dose is told: no more is ever read."""


Against = aliased(Exposure)
One = aliased(Exposure, name="x")
GIVEN_HERE = (
    One.document_kind == bindparam("kind", "administration"),
    One.grade == bindparam("grade", "confirmed"),
    One.amount > bindparam("more_than", 0, type_=Steps),
)
"""With one name and one parameter for all ingredients: the driver reads the text anew each time."""
EXPOSURES = (
    db.select(
        Exposure.ingredient_id, Exposure.product_id, Exposure.amount, Exposure.dimension,
        Exposure.at, Exposure.document_kind, Exposure.is_top_up, Exposure.basis,
    )
    .where(
        own(Exposure.patient_id, PATIENT),
        Exposure.ingredient_id.in_(bindparam("ingredients", expanding=True)),
        Exposure.at <= AT,
        func.coalesce(Exposure.takes_back_id, 0) == 0,
        ~db.select(Against.id).where(Against.takes_back_id == Exposure.id).exists(),
    )
    .order_by(Exposure.at.desc(), Exposure.id.desc())
    .limit(bindparam("most", type_=Integer))
)  # fmt: skip
"""What takes nothing back is not asked as NULL: SQLite would go by the index of `takes_back_id`, through
nearly all exposures there are, and not by the patient's."""


def exposures_of_document(kind: str, document_id: int) -> list[Exposure]:
    """What one act brought to its patient, in the order in which it was counted."""
    query = db.select(Exposure).filter_by(document_kind=kind, document_id=document_id)
    return list(db.session.scalars(query.order_by(Exposure.id)))


def exposures(patient_id: int, ingredient_ids: Collection[int], at: datetime, *, most: int) -> list[Row[Any]]:
    """What the patient got of these ingredients by `at`, the latest first, `most` rows at most.

    Rows of records that were merged count as one person's; what was taken back whole is left out.
    """
    asked = {"patient_id": patient_id, "at": at, "ingredients": list(ingredient_ids), "most": most}
    return list(rows_of(EXPOSURES, **asked))


def usual_doses(ingredient_ids: Collection[int]) -> list[Row[Any]]:
    """(ingredient, dimension, sessions, amount): the dose in the middle of the latest sessions, and where
    their number is even the two there; one query.

    It goes by the LATEST rows of each ingredient, read by its index, those of one session added up. Doses of
    before this application do not tell what this clinic gives.
    """
    if not ingredient_ids:
        return []
    keys = {f"ingredient_{n}": key for n, key in enumerate(sorted(ingredient_ids))}
    return list(rows_of(_usual_of(len(keys)), **keys))


@cache
def _usual_of(count: int) -> Any:
    """The question about so many ingredients: it takes longer to make than to answer."""
    parts = [_latest(bindparam(f"ingredient_{n}", type_=Integer)) for n in range(count)]
    latest = (db.union_all(*parts) if count > 1 else parts[0]).subquery()
    group = (latest.c.ingredient_id, latest.c.dimension)
    dose = func.sum(latest.c.amount)
    ranked = (
        db.select(
            *group,
            dose.label("dose"),
            func.row_number().over(partition_by=group, order_by=dose).label("place"),
            func.count().over(partition_by=group).label("sessions"),
        )
        .group_by(*group, latest.c.document_id)
        .subquery()
    )
    middle = ((ranked.c.sessions + 1) // 2, (ranked.c.sessions + 2) // 2)
    columns = (ranked.c.ingredient_id, ranked.c.dimension, ranked.c.sessions, cast(ranked.c.dose, Steps))
    return db.select(*columns).where(ranked.c.place.in_(middle)).order_by(*columns)


def _latest(ingredient_id: BindParameter[int]) -> Any:
    query = db.select(One.ingredient_id, One.document_id, One.dimension, One.amount).where(
        One.ingredient_id == ingredient_id,
        *GIVEN_HERE,
    )
    newest = query.order_by(One.at.desc(), One.id.desc()).limit(bindparam("latest", LATEST)).subquery("y")
    return db.select(newest)
