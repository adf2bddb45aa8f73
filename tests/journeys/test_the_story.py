"""The story of the README in a real browser, on the demo clinic: a delivered vial to a recall answer."""

import re
from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import expect

from formulary.app import create_app
from formulary.db import db
from formulary.patients.models import Patient
from formulary.preparations.models import Syringe
from formulary.stock.models import Balance
from tests.conftest import dispose
from tests.support.databases import Database
from tests.support.demo import a_demo
from tests.support.terminal import formulary
from tests.support.watch import Watch
from tests.support.world import settings_for

TXA = "010952000000050917290630" + "10TXA-2231"
ASCORBIC = "010952000000070717280930" + "10ASC-5007"
FIRST_BYTES = """async () => { const form = document.querySelector("form[action$='label.pdf']");
    const answer = await fetch(form.action, {method: "POST", body: new URLSearchParams(new FormData(form))});
    return [...new Uint8Array(await answer.arrayBuffer())].slice(0, 5) }"""
REFUSED = {
    "010952000000050917240131" + "10TXA-1999": "expired",
    "010952000000050017290630" + "10TXA-2231": "one digit is wrong",
    "010952000000540517280930" + "10NS-24118A": "record it as a second lot",
}
GLUTATHIONE = "010952000000080617290331" + "10GSH-0600"
PACKS = {
    "tranexamic": TXA,
    "ascorbic": ASCORBIC,
    "glutathione": GLUTATHIONE,
    "sodium chloride": "010952000000540517290930" + "10NS-24118A",
}


@pytest.fixture
def app(database: Database, watch: Watch) -> Iterator[Flask]:
    """The app on the demo clinic, with a clock that the story moves."""
    application = create_app(settings_for(a_demo(database)))
    with application.app_context():
        yield application
        db.session.remove()
    dispose(application)


# What a browser shows does not depend on the database; test_the_road goes the same road on both.
@pytest.mark.databases("sqlite")
def test_the_story(app, browse, watch):
    deliveries(browse("pharmacist"))
    patient = a_new_patient(browse("practitioner"))
    reconstituted(browse("technician"))
    skin_tested(browse, watch, patient)
    cocktail = composed(browse("practitioner"), patient)
    verified(browse("pharmacist"), cocktail)
    attempt = prepared(browse("technician"), cocktail)
    released(browse("pharmacist"), attempt)
    given(browse("practitioner"), app)
    recalled(browse("recall"), "gsh 0600")
    status, words = formulary(app.extensions["formulary"].database_url, "verify")
    assert (status, words[:9]) == (0, "In order:"), words
    altered = one_row_is_altered()
    status, words = formulary(app.extensions["formulary"].database_url, "verify")
    assert (status, f"{altered} says 1 " in words) == (1, True), words


def deliveries(pharmacist):
    """Three deliveries scanned in; expired, a bad check digit, another expiry are answered in words."""
    pharmacist.open("/stock/receive")
    pharmacist.shot("story-receive")
    pharmacist.is_accessible()
    received(pharmacist, TXA, "Cabinet A", 10)
    received(pharmacist, ASCORBIC, "Fridge 1", 4)
    received(pharmacist, GLUTATHIONE, "Cabinet A", 10)
    for code, words in REFUSED.items():
        scanned(pharmacist, code, 1)
        pharmacist.sees(words)
        pharmacist.is_accessible()


def received(pharmacist, code, place, packs):
    """One delivery onto its shelf."""
    scanned(pharmacist, code, packs, place)
    pharmacist.sees("vials received")


def scanned(pharmacist, code, packs, place="Cabinet A"):
    """Scan a pack at the receiving page, say how many came, and send it."""
    pharmacist.open("/stock/receive")
    pharmacist.field("Code on the pack").focus()
    pharmacist.scan(code)
    pharmacist.page.wait_for_selector("#number[value]:not([value='']), .error-summary")
    if not pharmacist.page.locator(".error-summary").is_visible():
        pharmacist.fill("Packs", str(packs)).fill("Supplier", "Demo Wholesale")
        pharmacist.choose("Put into", place)
        pharmacist.press("Receive")


