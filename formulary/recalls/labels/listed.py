"""The list of a case in words: who, by what way, how much, when; in what the asker may see."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from formulary.accounts import Actor
from formulary.recalls import queries
from formulary.recalls.labels.case_words import USES
from formulary.recalls.models import RecallCase, RecallListed
from formulary.recalls.queries import FoundLot, Known
from formulary.rules.units import Quantity
from formulary.web.words import utc


@dataclass(frozen=True)
class ListedLine:
    """One use on the list."""

    patient: Known
    what: str
    ref: str
    lot: str
    at: datetime
    quantity: Quantity | None
    grade: str
    is_added: bool


def listed_lines(rows: Sequence[RecallListed], *, at: datetime, by: Actor) -> list[ListedLine]:
    """The rows of a list, each with its patient as the asker may know one."""
    known = queries.known_patients({row.patient_id for row in rows}, by=by, at=at)
    lots = queries.lots_by_key(row.lot_id for row in rows)
    return [_line(row, known, lots) for row in rows]


def _line(row: RecallListed, known: Mapping[int, Known], lots: Mapping[int, FoundLot]) -> ListedLine:
    lot = lots.get(row.lot_id or 0)
    quantity = lot.quantity(row.quantity) if lot and row.quantity is not None else None
    return ListedLine(
        known[row.patient_id], USES[row.use], row.ref, lot.number if lot else "", row.at, quantity, row.grade,
        row.is_added,
    )  # fmt: skip


COUNTS_ALONE = "Your role sees counts; a recall officer sees who they are."


def watermark(row: RecallCase, *, at: datetime, by: Actor) -> str:
    """Whose copy of a list this is: it stands on every sheet and in every file."""
    drill = "DRILL. " if row.is_drill else ""
    return f"{drill}Recall {row.code}, confidential. Copy of {by.name}, {utc(at)}."
