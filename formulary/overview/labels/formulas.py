"""Who is on which version of a formula, in rows: counts for everybody, names for those who may see them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from formulary.catalogue.models import Formula, FormulaVersion
from formulary.overview.queries import Follower

WHY = {"open": "an open cocktail", "last": "the last session"}


@dataclass(frozen=True)
class VersionRow:
    """One version: how many patients have an open cocktail of it, and whose last session it was."""

    version: FormulaVersion
    open: int
    last: int
    is_older: bool
    people: tuple[tuple[int, str, str, str], ...]


def version_rows(
    formula: Formula, counts: Mapping[tuple[int, str], int], followers: Iterable[Follower]
) -> list[VersionRow]:
    """Every version with its patients, the newest first; older is whatever is not the approved one."""
    people = list(followers)
    newest = max((v.number for v in formula.versions if v.status == "approved"), default=None)
    return [
        VersionRow(
            version,
            counts.get((version.id, "open"), 0),
            counts.get((version.id, "last"), 0),
            version.number != newest and version.status in ("superseded", "retired"),
            tuple((x.patient_id, x.name, x.code, WHY[x.why]) for x in people if x.version_id == version.id),
        )
        for version in sorted(formula.versions, key=lambda v: -v.number)
    ]


def older(rows: Iterable[VersionRow]) -> int:
    """How many open cocktails and last sessions follow an older version."""
    return sum(row.open + row.last for row in rows if row.is_older)