def a_new_patient(doctor):
    """A patient with two identifiers, weight, allergies, medicines, answers, consent; returns the id."""
    doctor.open("/patients/register")
    doctor.is_accessible()
    doctor.fill("Name", "Iris Invented").fill("Date of birth", "1988-05-17").press("Register")
    doctor.sees("Iris Invented")
    patient = doctor.page.url.rsplit("/", 1)[1]
    doctor.follow("Weigh")
    doctor.page.locator("#weight").fill("61")
    doctor.page.locator("#measured_on").fill("2026-11-24")
    doctor.press("Record the weight").press("Asked: none known").sees("none known")
    doctor.press("Asked: takes nothing").sees("Takes none")
    doctor.follow("Ask the questions")
    for answer in doctor.all(doctor.page.get_by_role("radio", name="No", exact=True)):
        answer.check()
    doctor.press("Save the answers").follow("Record a consent").tick("It covers off-label use")
    doctor.press("Record the consent").sees("covers off-label use")
    doctor.shot("story-patient")
    doctor.is_accessible()
    return patient


def reconstituted(technician):
    """One vial of glutathione opened and dissolved for the patch test."""
    technician.open("/stock/").follow("GSH-0600")
    technician.follow("Open").press("Open it").follow("Reconstitute")
    pick(technician, "#diluent", "WFI-2207")
    technician.page.locator("#volume").fill("4")
    technician.press("Record it").sees("WFI-2207")
    technician.shot("story-vial")
    technician.is_accessible()


def skin_tested(browse, watch, patient):
    """The three ingredients applied, read at 24 h (interim), 48 h and 96 h."""
    doctor = browse("practitioner")
    doctor.open(f"/patch-tests/of/{patient}/apply")
    for number, words in enumerate(("TXA-2231", "ASC-5007", "vial V-")):
        pick(doctor, f"#spots-{number}-source", words)
        doctor.page.locator(f"#spots-{number}-volume").fill("0.02")
    doctor.fill("Where on the body", "Left forearm").press("Record the test")
    doctor.sees("T-")
    test = doctor.page.url
    for hours, words in ((24, "not concluded"), (24, "reading from"), (48, "negative")):
        watch.move(hours=hours)
        doctor.sign_in()
        doctor.page.goto(test)
        for grade in doctor.all(doctor.page.locator("select[id$=-grade]")):
            grade.select_option("-")
        doctor.press("Record the reading").sees(words)
    doctor.shot("story-patch-test")
    doctor.is_accessible()


def composed(doctor, patient):
    """The melasma cocktail from the clinic's formula; what is typed wrong is answered; then signed."""
    doctor.open(f"/cocktails/new/{patient}")
    doctor.press("Melasma cocktail").sees("Ready to sign.")
    page = doctor.page.url
    doctor.shot("story-compose")
    doctor.is_accessible()
    for typed, words in (("1500", "outside"), ("4 u", "u can be read as 0"), ("4,0", "has a comma")):
        doctor.page.locator("#lines-0-value").fill(typed)
        doctor.press("Recalculate").sees(words)
    doctor.page.goto(page)
    pick(doctor, "#add", "deoxycholic acid (Kybella)")
    doctor.press("Add the line").sees("mix.do_not_mix")
    doctor.shot("story-compose-blocked")
    doctor.is_accessible()
    doctor.page.goto(page)
    doctor.signs().page.get_by_role("button", name="Sign", exact=True).click()
    doctor.sees("waits for verification")
    return page.split("/")[-2]


def verified(pharmacist, cocktail):
    """The pharmacist enters total and dose blind."""
    pharmacist.sign_in()
    pharmacist.open(f"/cocktails/{cocktail}/verify")
    pharmacist.is_accessible()
    pharmacist.page.locator("#total").fill("5")
    pharmacist.page.locator("#doses-0-dose").fill("20")
    pharmacist.signs().press("Verify").sees("It waits at the bench")


def prepared(technician, cocktail):
    """Claimed, each vial scanned, the powder mixed, each draw confirmed; a wrong vial goes nowhere."""
    technician.sign_in()
    technician.open(f"/preparations/cocktails/{cocktail}").press("Start preparing")
    technician.sees("step 1 of")
    attempt = technician.page.url
    scan_vial(technician, ASCORBIC)
    technician.sees("Wrong product: scanned ascorbic acid")
    technician.is_accessible()
    technician.shot("story-wrong-vial")
    technician.page.goto(attempt)
    for _ in range(10):
        if "step" not in heading(technician):
            break
        one_step(technician)
    technician.shot("story-finish")
    technician.is_accessible()
    technician.signs().press("Finish").sees("Release")
    return attempt


