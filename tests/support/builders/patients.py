"""Patients in the care of a site, with what the checks ask about them."""

from datetime import date
from typing import Any

from formulary import clock
from formulary.accounts import Role
from formulary.accounts.actions import next_code
from formulary.accounts.models import Site
from formulary.catalogue.models import Ingredient, MedicineKind, WashoutDecision, WashoutStatement
from formulary.db import db
from formulary.patients.models import (
    Allergy,
    AllergyReview,
    Care,
    ConditionKind,
    Consent,
    Patient,
    PatientCondition,
    PatientMedicine,
    Weight,
)
from formulary.patients.queries import fold
from tests.support.builders.accounts import a_person, an_actor, the_site
from tests.support.builders.base import act, number, saved
from tests.support.builders.catalogue import steps

SYLLABLES = ("ba", "de", "fi", "go", "lu", "ma", "ne", "pi", "ro", "tu")


def a_name() -> str:
    """A name unlike every other that a builder has given: syllables for the digits of a number."""
    digits = [int(digit) for digit in str(number() * 7919 % 100_000).zfill(5)]
    return (
        "".join(SYLLABLES[d] for d in digits[:3]).title()
        + " "
        + "".join(SYLLABLES[d] for d in digits[2:]).title()
    )


@act()
def a_patient(*, site: Site | None = None, ready: bool = True, **columns: Any) -> Patient:
    """A patient of the site (Paris), born 1985.

    `ready` adds what a session asks for: 62 kg today, "no allergies known" today, consent to mesotherapy, and
    "no" to every contraindication, and "takes nothing" to what they take.
    """
    where = site or the_site()
    by, name = an_actor(where, Role.PRACTITIONER), columns.pop("name", None) or a_name()
    row = {"code": next_code("P"), "name": name, "folded": fold(name), "born_on": date(1985, 4, 12)}
    patient = saved(Patient(**{"created_at": clock.now(), "created_by_id": by.person_id} | row | columns))
    saved(Care(patient_id=patient.id, site_id=where.id, since=clock.now()))
    if ready:
        make_ready(patient, by.person_id)
    return patient


def make_ready(patient: Patient, person_id: int) -> None:
    """Weight, allergies asked, consent given, every contraindication answered "no", takes nothing."""
    a_weight(patient, "62 kg", by_id=person_id)
    no_known_allergies(patient, asked_by_id=person_id)
    a_consent(patient, taken_by_id=person_id)
    takes_nothing(patient, by_id=person_id)
    for kind in db.session.scalars(db.select(ConditionKind)):
        a_condition(patient, kind, "no", asked_by_id=person_id)


def a_weight(patient: Patient, weight: str = "62 kg", **columns: Any) -> Weight:
    """A weighing, today."""
    row = {"mass": steps(weight), "measured_on": clock.now().date(), "recorded_at": clock.now()}
    return saved(Weight(patient_id=patient.id, **_somebody("by_id", patient) | row | columns))


def no_known_allergies(patient: Patient, **columns: Any) -> AllergyReview:
    """The patient was asked today and knows of none."""
    row = {"answer": "none_known", "asked_at": clock.now()}
    return saved(AllergyReview(patient_id=patient.id, **_somebody("asked_by_id", patient) | row | columns))


def takes_nothing(patient: Patient, **columns: Any) -> PatientMedicine:
    """The patient was asked today and takes nothing."""
    row = {"said": "none", "at": clock.now()}
    return saved(PatientMedicine(patient_id=patient.id, **_somebody("by_id", patient) | row | columns))


def a_medicine(patient: Patient, word: str = "", **columns: Any) -> PatientMedicine:
    """A medicine of the catalogue's kind of this word, else in words alone; still taken unless told."""
    kind = db.session.scalar(db.select(MedicineKind).filter_by(word=word))
    stopped = "last_taken_on" in columns
    row = {"said": "takes", "name": word.replace("_", " "), "kind_id": kind.id if kind else None}
    row |= {"taking": "stopped" if stopped else "still", "choice": "own", "at": clock.now()}
    return saved(PatientMedicine(patient_id=patient.id, **_somebody("by_id", patient) | row | columns))


def a_medicine_kind(word: str, *stated: dict[str, Any], name: str = "") -> MedicineKind:
    """A kind of medicine with what sources say of it: how each differs from a week to avoid."""
    kind = saved(MedicineKind(word=word, name=name or word.replace("_", " ").capitalize(), sort="medicine"))
    row = {"before": "mesotherapy", "effect": "avoid", "said": "a week", "least": 7, "source": "an article"}
    for told in stated:
        saved(WashoutStatement(kind_id=kind.id, **row | told))
    return kind


def an_allergy(patient: Patient, to: Ingredient | str, **columns: Any) -> Allergy:
    """An allergy to an ingredient, or to a group by its word (`"sulfite"`)."""
    what = (
        {"group_word": to, "name": to} if isinstance(to, str) else {"ingredient_id": to.id, "name": to.name}
    )
    row = {"severity": "severe", "noted_at": clock.now()} | what
    return saved(Allergy(patient_id=patient.id, **_somebody("noted_by_id", patient) | row | columns))


def a_consent(patient: Patient, **columns: Any) -> Consent:
    """Consent to mesotherapy, off-label use included, in version 1 of the text."""
    row = {"procedure": "mesotherapy", "version": "1", "covers_off_label": True, "given_at": clock.now()}
    return saved(Consent(patient_id=patient.id, **_somebody("taken_by_id", patient) | row | columns))


def a_condition_kind(word: str, **columns: Any) -> ConditionKind:
    """A contraindication that is asked of every patient."""
    return saved(ConditionKind(**{"word": word, "name": word, "source": "test"} | columns))


def a_condition(
    patient: Patient, kind: ConditionKind, answer: str = "yes", **columns: Any
) -> PatientCondition:
    """What the patient answered about one contraindication, today."""
    row = {"kind_id": kind.id, "answer": answer, "asked_at": clock.now()}
    return saved(PatientCondition(patient_id=patient.id, **_somebody("asked_by_id", patient) | row | columns))


def a_washout_decision(kind: MedicineKind | None = None, **columns: Any) -> WashoutDecision:
    """A time of the clinic's own before a session, approved: three days."""
    kind, now = kind or a_medicine_kind(f"kind {number()}", {}), clock.now()
    row = {"before": "mesotherapy", "least": 3, "reason": "the leaflet", "status": "approved"}
    row |= {"kind_id": kind.id, "proposed_at": now, "approved_at": now, "author_id": a_person().id}
    return saved(WashoutDecision(**row | columns))


def _somebody(column: str, patient: Patient) -> dict[str, int]:
    return {column: patient.created_by_id}
