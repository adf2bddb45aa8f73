"""A hold placed from the recall answer: the next composing, draw, release and start of giving stop."""

import json

import pytest
from click.testing import CliRunner

from formulary import clock
from formulary.administrations import actions as administrations
from formulary.cli import recall
from formulary.cocktails import actions as cocktails
from formulary.db import transaction
from formulary.preparations import actions as preparations
from formulary.preparations import queries as bench
from formulary.preparations.actions import scanning
from formulary.preparations.facts import gather_attempt
from formulary.recalls import actions as recalls
from formulary.recalls.queries import case_holds
from formulary.rules.checklist import run
from formulary.rules.findings import Refused, Stage
from formulary.stock import actions as stock
from formulary.stock import queries as shelf
from tests.recalls.casing import a_case, did, met
from tests.support.road import (
    a_claimed_attempt,
    a_closed_session,
    a_prepared_attempt,
    a_released_attempt,
    a_verified_cocktail,
    draw_step,
)

LOT = "TXA-2231"


def hold(clinic, number=LOT):
    """The recall officer puts the lot on hold."""
    [lot] = shelf.lots_with_number(number)
    with transaction():
        return stock.place_hold("lot", lot.id, reason="notice", at=clock.now(), by=clinic.actor("recall"))


def the_answer(by, *, names=False):
    """What `formulary recall --json` says to somebody."""
    return recall.as_dict(recall._export(LOT, by, names=names))


def test_the_next_composing_is_stopped(clinic, patient, formula):
    hold(clinic)
    with transaction():
        draft = cocktails.create_draft(
            patient.id, formula_version_id=formula.id, at=clock.now(), by=clinic.actor("practitioner")
        )
    report = cocktails.check(draft, Stage.SIGN, at=clock.now()).report
    assert "L2" in {finding.rule for finding in report.open}


def test_claiming_is_stopped(clinic, patient, formula):
    verified = a_verified_cocktail(clinic, patient, formula)
    hold(clinic)
    with pytest.raises(Refused), transaction():
        preparations.claim(verified.id, at=clock.now(), by=clinic.actor("technician"))


def test_the_next_draw_is_stopped(clinic, patient, formula):
    attempt = a_claimed_attempt(clinic, patient, formula)
    hold(clinic)
    with pytest.raises(Refused, match="held"):
        draw_step(attempt.id, 1, clinic.actor("technician"))


def test_release_is_stopped(clinic, patient, formula):
    attempt = a_prepared_attempt(clinic, patient, formula)
    hold(clinic)
    looked = dict.fromkeys(preparations.INSPECTED, True)
    with pytest.raises(Refused, match="held"), transaction():
        preparations.release(attempt.id, inspection=looked, at=clock.now(), by=clinic.actor("pharmacist"))


def test_the_start_of_giving_is_stopped(clinic, patient, formula):
    [syringe] = bench.syringes(a_released_attempt(clinic, patient, formula).id)
    hold(clinic)
    who = {"patient_code": patient.code, "born_on": patient.born_on, "anything_new": False}
    with pytest.raises(Refused, match="held"), transaction():
        administrations.start(syringe.code, **who, at=clock.now(), by=clinic.actor("practitioner"))


def test_the_answer_for_programs_has_lots_patients_and_what_is_left(clinic, patient, formula):
    a_closed_session(clinic, patient, formula)
    told = json.loads(json.dumps(the_answer(clinic.actor("recall"))))
    assert {"lots", "patients", "on_hand"} <= set(told)
    [lot] = told["lots"]
    assert lot["balance"]["unaccounted"] == "0"
    assert [row["patient"] for row in told["patients"]] == [patient.code]


def test_a_technician_sees_counts_and_no_code(clinic, patient, formula):
    a_closed_session(clinic, patient, formula)
    rows = the_answer(clinic.actor("technician"), names=True)["patients"]
    assert [row for row in rows if patient.code in str(row) or patient.name in str(row)] == []


def test_the_help_of_the_terminal_ends_in_an_example():

    assert "formulary recall" in CliRunner().invoke(recall.command, ["--help"]).output


def test_a_case_of_a_formula_stops_what_follows_it_and_leaves_its_vials_in_use(
    clinic, patient, formula, clients, monkeypatch
):
    verified = a_verified_cocktail(clinic, patient, formula)
    case = a_case("", recalls.open_case, recalls.contain, formula_version_id=formula.id)
    assert met(case) == [("F", verified.code)]
    assert [hold.kind for hold in case_holds(case.id)] == ["formula_version"]
    checked = cocktails.check(verified, Stage.VERIFY, at=clock.now()).report
    assert [x.code for x in checked.open if x.rule == "B2"] == ["formula.held"]
    with pytest.raises(Refused) as refused, transaction():
        preparations.claim(verified.id, at=clock.now(), by=clinic.actor("technician"))
    assert "formula.held" in {finding.code for finding in refused.value.findings}
    [hold] = case_holds(case.id)
    assert "Melasma" in clients("recall").get_ok(f"/stock/holds/{hold.id}/release").text
    did(recalls.release_holds, case.id, reason="read again")
    with transaction():
        attempt = preparations.claim(verified.id, at=clock.now(), by=clinic.actor("technician"))
    again = a_case("", recalls.open_case, recalls.contain, formula_version_id=formula.id)
    assert met(again) == [("F", verified.code)]
    told = gather_attempt(attempt, at=clock.now()).cocktail
    for stage in (Stage.FINAL, Stage.ADMINISTER):
        assert "formula.held" in {finding.code for finding in run(told, stage).open}
    by, first = clinic.actor("technician"), attempt.planned[0].position
    for of_the_scan in (scanning.formula_findings, lambda _attempt: ()):
        monkeypatch.setattr(scanning, "formula_findings", of_the_scan)
        with pytest.raises(Refused) as refused:
            draw_step(attempt.id, first, by)
        assert [finding.code for finding in refused.value.findings] == ["formula.held"]
    did(recalls.release_holds, again.id, reason="read again")
    draw_step(attempt.id, first, by)
