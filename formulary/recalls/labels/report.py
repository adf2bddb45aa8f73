"""The report of a case for an inspector: everything that was decided, done and found, on paper."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from formulary.accounts import Actor, RecallSight
from formulary.accounts import queries as accounts
from formulary.recalls import queries
from formulary.recalls.labels.case_told import CaseTold, case_told
from formulary.recalls.labels.listed import ListedLine, listed_lines
from formulary.recalls.labels.worklist import WorkLine, worklist
from formulary.recalls.models import RecallCase
from formulary.web.paging import Window


@dataclass(frozen=True)
class Report:
    """A case with its list and its contacts as the asker may know the patients; `names` of who decided, by
    key; of each no more than one print holds. `added` counts the rows that came to the list after it was
    frozen, `rows` all of the list, `reachable` all who are to be reached.
    """

    told: CaseTold
    lines: Sequence[ListedLine]
    contacts: Sequence[WorkLine]
    names: Mapping[int, str]
    frozen_at: datetime
    frozen_hash: str
    added: int
    rows: int
    reachable: int

    @property
    def patients(self) -> int:
        """How many patients it names, by name or by code."""
        return len({line.patient.id for line in self.lines})


def report(row: RecallCase, *, zone: ZoneInfo, at: datetime, by: Actor) -> Report | None:
    """The report; None while no list is frozen."""
    frozen = queries.last_event(row.id, "open_case")
    if frozen is None:
        return None
    told, reachable = case_told(row, at=at, by=by), queries.reachable(row.id)
    part = queries.listed_part(row.id)
    lines = [] if by.recall_sight is RecallSight.COUNTS else part.rows
    found = worklist(reachable, Window(), zone=zone, at=at, by=by, size=queries.PRINTED)
    deciders = {one.row.decided_by_id for one in told.lots} | {row.created_by_id}
    names = accounts.person_names([key for key in deciders if key is not None])
    seen = listed_lines(lines, at=at, by=by)
    added = queries.added_count(row.id)
    its_hash = frozen.told["hash"]
    return Report(told, seen, found.rows, names, frozen.at, its_hash, added, part.whole, len(reachable))
