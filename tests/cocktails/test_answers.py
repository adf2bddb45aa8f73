"""What is said to findings counts for those very findings, and says who stood behind it."""

from dataclasses import replace

import pytest

from formulary import clock
from formulary.accounts import queries as accounts
from formulary.administrations import actions as administrations
from formulary.audit import record
from formulary.audit.models import AuditEntry
from formulary.catalogue import queries as catalogue
from formulary.cocktails import actions as cocktails
from formulary.cocktails import queries
from formulary.cocktails.labels import OVERRIDE_REASONS
from formulary.cocktails.models import Cocktail, Override
from formulary.cocktails.queries.proof import answer_faults
from formulary.db import db, transaction
from formulary.patients.models import Allergy
from formulary.preparations import actions as preparations
from formulary.preparations import queries as bench
from formulary.rules.findings import Level, Refused, Stage
from tests.support.behind import behind_its_back
from tests.support.builders import PASSWORD, an_allergy, saved
from tests.support.road import blind_answers, draw_step

REASON = "Tolerated before without event"
WORDS = "Two sessions in spring, under watch."


@pytest.fixture
def allergic(clinic, patient):
    """A patient with a mild reaction to the first line of the cocktail, recorded."""
    return an_allergy(patient, tranexamic(), severity="mild")


def tranexamic():
    return next(p.ingredient for p in catalogue.products() if p.name == "tranexamic acid")


def draft(clinic, patient, formula):
    doctor = clinic.actor("practitioner")
    with transaction():
        return cocktails.create_draft(patient.id, formula_version_id=formula.id, at=clock.now(), by=doctor)


def checked(cocktail, stage, by):
    return cocktails.check(queries.cocktail(cocktail.id, by), stage, at=clock.now(), by=by)


def stop(report):
    """The finding about the allergy itself; of the excipients nobody knows, each line says so too."""
    [finding] = [f for f in report.at_least(Level.STOP) if f.code == "allergy.ingredient"]
    return finding


def signed(clinic, patient, formula):
    """Signed over the allergy: a reason, a sentence, a co-signer."""
    doctor, row = clinic.actor("practitioner"), draft(clinic, patient, formula)
    report = checked(row, Stage.SIGN, doctor).report
    other, asked = clinic.actor("pharmacist2"), report.at_least(Level.WARN)
    said = [cocktails.Answer(finding.key, REASON, WORDS, other) for finding in asked]
    with transaction():
        return cocktails.sign(row.id, seen_hash=report.inputs_hash, answers=said, at=clock.now(), by=doctor)


def verified(clinic, cocktail):
    by = clinic.actor("pharmacist")
    entered = blind_answers(checked(cocktail, Stage.VERIFY, by))
    with transaction():
        return cocktails.verify(cocktail.id, answers=entered, at=clock.now(), by=by)


def kept():
    db.session.expire_all()
    return db.session.scalars(db.select(Override).filter_by(code="allergy.ingredient")).one()


def the_page(cocktail):
    return f"/cocktails/{cocktail.id}/compose"


def test_what_was_answered_at_signing_stays_answered_when_verified(clinic, patient, formula, allergic):
    assert verified(clinic, signed(clinic, patient, formula)).agreed


# The other stages ask no allergy.
@pytest.mark.parametrize("stage", [Stage.VERIFY, Stage.DRAW, Stage.ADMINISTER])
def test_it_stays_answered_at_every_later_stage(clinic, patient, formula, allergic, stage):
    cocktail = signed(clinic, patient, formula)
    report = checked(cocktail, stage, clinic.actor("pharmacist")).report
    answerable = replace(
        report, answers=tuple(a for a in report.answers if a.code.startswith(("allergy.", "dose.limit")))
    )
    assert "allergy.ingredient" in {finding.code for finding in answerable.at_least(Level.STOP)}
    cocktails.must_be_answered(answerable, queries.revision(cocktail))


