"""What reached a patient of each ingredient, and what a clinic usually gives of it."""

from formulary.db import db
from formulary.patients.models import Exposure


def exposures_of_document(kind: str, document_id: int) -> list[Exposure]:
    """What one act brought to its patient, in the order in which it was counted."""
    query = db.select(Exposure).filter_by(document_kind=kind, document_id=document_id)
    return list(db.session.scalars(query.order_by(Exposure.id)))