def one_step(technician):
    """Scan the right vial, mix it where it is a powder, draw what is planned."""
    was, name = heading(technician), technician.page.locator("#name").inner_text()
    scan_vial(technician, next(code for words, code in PACKS.items() if words in name))
    technician.sees("the right vial")
    if technician.page.locator("#diluent_lot_id").is_visible():
        pick(technician, "#diluent_lot_id", "WFI-2207")
        technician.page.locator("#volume").fill("4")
        technician.press("It is mixed")
    technician.page.wait_for_selector("#measured")
    technician.shot("story-draw")
    technician.is_accessible()
    planned = technician.page.locator(".bench-draw button").first.inner_text()
    technician.page.locator("#measured").fill(re.search(r"[0-9.]+", planned)[0])
    technician.press("Confirm step")
    expect(technician.page.locator("h1")).not_to_have_text(was)


def scan_vial(person, code):
    """Scan at the bench."""
    person.page.locator("#scan").focus()
    person.scan(code)
    person.page.wait_for_load_state()


def heading(person):
    """The heading of the page."""
    return person.page.locator("h1").inner_text()


def released(pharmacist, attempt):
    """Looked at, released, the label printed."""
    pharmacist.sign_in()
    pharmacist.page.goto(attempt)
    for box in pharmacist.all(pharmacist.page.locator("input[name=inspection]")):
        box.check()
    pharmacist.signs().press("Release").sees("Print the label")
    pharmacist.shot("story-released")
    pharmacist.is_accessible()
    assert bytes(pharmacist.page.evaluate(FIRST_BYTES)) == b"%PDF-"


def given(doctor, app):
    """The label scanned, the patient identified twice, points recorded, the rest wasted; it adds up."""
    code = db.session.scalars(db.select(Syringe.code).order_by(Syringe.id.desc())).first()
    patient = db.session.scalars(db.select(Patient.code).order_by(Patient.id.desc())).first()
    doctor.sign_in()
    doctor.open("/administrations/start")
    doctor.fits()
    doctor.is_accessible()
    doctor.page.locator("#label").fill(code)
    doctor.page.locator("#patient_code").fill(patient)
    doctor.page.locator("#born_on").fill("1988-05-17")
    doctor.press("Asked: nothing new").sees("left to give")
    doctor.choose("Area", "Left cheek")
    doctor.page.locator("#points").fill("90")
    doctor.page.locator("#per_point").fill("0.05")
    doctor.press("Record").sees("90")
    doctor.shot("story-giving")
    doctor.is_accessible()
    close(doctor, "5").sees("4.5\N{NO-BREAK SPACE}mL is too much")
    left = doctor.page.locator(".sum-check td").inner_text()
    close(doctor, re.search(r"[0-9.]+", left)[0]).sees("The session is closed.")
    doctor.shot("story-given")


def close(doctor, left):
    """Say that it was given and what is left in the syringe."""
    doctor.page.locator("#leftover").fill(left)
    doctor.page.locator("button[name=outcome][value=given]").click()
    return doctor


def recalled(officer, lot):
    """The lot is typed: who received it, what was tested, a balance that sums; then the hold."""
    officer.open("/recalls/")
    officer.page.locator("#q").fill(lot)
    officer.press("Look up").sees("patient received it")
    officer.sees("Iris Invented").sees("balances")
    officer.shot("story-recall")
    officer.is_accessible()
    officer.follow("Hold this lot")
    officer.shot("story-hold")
    officer.is_accessible()
    officer.page.locator("#reason").fill("Maker's notice")
    officer.press("Place the hold").sees("is placed")


def one_row_is_altered():
    """Change a balance behind the app's back; returns the row's name."""
    db.session.rollback()
    with db.engine.begin() as connection:
        row = connection.execute(db.select(Balance.id).where(Balance.quantity > 0)).scalar()
        connection.execute(db.update(Balance.__table__).where(Balance.id == row).values(quantity=1))
    return f"balance {row}"


def pick(person, selector, words):
    """Choose the option that holds these words."""
    option = person.page.locator(selector).locator("option").filter(has_text=words).first
    person.page.locator(selector).select_option(option.get_attribute("value"))
