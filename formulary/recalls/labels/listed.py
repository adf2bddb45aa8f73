"""The list of a case in words: who, by what way, how much, when; in what the asker may see."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from formulary.accounts import Actor, Operator
from formulary.recalls import queries
from formulary.recalls.labels.case_words import USES
from formulary.recalls.labels.words import AFTERWARDS
from formulary.recalls.models import RecallCase, RecallListed
from formulary.recalls.queries import Beside, FoundLot, Known
from formulary.rules.units import Quantity, natural_unit, plain
from formulary.web.words import utc

LISTED = (
    "patient", "name", "use", "cocktail or test", "lot", "at (UTC)", "quantity", "unit", "as mass or volume",
    "its unit", "by", "grade", "recorded", "added",
)  # fmt: skip
"""The columns of a list that leaves as a file."""


@dataclass(frozen=True)
class ListedLine:
    """One use on the list; `beside` is the mass in a volume, or the volume of a mass, where it is known, and
    `by` whose strength such a mass rests on, `recorded` how it is on record only since it was over.
    """

    patient: Known
    what: str
    ref: str
    lot: str
    at: datetime
    quantity: Quantity | None
    grade: str
    is_added: bool
    beside: Quantity | None = None
    by: str = ""
    recorded: str = ""


def listed_lines(rows: Sequence[RecallListed], *, at: datetime, by: Actor | Operator) -> list[ListedLine]:
    """The rows of a list, each with its patient as the asker may know one."""
    known = queries.known_patients({row.patient_id for row in rows}, by=by, at=at)
    lots = queries.lots_by_key(row.lot_id for row in rows)
    other, late = queries.beside(rows, lots), queries.recorded_afterwards(row.ref for row in rows)
    return [
        replace(_line(row, known, lots, other.get(row.id)), recorded=late.get(row.ref, "")) for row in rows
    ]


def listed_rows(
    case_id: int, *, at: datetime, by: Actor | Operator, names: bool = True
) -> Iterator[tuple[str, ...]]:
    """The whole list by the columns of `LISTED`, read a stretch at a time; without names where not asked."""
    for part in queries.listed_parts(case_id):
        for line in listed_lines(part, at=at, by=by):
            yield _cells(line, line.patient.name if names else "")


def _cells(line: ListedLine, name: str) -> tuple[str, ...]:
    who = (line.patient.code, name, line.what, line.ref, line.lot, utc(line.at))
    much = (*_measured(line.quantity, "not known"), *_measured(line.beside, ""), line.by)
    return (*who, *much, line.grade, AFTERWARDS.get(line.recorded, ""), "added" if line.is_added else "")


def _measured(quantity: Quantity | None, unknown: str) -> tuple[str, str]:
    """A quantity as a number and its unit."""
    if quantity is None:
        return unknown, ""
    unit = natural_unit(quantity)
    return plain(quantity, unit), unit.code


def _line(
    row: RecallListed, known: Mapping[int, Known], lots: Mapping[int, FoundLot], other: Beside | None
) -> ListedLine:
    lot = lots.get(row.lot_id or 0)
    quantity = lot.quantity(row.quantity) if lot and row.quantity is not None else None
    return ListedLine(
        known[row.patient_id], USES[row.use], row.ref, lot.number if lot else "", row.at, quantity, row.grade,
        row.is_added, other.quantity if other else None, f"by {other.by}" if other and other.by else "",
    )  # fmt: skip


COUNTS_ALONE = "Your role sees counts; a recall officer sees who they are."


def watermark(row: RecallCase, *, at: datetime, by: Actor | Operator) -> str:
    """Whose copy of a list this is: it stands on every sheet and in every file."""
    drill = "DRILL. " if row.is_drill else ""
    return f"{drill}Recall {row.code}, confidential. Copy of {by.name}, {utc(at)}."
