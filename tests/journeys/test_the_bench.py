"""From prescription to patient in a real browser: two people, one alone, given back, wasted; keys counted."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field

import pypdfium2
import pytest
from playwright.sync_api import expect

from formulary import clock
from formulary.accounts import queries as accounts
from formulary.administrations.models import Administration
from formulary.cocktails import actions as cocktails
from formulary.cocktails import queries
from formulary.cocktails.models import Revision
from formulary.db import db, transaction
from formulary.preparations import actions as bench
from formulary.preparations import queries as attempts
from formulary.rules.findings import Stage
from formulary.stock import queries as shelf
from tests.preparations.doing import a_scan, lot_of
from tests.preparations.test_label import words_of
from tests.support.browser import DESK, PHONE, Person
from tests.support.builders import act
from tests.support.builders.accounts import PASSWORD
from tests.support.road import a_prescription, blind_answers, draw_step
from tests.support.stages import ALL_WELL, road

__all__ = ["road"]
pytestmark = pytest.mark.databases("sqlite")  # what differs between the databases is tested without a browser

BOUND = 25
"""Fewer than so many, and every key counts that is no amount read or chosen, no scan and no password."""
LABEL = """async () => { const form = document.querySelector("form[action$='label.pdf']");
    const answer = await fetch(form.action, {method: "POST", body: new URLSearchParams(new FormData(form))});
    return [...new Uint8Array(await answer.arrayBuffer())] }"""


@dataclass
class Fingers:
    """Somebody whose taps and key presses are counted, by the part of the road they belong to."""

    person: Person
    counts: Counter[str] = field(default_factory=Counter)
    part: str = ""

    def does(self, part: str) -> Fingers:
        """What follows belongs to this part."""
        self.part = part
        return self

    def tap(self, target: str, by_label: bool = False) -> Fingers:
        """One tap or click."""
        page = self.person.page
        (page.get_by_label(target, exact=True) if by_label else page.locator(target)).first.click()
        self.counts[self.part] += 1
        return self

    def key(self, *keys: str) -> Fingers:
        """Key presses."""
        for key in keys:
            self.person.page.keyboard.press(key)
            self.counts[self.part] += 1
        self.person.page.wait_for_load_state("domcontentloaded")
        return self

    def amounts(self, text: str) -> Fingers:
        """An amount, of a dose or as it is read off a syringe: what is recorded, and not counted."""
        self.person.page.keyboard.insert_text(text)
        return self

    def at(self, target: str) -> Fingers:
        """The focus is there already, without a tap."""
        expect(self.person.page.locator(target)).to_be_focused()
        return self

    def secret(self) -> Fingers:
        """Their password, which is not counted."""
        self.person.page.keyboard.type(PASSWORD)
        return self

    def scans(self, code: str) -> Fingers:
        """The scanner types, wherever the focus is."""
        self.person.scan(code)
        self.person.page.wait_for_load_state("domcontentloaded")
        return self

    def sees(self, words: str) -> Fingers:
        """The page says so."""
        self.person.sees(words)
        return self


def the_cocktail(clinic):
    db.session.rollback()
    return queries.by_code("C-0001", clinic.actor("pharmacist"))


def verified_by_another(cocktail, clinic):
    by = clinic.actor("pharmacist")
    checked = cocktails.check(queries.cocktail(cocktail.id, by), Stage.VERIFY, at=clock.now())
    with transaction():
        cocktails.verify(cocktail.id, answers=blind_answers(checked), at=clock.now(), by=by)
    db.session.rollback()


def released_by_another(attempt, clinic):
    with transaction():
        by = clinic.actor("pharmacist")
        bench.release(attempt.id, inspection=ALL_WELL, at=clock.now(), by=by)
    db.session.rollback()


@pytest.mark.parametrize("screen", [DESK, PHONE], ids=["1280", "390"])
def test_compose_sign_prepare_and_give_take_few_keys(clinic, patient, formula, browse, screen):
    doctor = Fingers(browse("practitioner", screen=screen))
    technician = Fingers(browse("technician", screen=screen))
    composed_and_signed(doctor, patient, formula)
    verified_by_another(the_cocktail(clinic), clinic)
    attempt = prepared(technician, clinic)
    released_by_another(attempt, clinic)
    given(doctor, attempt, patient)
    counts = doctor.counts + technician.counts
    said = ", ".join(f"{part} {counts[part]}" for part in ("compose", "sign", "prepare", "administer"))
    print(f"\ntaps and keys beyond doses, scans and passwords: {said}; in all {counts.total()}")
    db.session.rollback()
    outcomes = db.select(Administration.outcome).filter_by(patient_id=patient.id)
    assert list(db.session.scalars(outcomes)) == ["given"]
    assert counts.total() < BOUND


def composed_and_signed(doctor, patient, formula):
    """The wristband opens the patient; one tap composes with the formula; the password and F9 sign."""
    doctor.does("compose").person.open("/")
    doctor.scans(f"FML1:{patient.code}").sees(patient.name).tap("main >> text=Compose")
    doctor.tap(f"button[name=formula_version_id][value='{formula.id}']").sees("Ready to sign.")
    doctor.does("sign").at("#own_secret").secret().key("F9").sees("waits for verification")


def prepared(technician, clinic):
    """Taken in hand with one tap; each line its scan, its reading and Enter."""
    technician.does("prepare").person.open("/preparations/")
    technician.tap("text=Start preparing C-0001").sees("step 1 of")
    attempt = attempts.latest(the_cocktail(clinic).id, clinic.actor("technician"))
    for number in range(1, len(attempts.steps(attempt)) + 1):
        one_line(technician, attempt, number, clinic)
    technician.sees("Finish").at("#own_secret").secret().key("Enter").sees("Now it is looked at")
    db.session.rollback()
    return attempts.of_attempt(attempt.id)


def one_line(technician, attempt, number, clinic):
    technician.sees(f"step {number} of")
    db.session.rollback()
    by = clinic.actor("technician")
    step = attempts.steps(attempts.attempt(attempt.id, by))[number - 1]
    code = a_scan(lot_of(step))
    technician.scans(code).sees("the right vial")
    if technician.person.page.locator("#diluent_lot_id").is_visible():
        water = next(lot for lot in shelf.lots_with_number("WFI-1"))
        technician.scans(a_scan(water)).sees("diluent chosen")
        technician.at("#volume").amounts("4").key("Enter")
    planned = technician.at("#measured").person.page.locator(".bench-draw button").first.inner_text()
    technician.amounts(re.search(r"[0-9.]+", planned)[0]).scans(code)


def given(doctor, attempt, patient):
    """Label and wristband scanned, the date of birth as it is said, one area, what is left."""
    [container] = attempts.syringes(attempt.id)
    doctor.does("administer").person.open("/")
    doctor.scans(f"FML1:{container.code}").sees("label read")
    doctor.scans(f"FML1:{patient.code}").sees("wristband read")
    doctor.at("#born_on").key(*f"{patient.born_on:%d%m%y}").key("F2").sees("left to give")
    doctor.at("#area").key("l", "l", "Tab", "9", "0", "Enter").sees("4.5")
    doctor.tap("#leftover").amounts("0.5").key("F2").sees("The session is closed.")


def test_enter_after_the_date_of_birth_leads_to_the_question_and_answers_nothing(road, browse):
    [container] = attempts.syringes(road.released().id)
    code = road.patient.code
    doctor = Fingers(browse("practitioner"))
    doctor.person.open(f"/administrations/start?label={container.code}")
    doctor.at("#patient_code").scans(f"FML1:{code}").sees("Now ask for the date of birth.")
    doctor.at("#born_on").key(*"120485", "Enter").sees("Now ask what is new (F2).")
    doctor.at("fieldset:has(button[name=anything_new])").person.is_accessible()
    doctor.key("Enter", "Tab").at("button[name=anything_new][value=no]").key("F2").sees("left to give")


def alone_at(clinic):
    with act():
        clinic.site.solo = True
        db.session.add(clinic.site)


def test_one_clinician_alone_from_signing_to_after_care(clinic, patient, formula, browse, watch):
    alone_at(clinic)
    doctor = browse("practitioner")
    composed_and_signed(Fingers(doctor), patient, formula)
    blind(doctor).sees("You work alone here, so C-0001 waits")
    watch.move(minutes=5)
    blind(doctor).sees("It waits at the bench")
    attempt = drawn_alone(clinic)
    released_alone(doctor, attempt, watch)
    given(Fingers(doctor), attempt, patient)
    cared_for(doctor)
    doctor.open("/preparations/record").sees("2026-11").is_accessible()
    db.session.rollback()
    [session] = db.session.scalars(db.select(Administration).filter_by(patient_id=patient.id))
    assert (session.outcome, session.started_by_id) == ("given", clinic.actor("practitioner").person_id)


def released_alone(doctor, attempt, watch):
    """Finished, looked at five minutes later with the total entered anew, and labelled SELF-CHECKED."""
    doctor.open(f"/preparations/{attempt.id}").signs().press("Finish").sees(
        "You prepared it and work alone here"
    )
    watch.move(minutes=5)
    for box in doctor.all(doctor.page.locator("input[name=inspection]")):
        box.check()
    doctor.page.locator("#total").fill("5")
    doctor.signs().press("Release").sees("SELF-CHECKED")
    doctor.is_accessible()
    label = pypdfium2.PdfDocument(bytes(doctor.page.evaluate(LABEL)))
    assert "prepared Manon Roux, released Manon Roux SELF-CHECKED" in words_of(label[0])
    db.session.rollback()


def cared_for(doctor):
    """The after-care sheet in clock times, handed over."""
    doctor.follow("After-care sheet").sees("What it says").is_accessible().shot("alone-after-care")
    doctor.press("The patient has it").sees("Manon Roux, version")


def blind(doctor):
    """The blind entry, worked out anew."""
    doctor.open("/cocktails/1/verify").is_accessible()
    doctor.page.locator("#total").fill("5")
    doctor.page.locator("#doses-0-dose").fill("20")
    return doctor.signs().press("Verify")


def drawn_alone(clinic):
    by, cocktail = clinic.actor("practitioner"), the_cocktail(clinic)
    with transaction():
        attempt = bench.claim(cocktail.id, at=clock.now(), by=by)
    for position in [step.position for step in attempts.steps(attempt)]:
        draw_step(attempt.id, position, by)
    db.session.rollback()
    return attempt


def test_a_prescription_is_given_back_and_signed_anew(clinic, patient, formula, browse):
    signed = a_prescription(clinic, patient, formula)
    pharmacist, doctor = browse("pharmacist"), Fingers(browse("practitioner"))
    pharmacist.open(f"/cocktails/{signed.id}/verify").choose("Reason", "Dose to be checked")
    pharmacist.press("Return to the prescriber").sees("went back to the prescriber as revision 2")
    doctor.person.open(f"/cocktails/{signed.id}/compose").sees("revision 2")
    doctor.person.page.locator("#lines-0-value").fill("4")
    doctor.person.sees("Ready to sign.")
    doctor.tap("#own_secret").secret().key("F9").sees("waits for verification")
    verified_by_another(signed, clinic)
    rows = db.select(Revision.number, Revision.state, Revision.return_reason).order_by(Revision.number)
    told = [tuple(row) for row in db.session.execute(rows.filter_by(cocktail_id=signed.id))]
    assert told == [(1, "superseded", "Dose to be checked"), (2, "frozen", "")]


def test_a_wasted_attempt_is_prepared_again(road, browse):
    attempt = road.drawn()
    technician = browse("technician")
    technician.open(f"/preparations/{attempt.id}").page.keyboard.press("F9")
    technician.sees("What goes to waste").choose("Why", "Particles or colour").tick("Prepare it again")
    technician.fill("Second person's name", "pharmacist").fill("Second person's password", PASSWORD)
    technician.press("Waste it").sees("Every lot in it was moved to waste.")
    technician.open(f"/preparations/cocktails/{attempt.cocktail_id}").press("Start preparing").sees(
        "attempt 2"
    )
    db.session.rollback()
    by = road.clinic.actor("technician")
    states = [attempts.attempt(number, by).state for number in (attempt.id, attempt.id + 1)]
    assert states == ["wasted", "in_preparation"]
    assert accounts.signatures_on("attempt", attempt.id) == []
