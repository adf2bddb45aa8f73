"""One reaction as it leaves the house for the authority: what regulators ask, as far as it is held."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from formulary.accounts import queries as accounts
from formulary.administrations.labels.reactions.lines import Ingredient, page
from formulary.administrations.labels.reactions.words import OUTCOME, REPORTER, TERMS
from formulary.administrations.models import Reaction
from formulary.administrations.queries.reactions import Treatment
from formulary.patients.labels import age
from formulary.patients.models import Patient
from formulary.preparations import queries as preparations
from formulary.rules.units import show

NOT_HELD = (
    "Codes of MedDRA",
    "Other medicines that the patient takes",
    "The judgement whether the treatment caused it",
)
"""What regulators ask and this house does not hold; said, so that nobody takes silence for no."""

LEFT_OUT = "The name, the date of birth, and whatever was written in words, for it may hold a name"


def exported(
    row: Reaction, treatment: Treatment, patient: Patient, *, with_name: bool, at: datetime
) -> dict[str, Any]:
    """The reaction as plain data: instants in ISO 8601, quantities in words with a point.

    What was typed in words may hold a name, so it goes along with the name or not at all.
    """
    site = accounts.site(row.site_id)
    zone = ZoneInfo(site.zone)
    told = page(row, zone, at, in_words=with_name)
    return {
        "report": _report(row, at),
        "from": {"organisation": accounts.organisation_name(), "site": site.name},
        "patient": _patient(patient, row, zone, with_name),
        "treatment": _treatment(treatment, with_name),
        "products": [_product(one) for one in told.mixture],
        "reaction": _reaction(row, told.line.told.kinds, with_name),
        "follow_ups": [
            {
                "seen_at": seen.row.seen_at.isoformat(),
                "outcome": seen.outcome,
                "remark": seen.row.remark if with_name else "",
                "by": seen.who,
            }
            for seen in told.follow_ups
        ],
        "terms": TERMS,
        "not_held": list(NOT_HELD),
        "left_out": [] if with_name else [LEFT_OUT],
    }


def _report(row: Reaction, at: datetime) -> dict[str, Any]:
    return {"code": row.code, "number": row.report_number, "state": row.state, "made_at": at.isoformat()}


def _patient(patient: Patient, row: Reaction, zone: ZoneInfo, with_name: bool) -> dict[str, Any]:
    """Code, sex and age; the name and the date of birth where whoever sends it says so."""
    on = row.treated_at.astimezone(zone).date()
    found: dict[str, Any] = {"code": patient.code, "sex": patient.sex, "age": age(patient.born_on, on)}
    return found | {"name": patient.name, "born_on": patient.born_on.isoformat()} if with_name else found


def _treatment(treatment: Treatment, with_name: bool) -> dict[str, Any]:
    found = {"code": treatment.code, "at": treatment.at.isoformat()}
    if treatment.session is None:
        where = treatment.test.body_site if treatment.test and with_name else ""
        return found | {"kind": "patch test", "where": where}
    areas = dict.fromkeys(site.area for site in treatment.session.sites)
    attempt = preparations.of_attempt(treatment.session.attempt_id)
    return found | {
        "kind": "session",
        "route": preparations.revision(attempt).route,
        "where": ", ".join(areas),
        "outcome": treatment.session.outcome.replace("_", " "),
    }


def _product(one: Ingredient) -> dict[str, Any]:
    return {
        "product": one.lot.product.name,
        "ingredient": one.lot.product.ingredient.name,
        "maker": one.lot.maker,
        "lot": one.lot.number,
        "expiry": one.lot.expires_on.isoformat(),
        "given": None if one.given is None else show(one.given),
        "as_diluent": one.is_diluent,
    }


def _reaction(row: Reaction, kinds: str, with_name: bool) -> dict[str, Any]:
    report = row.report
    return {
        "felt": kinds,
        "onset": report.onset,
        "onset_at": report.onset_at.isoformat() if report.onset_at else None,
        "severity": report.severity,
        "outcome": OUTCOME[row.outcome],
        "serious": report.serious,
        "serious_because": report.serious_reason if with_name else "",
        "remark": report.remark if with_name else "",
        "reported_by": REPORTER[report.reported_by],
        "reporter": report.reporter if with_name else "",
        "told_at": report.told_at.isoformat(),
        "recorded_at": row.reports[0].entered_at.isoformat(),
    }
