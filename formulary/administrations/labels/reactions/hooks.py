"""What the banner of a patient says of reactions: the grave ones by name, the others by their count."""

from datetime import datetime
from zoneinfo import ZoneInfo

from formulary.accounts.models import Site
from formulary.administrations.labels.reactions.lines import lines
from formulary.administrations.models import Reaction
from formulary.administrations.queries import reactions as queries
from formulary.patients.labels import Alert, tells_of_patients
from formulary.web import words

ABOUT = "Reactions"


@tells_of_patients
def _tell(patient_id: int, at: datetime, site: Site) -> list[Alert]:
    stand = [row for row in queries.of_patient(patient_id) if row.state == "standing"]
    grave = [row for row in stand if _is_grave(row)]
    zone = ZoneInfo(site.zone)
    alerts = [
        Alert(
            "stop", f"{line.row.code}: {line.told.kinds}, {line.told.severity.lower()}, {_on(line.row, zone)}"
        )
        for line in lines(grave, zone, at)
    ]
    others = [row for row in stand if not _is_grave(row)]
    if others:
        count = words.plural(len(others), "reaction")
        alerts.append(
            Alert("info", f"{count} on record, the last after the treatment of {_on(others[0], zone)}")
        )
    return [Alert(one.state, one.words, ABOUT) for one in alerts]


def _is_grave(row: Reaction) -> bool:
    return row.report.serious == "yes" or row.report.severity == "severe"


def _on(row: Reaction, zone: ZoneInfo) -> str:
    return words.day(row.treated_at, zone)
