"""What reached a patient of each ingredient, and what a clinic usually gives of it."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import aliased

from formulary.catalogue.models import Product
from formulary.db import db
from formulary.patients.models import Exposure
from formulary.patients.queries.record import own

LATEST = 50
"""Of how many of its latest rows an ingredient's usual dose is told: no more is ever read."""


def exposures_of_document(kind: str, document_id: int) -> list[Exposure]:
    """What one act brought to its patient, in the order in which it was counted."""
    query = db.select(Exposure).filter_by(document_kind=kind, document_id=document_id)
    return list(db.session.scalars(query.order_by(Exposure.id)))


def exposures(patient_id: int, ingredient_ids: Collection[int], at: datetime, *, most: int) -> list[Row[Any]]:
    """What the patient got of these ingredients by `at`, the latest first, `most` rows at most.

    Rows of records that were merged count as one person's; what was taken back whole is left out.
    """
    against = aliased(Exposure)
    columns = (Exposure.ingredient_id, Exposure.product_id, Exposure.amount, Exposure.dimension)
    query = db.select(*columns, Exposure.at, Exposure.document_kind, Exposure.is_top_up, Product.basis)
    query = query.join(Product, Product.id == Exposure.product_id)
    query = query.where(
        own(Exposure.patient_id, patient_id),
        Exposure.ingredient_id.in_(ingredient_ids),
        Exposure.at <= at,
        Exposure.takes_back_id.is_(None),
        ~db.select(against.id).where(against.takes_back_id == Exposure.id).exists(),
    )
    return list(db.session.execute(query.order_by(Exposure.at.desc(), Exposure.id.desc()).limit(most)))


def latest_doses(ingredient_ids: Collection[int]) -> list[Row[Any]]:
    """What the latest sessions gave of each ingredient: its LATEST rows, by its index; one query.

    Doses of before this application do not tell what this clinic gives.
    """
    parts = [_latest(key) for key in sorted(ingredient_ids)]
    if not parts:
        return []
    query = parts[0] if len(parts) == 1 else db.union_all(*parts)
    return list(db.session.execute(query))


def _latest(ingredient_id: int) -> Any:
    columns = (Exposure.ingredient_id, Exposure.document_id, Exposure.dimension, Exposure.amount)
    query = db.select(*columns).where(
        Exposure.ingredient_id == ingredient_id,
        Exposure.document_kind == "administration",
        Exposure.grade == "confirmed",
        Exposure.amount > 0,
    )
    newest = query.order_by(Exposure.at.desc(), Exposure.id.desc()).limit(LATEST).subquery()
    return db.select(newest)
