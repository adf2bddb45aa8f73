"""The files of a lot, read without their content until one is asked for."""

from formulary.db import Missing, db
from formulary.stock.models import LotDocument


def documents_of(lot_id: int) -> list[LotDocument]:
    """The files of a lot, the newest first."""
    return list(
        db.session.scalars(db.select(LotDocument).filter_by(lot_id=lot_id).order_by(LotDocument.id.desc()))
    )


def document(document_id: int) -> LotDocument:
    """One file; Missing where there is none."""
    found = db.session.get(LotDocument, document_id)
    if found is None:
        raise Missing(f"No document {document_id}")
    return found


def is_attached(lot_id: int, sha256: str) -> bool:
    """Whether the lot has a file with this very content."""
    found = db.select(LotDocument.id).filter_by(lot_id=lot_id, sha256=sha256)
    return db.session.scalar(found) is not None
