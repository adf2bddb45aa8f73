"""The files of a case in words, and why one is not taken."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from formulary.accounts import queries as accounts
from formulary.recalls.models import RecallCase, RecallDocument
from formulary.rules.findings import Refused, refuse

KILO = 1024
UNNAMED = "Notice"
"""What a file is called that nobody gave a name."""


@dataclass(frozen=True)
class CaseDocument:
    """A file of a case: its name, what it is, its hash, who attached it and when."""

    id: int
    title: str
    size: str
    sha256: str
    by: str
    at: datetime


def case_documents(rows: Sequence[RecallDocument]) -> list[CaseDocument]:
    """The files with the names of who attached them; one query, none where there is no file."""
    names = accounts.person_names({row.by_id for row in rows}) if rows else {}
    return [
        CaseDocument(row.id, row.title, _size(row), row.sha256, names.get(row.by_id, ""), row.at)
        for row in rows
    ]


def stem(case: RecallCase, row: RecallDocument) -> str:
    """How a file of a case is called where it is given back, without its ending."""
    return f"recall-{case.code}-notice-{row.id}"


def _size(row: RecallDocument) -> str:
    return f"{row.media.upper()}, {max(row.size // KILO, 1):,} kB"


def no_document() -> Refused:
    """No file was chosen."""
    return refuse("case.document_missing", "document", "No file was chosen.", "Choose one.", field="file")


def not_a_document() -> Refused:
    """It is no file of a kind that is taken."""
    why = "This file is neither a PDF nor a PNG or JPEG picture, whatever it is called."
    remedy = "Scan or save it as one of these."
    return refuse("case.document_unknown_type", "document", why, remedy, field="file")


def attached_already() -> Refused:
    """The very same file is there."""
    why = "This very file is attached to the case already."
    return refuse("case.document_attached", "document", why, "Nothing is left to do.", field="file")
