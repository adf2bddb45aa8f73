"""The files of a lot in words, and why one is not taken."""

from dataclasses import dataclass
from datetime import datetime

from formulary.accounts import queries as accounts
from formulary.rules.findings import Refused, refuse
from formulary.stock.models import LotDocument

KIND_WORDS = {
    "delivery_note": "delivery note",
    "certificate": "certificate of analysis",
    "other": "other document",
}
KILO = 1024


@dataclass(frozen=True)
class Attached:
    """A file of a lot: what it is, how large, who attached it and when."""

    id: int
    words: str
    title: str
    size: str
    by: str
    at: datetime


def attached(rows: list[LotDocument]) -> list[Attached]:
    """The files with the names of who attached them."""
    names = accounts.person_names({row.by_id for row in rows})
    return [
        Attached(row.id, KIND_WORDS[row.kind], row.title, _size(row), names.get(row.by_id, ""), row.at)
        for row in rows
    ]


def _size(row: LotDocument) -> str:
    return f"{row.media.upper()}, {max(row.size // KILO, 1):,} kB"


def not_a_document() -> Refused:
    """It is no file of a kind that is taken."""
    why = "This file is neither a PDF nor a PNG or JPEG picture, whatever it is called."
    return refuse("document.unknown_type", "document", why, "Scan or save it as one of these.", field="file")


def no_document() -> Refused:
    """No file was chosen."""
    return refuse("document.missing", "document", "No file was chosen.", "Choose one.", field="file")


def attached_already() -> Refused:
    """The very same file is there."""
    why = "This very file is attached to the lot already."
    return refuse("document.attached_already", "document", why, "Nothing is left to do.", field="file")
