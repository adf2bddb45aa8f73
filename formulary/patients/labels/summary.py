"""The banner of a patient: who it is, and what nobody may overlook."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from formulary.accounts import Actor
from formulary.accounts import queries as accounts
from formulary.accounts.models import Site
from formulary.patients import queries
from formulary.patients.labels.chart import Worth, allergy_state, consent_state, severity_words
from formulary.patients.models import AllergyReview, BreakGlass, Patient
from formulary.rules.units import Quantity
from formulary.web import words


@dataclass(frozen=True)
class Alert:
    """One thing that stands in the banner: a state of `web.states`, its words, and what it is about."""

    state: str
    words: str
    about: str = "Patch tests"


Teller = Callable[[int, datetime, Site], list[Alert]]
_tellers: list[Teller] = []


def tells_of_patients(teller: Teller) -> Teller:
    """Register what a room above knows and nobody may overlook, such as a positive patch test."""
    _tellers.append(teller)
    return teller


@dataclass(frozen=True)
class Summary:
    """A patient in a few words, for the banner of every page about them."""

    patient_id: int
    code: str
    name: str
    born: str
    weight: Quantity | None
    weighed_on: date | None
    allergies: list[Alert]
    asked: str
    consent: Worth
    alerts: list[Alert] = field(default_factory=list)
    emergency: BreakGlass | None = None
    merged: list[Patient] = field(default_factory=list)


def summary(patient: Patient, *, by: Actor, at: datetime) -> Summary:
    """The banner of a patient whom this person may see, at their site."""
    site = accounts.site(by.site_id)
    zone = ZoneInfo(site.zone)
    weighed = next((row for row, _ in queries.weights(patient.id, at, most=1)), None)
    review = queries.last_review(patient.id, at)
    return Summary(
        patient_id=patient.id,
        code=patient.code,
        name=patient.name,
        born=_born(patient, at.astimezone(zone).date(), zone),
        weight=weighed.quantity if weighed else None,
        weighed_on=weighed.measured_on if weighed else None,
        allergies=_allergies(patient, asked=review is not None),
        asked=asked_words(review, at, zone),
        consent=consent_state(patient.id, accounts.policy(site.id, "consent", at), at),
        alerts=[alert for teller in _tellers for alert in teller(patient.id, at, site)],
        emergency=queries.emergency_now(patient.id, by=by, at=at),
        merged=queries.merged_into([patient.id]).get(patient.id, []),
    )


def age(born_on: date, today: date) -> int:
    """Whole years lived; who was born on 29 Feb turns a year older on 1 Mar of a common year."""
    return today.year - born_on.year - ((today.month, today.day) < (born_on.month, born_on.day))


def asked_words(review: tuple[AllergyReview, str] | None, at: datetime, zone: ZoneInfo) -> str:
    """When the patient was last asked about allergies; never asked is another thing than none known."""
    if review is None:
        return "never asked"
    return f"asked {words.distance(review[0].asked_at, at, zone)}"


def _born(patient: Patient, today: date, zone: ZoneInfo) -> str:
    years = words.plural(age(patient.born_on, today), "year")
    sex = "" if patient.sex == "unknown" else f", {patient.sex}"
    return f"born {words.day(patient.born_on, zone)}, {years} old{sex}"


def _allergies(patient: Patient, *, asked: bool) -> list[Alert]:
    standing = [row for row, _ in queries.allergies(patient.id) if row.ended_at is None]
    if standing:
        return [
            Alert(allergy_state(row.severity), f"{row.name}, {severity_words(row.severity)}")
            for row in standing
        ]
    return [Alert("valid", "none known") if asked else Alert("not_asked", "not asked")]
