"""From prescription to patient in a real browser: two people, one alone, given back, wasted; keys counted."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pypdfium2
import pytest

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
from tests.support.browser import Person
from tests.support.builders import act
from tests.support.builders.accounts import PASSWORD
from tests.support.road import a_prescription, blind_answers, draw_step
from tests.support.stages import ALL_WELL, road

__all__ = ["road"]
pytestmark = pytest.mark.databases("sqlite")  # what differs between the databases is tested without a browser

MOST = 25
LABEL = """async () => { const form = document.querySelector("form[action$='label.pdf']");
    const answer = await fetch(form.action, {method: "POST", body: new URLSearchParams(new FormData(form))});
    return [...new Uint8Array(await answer.arrayBuffer())] }"""


@dataclass
class Fingers:
    """Somebody whose taps and key presses are counted; doses, scans and passwords are what they are for."""

    person: Person
    count: int = 0

    def tap(self, target: str, by_label: bool = False) -> Fingers:
        """One tap or click."""
        page = self.person.page
        (page.get_by_label(target, exact=True) if by_label else page.locator(target)).first.click()
        self.count += 1
        return self

    def key(self, *keys: str) -> Fingers:
        """Key presses."""
        for key in keys:
            self.person.page.keyboard.press(key)
            self.count += 1
        self.person.page.wait_for_load_state("domcontentloaded")
        return self

    def types(self, text: str) -> Fingers:
        """A dose or a password."""
        self.person.page.keyboard.type(text)
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


def test_compose_sign_prepare_and_give_take_few_keys(clinic, patient, formula, browse):
    doctor, technician = Fingers(browse("practitioner")), Fingers(browse("technician"))
    composed_and_signed(doctor, patient, formula)
    verified_by_another(the_cocktail(clinic), clinic)
    attempt = prepared(technician, clinic)
    released_by_another(attempt, clinic)
    given(doctor, attempt, patient)
    total = doctor.count + technician.count
    born = len(f"{patient.born_on:%d%m%Y}")
    print(f"\ncompose to give: {total} taps and keys beyond doses, scans, passwords and the date of birth")
    print(f"with the {born} keys of the date of birth: {total + born}")
    db.session.rollback()
    outcomes = db.select(Administration.outcome).filter_by(patient_id=patient.id)
    assert list(db.session.scalars(outcomes)) == ["given"]
    assert total < MOST


def composed_and_signed(doctor, patient, formula):
    """Two taps choose the formula, one composes, one tap and F9 sign."""
    doctor.person.open(f"/cocktails/new/{patient.id}")
    doctor.person.page.locator("#formula_version_id").select_option(str(formula.id))
    doctor.count += 2
    doctor.tap("text=Compose >> nth=-1").sees("Ready to sign.")
    doctor.tap("#own_secret").types(PASSWORD).key("F9").sees("waits for verification")


def prepared(technician, clinic):
    """Taken in hand with a tap and Enter; each line its scan, its reading and Enter."""
    technician.person.open("/preparations/")
    technician.tap("text=Prepare C-0001").sees("Take it in hand").key("Enter").sees("step 1 of")
    attempt = attempts.latest(the_cocktail(clinic).id, clinic.actor("technician"))
    for number in range(1, len(attempts.steps(attempt)) + 1):
        one_line(technician, attempt, number, clinic)
    technician.sees("Finish").types(PASSWORD).key("Enter").sees("Now it is looked at")
    db.session.rollback()
    return attempts.of_attempt(attempt.id)


def one_line(technician, attempt, number, clinic):
    technician.sees(f"step {number} of")
    db.session.rollback()
    by = clinic.actor("technician")
    step = attempts.steps(attempts.attempt(attempt.id, by))[number - 1]
    technician.scans(a_scan(lot_of(step))).sees("the right vial")
    if technician.person.page.locator("#diluent_lot_id").is_visible():
        water = next(lot for lot in shelf.lots_with_number("WFI-1"))
        technician.scans(a_scan(water)).sees("WFI-1")
        technician.tap("#volume").types("4").tap("text=It is mixed")
    technician.person.page.wait_for_selector("#measured")
    planned = technician.person.page.locator(".bench-draw button").first.inner_text()
    technician.types(re.search(r"[0-9.]+", planned)[0]).key("Enter")


def given(doctor, attempt, patient):
    """The label scanned, the patient identified, one area, what is left."""
    [container] = attempts.syringes(attempt.id)
    doctor.person.open("/preparations/")
    doctor.tap("text=Give a cocktail").sees("Scan the label, then identify").scans(
        f"FML1:{container.code}"
    ).sees("label read")
    doctor.person.field("Patient's code").focus()
    doctor.scans(f"FML1:{patient.code}").sees("wristband read")
    doctor.person.fill("Date of birth", f"{patient.born_on:%Y-%m-%d}")
    doctor.tap("Asked: nothing new", by_label=True).tap("button:has-text('Start')").sees("left to give")
    doctor.key("Tab").types("Left ch").key("Tab").types("90").key("Enter").sees("4.5")
    doctor.tap("input[name=outcome][value=given]").tap("#leftover").types("0.5").key("Enter")
    doctor.sees("The session is closed.")


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
    by = clinic.actor("practitioner")
    with transaction():
        attempt = bench.claim(the_cocktail(clinic).id, at=clock.now(), by=by)
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
    doctor.tap("#own_secret").types(PASSWORD).key("F9").sees("waits for verification")
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
