"""What the banner of a patient says of reactions: the grave ones by name, the others by their count."""

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from formulary.accounts.models import Site
from formulary.administrations.labels.reactions.lines import Line, lines
from formulary.administrations.queries import reactions as queries
from formulary.patients.labels import Alert, tells_of_patients
from formulary.web import words

ABOUT = "Reactions"
TOLD = {"resolved_with_sequelae", "fatal", "unknown"}
"""Outcomes that the banner says in words."""


@tells_of_patients
def _tell(patient_id: int, at: datetime, site: Site) -> list[Alert]:
    stand, zone = queries.standing_of(patient_id), ZoneInfo(site.zone)
    alerts = [
        Alert("stop", ", ".join([*_said(line), words.day(line.row.treated_at, zone)]), ABOUT)
        for line in lines(stand.grave, zone, at)
    ]
    if more := stand.grave_in_all - len(stand.grave):
        alerts.append(Alert("stop", f"{words.plural(more, 'older grave reaction')} on record", ABOUT))
    if stand.last_other_at is not None:
        last = words.day(stand.last_other_at, zone)
        count = words.plural(stand.others, "reaction")
        alerts.append(Alert("info", f"{count} on record, the last after the treatment of {last}", ABOUT))
    return alerts


def _said(line: Line) -> Iterator[str]:
    """What was felt, how bad, and why it is grave, as far as it is known."""
    report = line.told.row
    yield f"{line.row.code}: {line.told.kinds}"
    yield "severity not known" if report.severity == "unknown" else line.told.severity.lower()
    if report.serious != "no":
        yield "serious" if report.serious == "yes" else "not known whether serious"
    if line.row.outcome in TOLD:
        yield "outcome not known" if line.row.outcome == "unknown" else line.outcome.lower()