def test_an_allergy_recorded_afterwards_was_answered_by_nobody(clinic, patient, formula, allergic):
    cocktail = signed(clinic, patient, formula)
    an_allergy(patient, tranexamic(), severity="moderate")
    with pytest.raises(Refused) as refusal:
        verified(clinic, cocktail)
    found = [f for f in refusal.value.findings if f.code == "allergy.ingredient"]
    assert [f.reason for f in found] == [
        "The patient is allergic to tranexamic acid (moderate), and line 1 is tranexamic acid."
    ]


def test_an_override_dies_when_its_inputs_change(clinic, patient, formula, allergic):
    cocktail = signed(clinic, patient, formula)
    saved(Allergy(**worse(allergic)))
    with pytest.raises(Refused, match=r"allergy\.ingredient"):
        verified(clinic, cocktail)


def worse(row):
    """The same allergy as recorded again, moderate now."""
    columns = {c.key: getattr(row, c.key) for c in Allergy.__table__.columns if c.key != "id"}
    return columns | {"severity": "moderate"}


def test_nobody_passes_what_blocks_whatever_was_said(clinic, patient, formula, allergic):
    cocktail = signed(clinic, patient, formula)
    report = checked(cocktail, Stage.VERIFY, clinic.actor("pharmacist")).report
    blocks = replace(report, answers=(replace(stop(report), level=Level.BLOCK),))
    with pytest.raises(Refused):
        cocktails.must_be_answered(blocks, queries.revision(cocktail))


def test_a_warning_that_was_answered_answers_no_stop(clinic, patient, formula, allergic):
    cocktail = signed(clinic, patient, formula)
    with transaction():
        kept().level = "WARN"
        record("cocktails.sign", cocktail, by=clinic.actor("admin"), at=clock.now())
    with pytest.raises(Refused, match=r"^allergy\.ingredient"):
        verified(clinic, cocktail)


def test_an_answer_keeps_the_finding_as_it_was_shown(clinic, patient, formula, allergic):
    signed(clinic, patient, formula)
    row = kept()
    assert (row.level, row.reason, row.words) == ("STOP", REASON, WORDS)
    assert row.answered["inputs"] == [
        ["allergy", "tranexamic acid"],
        ["severity", "mild"],
        ["through", "itself"],
    ]


def test_who_co_signs_leaves_a_signature(clinic, patient, formula, allergic):
    signed(clinic, patient, formula)
    row = kept()
    [signature] = accounts.signatures_on("check_override", row.id)
    assert (signature.meaning, signature.person_id) == ("co-signed", clinic.actor("pharmacist2").person_id)


def test_the_trail_names_what_was_said_and_who_stood_behind_it(clinic, patient, formula, allergic):
    signed(clinic, patient, formula)
    row = kept()
    entry = db.session.scalars(db.select(AuditEntry).filter_by(action="cocktails.sign")).one()
    [told] = [each for each in entry.new["answers"] if each["finding_key"] == row.finding_key]
    assert told == {
        "finding_key": row.finding_key,
        "level": "STOP",
        "reason": REASON,
        "words": WORDS,
        "by_id": clinic.actor("practitioner").person_id,
        "cosigner_id": clinic.actor("pharmacist2").person_id,
    }


def answers(page, **more):
    """What the form asks beside its findings, answered well, but as said."""
    said = {"override": REASON, "words": WORDS} | more
    names = [name for name in page.form(button="Sign").names if name.split(":")[0] in said]
    cosigner = {"signer-username": "pharmacist2", "signer-secret": PASSWORD}
    return {name: said[name.split(":")[0]] for name in names} | cosigner


def test_the_page_takes_a_reason_a_sentence_and_a_second_person(clinic, patient, formula, allergic, clients):
    row, person = draft(clinic, patient, formula), clients("practitioner")
    person.post_ok(the_page(row), answers(person.get_ok(the_page(row))), press="Sign")
    assert (kept().reason, kept().words) == (REASON, WORDS)


