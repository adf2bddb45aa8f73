"""The files of a case, read without their content until one is asked for."""

from formulary.db import Missing, db
from formulary.recalls.models import RecallDocument


def documents_of(case_id: int) -> list[RecallDocument]:
    """The files of a case, the newest first."""
    query = db.select(RecallDocument).filter_by(case_id=case_id).order_by(RecallDocument.id.desc())
    return list(db.session.scalars(query))


def document(case_id: int, document_id: int) -> RecallDocument:
    """One file of this case; Missing for another's."""
    query = db.select(RecallDocument).filter_by(id=document_id, case_id=case_id)
    found: RecallDocument | None = db.session.scalar(query)
    if found is None:
        raise Missing(f"No document {document_id} of case {case_id}")
    return found


def is_attached(case_id: int, sha256: str) -> bool:
    """Whether the case has a file with this very content."""
    found = db.select(RecallDocument.id).filter_by(case_id=case_id, sha256=sha256)
    return db.session.scalar(found) is not None
