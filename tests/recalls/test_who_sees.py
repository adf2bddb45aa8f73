"""One table: who reads names, codes, counts or nothing of those a lot touched, wherever it is shown."""

from __future__ import annotations

import re

import pytest

from formulary.db import db
from formulary.recalls import actions
from formulary.recalls.models import RecallCase
from formulary.stock.models import Lot
from tests.recalls.calling import recall
from tests.recalls.casing import a_case
from tests.recalls.reading import NUMBER, the_story
from tests.recalls.test_case_pages import words_of
from tests.support.snapshots import reach

__all__ = ["recall"]

WAYS = {
    "answer": "/recalls/answer?lot={lot}",
    "list": "/recalls/cases/{case}/list",
    "list.csv": "/recalls/cases/{case}/list.csv",
    "list.pdf": "/recalls/cases/{case}/list.pdf",
    "history.csv": "/recalls/lots/{lot}/history.csv",
    "history.json": "/recalls/lots/{lot}/history.json",
}
"""Where a lot's patients can be read over HTTP: pages, CSV, PDF and JSON."""
TERMINAL = {"terminal": (), "terminal --csv": ("--csv",), "terminal --json": ("--json",)}
ROLES = {
    "recall": "names",
    "auditor": "names",
    "practitioner": "own names",
    "pharmacist": "codes",
    "technician": "counts",
    "admin": "nothing",
}
"""Of the organisation: names; of one's own patients: names, codes of the others; codes; counts; refused."""


@pytest.fixture
def ids(app, database, cast):
    """A contained case about a lot that touched somebody in every way."""

    def make():
        story = the_story(app, database, cast.other_site)
        case = a_case(NUMBER, actions.open_case, actions.contain)
        codes = {letter: story.patients[letter].code for letter in "AL"}
        return {"lot": story.lot.id, "case": case.id, "codes": codes}

    ids = reach(app, database, "a contained case and its codes", make)
    assert db.session.get_one(Lot, ids["lot"]) and db.session.get_one(RecallCase, ids["case"])
    return ids


# Who reads what does not depend on the database.
@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("who", ROLES)
def test_every_page_and_file_tells_a_role_as_much_as_the_table_says(clients, ids, who, way):
    answered = clients(who).get(WAYS[way].format(**ids))
    assert answered.status_code == (403 if ROLES[who] == "nothing" else 200)
    assert seen(text_of(answered), ids["codes"]) == ROLES[who].replace("nothing", "counts")


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("way", TERMINAL)
@pytest.mark.parametrize("who", ROLES)
def test_the_terminal_tells_a_role_as_much_as_the_table_says(recall, ids, who, way):
    words = (NUMBER, "--as", who, *TERMINAL[way])
    refused = ROLES[who] == "nothing"
    named = recall(*words, "--names", status=int(refused)).stdout
    assert (seen(named, ids["codes"]), named == "") == (ROLES[who].replace("nothing", "counts"), refused)
    unasked = recall(*words, status=int(refused)).stdout
    expected = "counts" if ROLES[who] in {"counts", "nothing"} else "codes"
    assert seen(unasked, ids["codes"]) == expected


def text_of(answered):
    """What an answer says, the words of a PDF too."""
    if answered.mimetype == "application/pdf":
        return words_of(answered.data)
    return answered.get_data(as_text=True)


def seen(text, codes):
    """How much of two patients a text tells: one treated by the practitioner who asks, one elsewhere."""
    names = "Anna Kovac" in text, "Lnna Kovac" in text
    shown = any(re.search(rf"(?<![\w-]){code}(?![\w-])", text) for code in codes.values())
    told = {
        ((True, True), True): "names",
        ((True, False), True): "own names",
        ((False, False), True): "codes",
        ((False, False), False): "counts",
    }
    return told[names, shown]
