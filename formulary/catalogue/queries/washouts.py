"""The kinds of medicine that are asked for, and what sources say of each."""

from sqlalchemy.orm import selectinload

from formulary.catalogue.models import MedicineKind
from formulary.catalogue.queries.one import one
from formulary.db import db

KINDS = db.select(MedicineKind).order_by(MedicineKind.position, MedicineKind.id)


def medicine_kinds() -> list[MedicineKind]:
    """Every kind in the order in which it is asked for, with its statements."""
    return list(db.session.scalars(KINDS.options(selectinload(MedicineKind.statements))))


def medicine_kind(kind_id: int) -> MedicineKind:
    """One kind with its statements; Missing otherwise."""
    return one(MedicineKind, kind_id, (selectinload(MedicineKind.statements),))
