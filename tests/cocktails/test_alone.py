"""One clinician alone: later, blind, by the same person, SELF-CHECKED; never silently two people."""

import pytest

from formulary import clock
from formulary.accounts import queries as accounts
from formulary.cocktails import actions as cocktails
from formulary.cocktails import queries
from formulary.cocktails.actions.signing import TOTAL
from formulary.cocktails.labels import OVERRIDE_REASONS
from formulary.db import db, transaction
from formulary.preparations import actions as bench
from formulary.preparations import queries as attempts
from formulary.rules.findings import Level, Refused, Stage
from formulary.rules.units import Quantity
from tests.support.builders import a_policy, act, an_allergy
from tests.support.road import a_prescription, blind_answers, draw_step


def ml(text):
    return Quantity.of(text, "mL")


@pytest.fixture
def alone(clinic):
    with act():
        clinic.site.solo = True
        db.session.add(clinic.site)
    return clinic.actor("practitioner")


def verified(signed, by, total=None):
    checked = cocktails.check(queries.cocktail(signed.id, by), Stage.VERIFY, at=clock.now())
    with transaction():
        answers = blind_answers(checked) | ({TOTAL: total} if total is not None else {})
        return cocktails.verify(signed.id, answers=answers, at=clock.now(), by=by)


def prepared(cocktail, by):
    with transaction():
        attempt = bench.claim(cocktail.id, at=clock.now(), by=by)
    for position in [s.position for s in attempts.steps(attempt)]:
        draw_step(attempt.id, position, by)
    with transaction():
        return bench.finish(attempt.id, at=clock.now(), by=by)


def released(attempt, by, total):
    looked = {what: True for what in bench.INSPECTED}
    with transaction():
        return bench.release(attempt.id, inspection=looked, total=total, at=clock.now(), by=by)


def test_nobody_checks_their_own_work_at_once(alone, clinic, patient, formula, watch):
    signed = a_prescription(clinic, patient, formula)
    assert signed.state == "prescribed"
    watch.move(minutes=4, seconds=59)
    with pytest.raises(Refused) as refusal:
        verified(signed, alone)
    [finding] = refusal.value.findings
    assert finding.code == "verify.too_soon"
    assert finding.reason.startswith(
        "You work alone here, so C-0001 waits before you verify it yourself: from "
    )


def test_the_site_says_how_long(alone, clinic, patient, formula, watch):
    a_policy(clinic.site, "self_check_after_minutes", 2)
    signed = a_prescription(clinic, patient, formula)
    watch.move(minutes=2)
    assert verified(signed, alone).agreed


def test_from_signing_to_the_label_alone_and_marked(alone, clinic, patient, formula, watch):
    signed = a_prescription(clinic, patient, formula)
    watch.move(minutes=5)
    assert verified(signed, alone).agreed
    attempt = prepared(signed, alone)
    with pytest.raises(Refused, match=r"release\.too_soon"):
        released(attempt, alone, ml("5"))
    watch.move(minutes=5)
    for read in (None, ml("4")):
        with pytest.raises(Refused, match=r"release\.total_differs"):
            released(attempt, alone, read)
    done = released(attempt, alone, ml("5"))
    assert (done.state, done.self_verified, done.self_released) == ("released", True, True)
    assert attempts.by_month(clinic.site.id, "Europe/Paris") == {"2026-11": {"verified": 1, "released": 1}}
    flagged = {s.meaning for s in accounts.signatures_on("attempt", done.id) if s.self_checked}
    assert flagged == {"released"}
    steps = {(t.to_state, t.self_checked) for t in queries.transitions(signed.id)}
    assert {("verified", True), ("released", True), ("prepared", False)} <= steps


def test_a_wrong_entry_verifies_nothing_alone_either(alone, clinic, patient, formula, watch):
    signed = a_prescription(clinic, patient, formula)
    watch.move(minutes=5)
    verified(signed, alone, total=ml("4"))
    assert queries.cocktail(signed.id, alone).state == "prescribed"


def test_a_stop_is_answered_alone_in_own_words_and_marked(alone, clinic, patient, formula):
    draft = an_allergic_draft(clinic, patient, formula, alone)
    checked = cocktails.check(draft, Stage.SIGN, at=clock.now(), by=alone)
    stops = checked.report.at_least(Level.STOP)
    for words, code in (("", r"answer\.no_words"), ("Tolerated twice, watched for an hour.", "")):
        answers = [cocktails.Answer(stop.key, OVERRIDE_REASONS[0], words) for stop in stops]
        if code:
            with pytest.raises(Refused, match=code):
                signed_with(draft, checked, answers, alone)
    signed_with(draft, checked, answers, alone)
    rows = list(queries.overrides(queries.revision(draft).id).values())
    marks = [
        (s.meaning, s.self_checked) for r in rows for s in accounts.signatures_on("check_override", r.id)
    ]
    assert {row.cosigner_id for row in rows} == {None}
    assert marks == [("co-signed", True)] * len(stops)


def an_allergic_draft(clinic, patient, formula, by):
    with transaction():
        draft = cocktails.create_draft(patient.id, formula_version_id=formula.id, at=clock.now(), by=by)
    product = queries.revision(draft).lines[0].product
    an_allergy(patient, product.ingredient, severity="mild")
    return draft


def signed_with(draft, checked, answers, by):
    with transaction():
        seen = checked.report.inputs_hash
        return cocktails.sign(draft.id, seen_hash=seen, answers=answers, at=clock.now(), by=by)


@pytest.fixture
def prepared_alone(alone, clinic, patient, formula, watch):
    """Prepared by whoever works alone; the delay before its release is not over."""
    signed = a_prescription(clinic, patient, formula)
    watch.move(minutes=5)
    verified(signed, alone)
    return prepared(signed, alone)


def test_an_undecided_tolerance_is_said_and_half_a_mark_of_the_syringe_passes(
    alone, clinic, prepared_alone, watch
):
    a_policy(clinic.site, "tolerances", {"dose": "0.05"})
    watch.move(minutes=5)
    device, count = attempts.final_device(prepared_alone.total)
    half = device.graduation * count // 2
    with pytest.raises(Refused) as refusal:
        released(prepared_alone, alone, Quantity(prepared_alone.total + half + 1, ml("1").dimension))
    [finding] = refusal.value.findings
    assert finding.reason == (
        "What was read off the syringe is not what was drawn. "
        "Which difference this site accepts is unknown, so half a mark of the syringe is."
    )
    read = Quantity(prepared_alone.total + half, ml("1").dimension)
    assert released(prepared_alone, alone, read).state == "released"


@pytest.mark.databases("sqlite")  # what is printed does not depend on the database
def test_no_worksheet_tells_the_figures_before_the_blind_reading(alone, prepared_alone, watch, clients):
    here, person = f"/preparations/{prepared_alone.id}", clients("practitioner")
    answer = person.get(f"{here}/worksheet.pdf")
    assert (answer.status_code, answer.location) == (302, here)
    watch.move(minutes=5)
    released(prepared_alone, alone, ml("5"))
    assert person.get(f"{here}/worksheet.pdf").mimetype == "application/pdf"
