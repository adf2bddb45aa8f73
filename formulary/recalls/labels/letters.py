"""Letters and call sheets: for each patient whom nobody has answered for, what the case says of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from formulary.accounts import Actor
from formulary.recalls import queries
from formulary.recalls.labels.listed import ListedLine, listed_lines
from formulary.recalls.labels.worklist import WorkLine, worklist
from formulary.recalls.queries import Reachable
from formulary.web.paging import Window


@dataclass(frozen=True)
class Letter:
    """One patient with every use of theirs; `looks_back` is until when late harm would still show."""

    work: WorkLine
    uses: tuple[ListedLine, ...]

    @property
    def looks_back(self) -> date:
        """The last day of the look-back."""
        return self.work.looks_back


def letters(
    case_id: int, lines: Sequence[Reachable], *, zone: ZoneInfo, at: datetime, by: Actor
) -> list[Letter]:
    """A letter for each patient who is not answered for, the most urgent first."""
    waiting = [line for line in lines if not line.is_concluded]
    found = worklist(waiting, Window(), zone=zone, at=at, by=by, size=max(1, len(waiting)))
    uses: dict[int, list[ListedLine]] = {}
    for use in listed_lines(queries.every_listed(case_id), at=at, by=by):
        uses.setdefault(use.patient.id, []).append(use)
    return [Letter(work, tuple(uses.get(work.patient.id, ()))) for work in found.rows]