def test_a_reason_that_is_not_offered_is_named_with_those_that_are(
    clinic, patient, formula, allergic, clients
):
    row, person = draft(clinic, patient, formula), clients("practitioner")
    sent = answers(person.get_ok(the_page(row)), override="Because")
    page = person.post_refused(the_page(row), sent, press="Sign")
    offered = ", ".join(f"“{reason}”" for reason in OVERRIDE_REASONS[:-1]) + f" or “{OVERRIDE_REASONS[-1]}”"
    assert page.errors[0] == f"Tranexamic acid: “Because” is not a reason of the list. Choose {offered}."
    assert db.session.get(Cocktail, row.id, populate_existing=True).state == "draft"


def test_a_stop_without_a_sentence_is_refused_and_the_reason_kept(
    clinic, patient, formula, allergic, clients
):
    row, person = draft(clinic, patient, formula), clients("practitioner")
    page = person.post_refused(the_page(row), answers(person.get_ok(the_page(row)), words=" "), press="Sign")
    assert page.findings[0] == "answer.no_words"
    assert page.errors[0] == (
        "Tranexamic acid: a reason over allergy.ingredient is chosen, and no sentence beside it. "
        "Write in your own words why it is right for this patient; the co-signer reads it."
    )
    assert page.form(button="Sign").fields[f"override:{stop_key(page)}"] == [REASON]
    assert db.session.scalar(db.select(db.func.count()).select_from(Override)) == 0


def stop_key(page):
    """The finding about the allergy, as the form names it."""
    names = page.form(button="Sign").names
    return next(n for n in names if n.startswith("words:A1:allergy.ingredient")).removeprefix("words:")


def test_an_answered_allergy_holds_nobody_up_from_the_bench_to_the_patient(road):
    clinic = road.ready()
    an_allergy(road.patient, tranexamic(), severity="mild")
    formula = catalogue.approved_formulas()[0]
    cocktail = signed(clinic, road.patient, formula)
    verified(clinic, cocktail)
    assert given(clinic, road.patient, cocktail).state == "started"


def given(clinic, patient, cocktail):
    """Claimed, drawn, released, and begun at the patient."""
    attempt = claimed_and_drawn(clinic, cocktail)
    looked = {what: True for what in preparations.INSPECTED}
    with transaction():
        preparations.release(attempt.id, inspection=looked, at=clock.now(), by=clinic.actor("pharmacist"))
    [syringe] = bench.syringes(attempt.id)
    told = {"patient_code": patient.code, "born_on": patient.born_on, "anything_new": False}
    with transaction():
        return administrations.start(syringe.code, **told, at=clock.now(), by=clinic.actor("practitioner"))


def claimed_and_drawn(clinic, cocktail):
    by = clinic.actor("technician")
    with transaction():
        attempt = preparations.claim(cocktail.id, at=clock.now(), by=by)
    for position in [step.position for step in bench.steps(attempt)]:
        draw_step(attempt.id, position, by)
    with transaction():
        return preparations.finish(attempt.id, at=clock.now(), by=by)


ALTERED = "UPDATE check_override SET {} WHERE code = 'allergy.ingredient'"


@pytest.mark.parametrize("change", ["cosigner_id = 1", "reason = 'x'", "words = ''", "level = 'BLOCK'"])
def test_an_answer_altered_behind_our_back_is_named(clinic, patient, formula, allergic, change):
    signed(clinic, patient, formula)
    assert list(answer_faults()) == []
    number = kept().id
    behind_its_back(ALTERED.format(change))
    told = [(fault.row, fault.what) for fault in answer_faults()]
    assert told == [(f"check_override {number}", "is not what its audit entry says")]


def test_an_answer_that_is_gone_or_in_no_entry_is_named(clinic, patient, formula, allergic):
    signed(clinic, patient, formula)
    behind_its_back("DELETE FROM check_override WHERE code = 'allergy.ingredient'")
    assert [fault.row for fault in answer_faults()] == ["a check_override that is not there"]
    behind_its_back("UPDATE cocktail_revision SET number = number + 1")
    assert {fault.what for fault in answer_faults()} >= {"is in no audit entry"}
