"""What the rules are told of a patient, in a bounded number of queries."""

from datetime import timedelta

import pytest

from formulary.patients.facts import patient_facts, precautions
from formulary.patients.queries.names import fold, look_alike
from formulary.rules import facts
from formulary.rules.units import Quantity
from tests.support.builders import (
    a_condition,
    a_condition_kind,
    a_consent,
    a_patient,
    a_weight,
    act,
    an_allergy,
    an_ingredient,
    no_known_allergies,
)
from tests.support.counting import counting_queries


def test_of_somebody_unknown_nothing_is_told(app, watch):
    patient = a_patient(ready=False)
    assert patient_facts(patient.id, watch.now()) == facts.Patient(id=patient.id)


def test_all_that_is_on_record_is_told(app, watch):
    patient, at = a_patient(ready=False), watch.now()
    lidocaine = an_ingredient("lidocaine")
    an_allergy(patient, lidocaine, severity="mild")
    an_allergy(patient, "sulfite", severity="anaphylaxis")
    no_known_allergies(patient, answer="listed")
    a_weight(patient, "62.5 kg")
    a_consent(patient, version="3", covers_off_label=False)
    told = patient_facts(patient.id, at)
    assert told.allergies == (
        facts.Allergy("lidocaine", facts.AllergySeverity.MILD, ingredient_id=lidocaine.id),
        facts.Allergy("sulfite", facts.AllergySeverity.ANAPHYLAXIS, group="sulfite"),
    )
    assert (told.allergies_asked_at, told.weight) == (at, Quantity.of("62.5", "kg"))
    assert told.weighed_on == at.date()
    assert told.consents == (facts.Consent("mesotherapy", "3", at, covers_off_label=False),)


def test_an_ended_allergy_is_told_for_the_time_before_it_ended(app, watch):
    patient, then = a_patient(ready=False), watch.now()
    row = an_allergy(patient, an_ingredient())
    watch.move(hours=1)
    with act():
        row.ended_at = watch.now()
    assert patient_facts(patient.id, watch.now()).allergies == ()
    assert len(patient_facts(patient.id, then).allergies) == 1


def test_a_withdrawn_consent_is_told_as_withdrawn(app, watch):
    patient = a_patient(ready=False)
    row = a_consent(patient)
    watch.move(hours=1)
    with act():
        row.withdrawn_at = watch.now()
    assert patient_facts(patient.id, watch.now()).consents[0].withdrawn_at == watch.now()
    assert patient_facts(patient.id, watch.now() - timedelta(minutes=1)).consents[0].withdrawn_at is None


def test_the_facts_take_six_queries_however_much_there_is(app, watch):
    patient = a_patient()
    for _ in range(5):
        an_allergy(patient, an_ingredient())
        a_weight(patient)
        a_consent(patient)
    patient_id = patient.id
    with counting_queries() as asked:
        patient_facts(patient_id, watch.now())
    assert len(asked) == 6, asked


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("Anna Kovač", "KOVAC, Anna", True),
        ("Anna Kovač", "Anna Maria Kovač", True),
        ("Anna Kovač", "Ana Kovac", True),
        ("Anna Kovač", "Hanna Kovach", True),
        ("Anna Kovač", "Bruno Weiss", False),
        ("李 小龍", "李 小龍", True),
    ],
)
def test_names_look_alike_or_not(one, other, alike):
    assert look_alike(fold(one), fold(other)) is alike


def test_the_newest_answer_to_each_question_is_told(app, watch):
    patient, kind = a_patient(ready=False), a_condition_kind("asthma", name="Asthma")
    a_condition(patient, kind, "no")
    watch.move(hours=1)
    a_condition(patient, kind, "yes", detail="as a child")
    assert patient_facts(patient.id, watch.now()).answers == (
        facts.ConditionAnswer("asthma", facts.Said.YES, watch.now(), "as a child"),
    )


def test_an_allergy_brings_the_groups_of_its_substance(app, watch):
    patient = a_patient(ready=False)
    an_allergy(patient, an_ingredient("theophylline", groups=("methylxanthine",)))
    (allergy,) = patient_facts(patient.id, watch.now()).allergies
    assert allergy.groups == {"methylxanthine"}


def test_a_question_of_the_clinics_own_is_about_whatever_is_given(app):
    a_condition_kind("tattoo", name="A tattoo there", action="inform", source="house")
    (row,) = precautions().contraindications
    assert (row.selector, row.name, row.level, row.source) == ("any", "A tattoo there", "INFO", "house")
