"""The glutathione recall of February 2019 in a browser: from the pasted notice to the report.

What the case takes in and prints in detail: `tests/recalls/test_the_glutathione_recall.py`.
"""

from __future__ import annotations

import json

import pytest
from flask import Flask

from formulary.db import db
from formulary.recalls.models import RecallCase
from tests.journeys.conftest import Browse
from tests.recalls.casing import now
from tests.recalls.glutathione import HELD, REPORT, REPORTED, the_clinic
from tests.recalls.test_case_pages import words_of
from tests.support.browser import Person
from tests.support.databases import Database
from tests.support.hands import Hands

pytestmark = pytest.mark.databases("sqlite")  # what the browser shows does not depend on the database

DOSES = {"Ann Seven": ("1,400 mg", "7 mL"), "Bea Twelve": ("2,400 mg", "12 mL")}
ENDING = {
    "Patients are notified": "2 of 2 patients are answered for",
    "The balance is reconciled": "0 mg unaccounted for",
    "Close the case": "Its holds stand",
}
NO_BREAK = "\N{NO-BREAK SPACE}"


def test_from_the_notice_to_the_report(app: Flask, database: Database, browse: Browse) -> None:
    the_clinic(app, database)
    officer = browse("recall")
    brought_in(officer)
    made_a_case(officer)
    contained(officer)
    read(officer)
    for _ in DOSES:
        telephoned(officer)
    ended(officer)
    case = now(db.session.scalars(db.select(RecallCase)).one())
    assert case.state == "closed"
    told = printed(officer, "Report, PDF")
    assert [
        name for name, (mass, volume) in DOSES.items() if name not in told or f"{mass}, {volume}" not in told
    ] == []


def brought_in(officer: Person) -> None:
    """The notice as openFDA prints it, pasted."""
    officer.open("/recalls").follow("Notices").follow("Bring notices in")
    officer.fill("Or paste what stands in it", json.dumps({"results": [REPORT]})).press("Bring them in")
    officer.sees("1 new, 0 changed, 0 on record already.").follow("D-0000-2019").fits().is_accessible()
    officer.shot("glutathione-notice")


def made_a_case(officer: Person) -> None:
    """Of the thirteen those three are proposed that were ever here; a person takes them."""
    boxes = officer.all(officer.page.locator("input[name=chosen]"))
    labels = [officer.page.locator(f"label[for='{box.get_attribute('id')}']").inner_text() for box in boxes]
    assert sorted(label.split(",")[0] for label in labels) == sorted(HELD)
    for box in boxes:
        box.check()
    officer.tick("Make a case of the lots chosen").fill("What that rests on", "compared with the packs")
    officer.press("Decide").sees("Notice D-0000-2019 is decided.")
    officer.fits().shot("glutathione-draft")


def contained(officer: Person) -> None:
    """Its list is frozen and its lots are stopped, each after a look at what that does."""
    hands = Hands(officer)
    for step, said in (("Freeze the list", "The list is frozen."), ("Stop its lots", "Its lots are stopped")):
        hands.press("F9").on(step)
        officer.shot(f"glutathione-{step.split()[0].lower()}")
        hands.press("F9").sees(said)
    officer.fits().is_accessible().shot("glutathione-contained")


def read(officer: Person) -> None:
    """Who received how much of which lot."""
    officer.follow("The list").sees("2 patients on the list of")
    rows = [row.inner_text() for row in officer.all(officer.page.locator("tbody tr"))]
    for lot, (name, dose) in zip(REPORTED, DOSES.items(), strict=True):
        [row] = [row for row in rows if lot in row]
        assert [one for one in (name, *dose) if one not in row.replace(NO_BREAK, " ")] == []
    officer.fits().shot("glutathione-list")
    Hands(officer.follow("R-").sees("What it stopped")).press("F9").on("Worklist of")


def telephoned(officer: Person) -> None:
    """The most urgent patient of the worklist is called; no mouse is touched."""
    hands = Hands(officer).press("F9").sees("An attempt")
    name = officer.page.locator("h1").inner_text()
    officer.sees(DOSES[name][0]).shot("glutathione-contact")
    hands.tab_to("outcome").press("Space").tab_to("note").type("is well").press("F9")
    hands.sees("The attempt is written down.")


def ended(officer: Person) -> None:
    """Nobody is left to be reached, every lot sums up to nothing missing, and the case is closed."""
    officer.sees("2 of 2 patients answered for").fits().is_accessible().shot("glutathione-worklist")
    hands = Hands(officer.follow("R-").sees("What it stopped"))
    for step, said in ENDING.items():
        hands.press("F9").on(step).sees(said)
        if step == "Close the case":
            officer.fill("What came of it", "all reached, all balanced")
        hands.press("F9").on("R-")
    officer.sees("The case is closed.").fits().shot("glutathione-closed")


def printed(officer: Person, link: str) -> str:
    """The words of a print that a link of the page opens."""
    to = officer.page.get_by_role("link", name=link).get_attribute("href")
    answer = officer.context.request.get(f"{officer.address}{to}")
    assert answer.headers["content-type"] == "application/pdf"
    return " ".join(words_of(answer.body()).split())
