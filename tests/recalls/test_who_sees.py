"""One table: who reads names, codes, counts or nothing of those a lot touched, wherever it is shown."""

from __future__ import annotations

import json
import re
from fractions import Fraction
from io import BytesIO

import pypdfium2
import pytest

from formulary import clock
from formulary.db import db, transaction
from formulary.recalls import actions
from formulary.recalls.actions.documenting import attach_notice
from formulary.recalls.models import RecallCase, RecallLot, RecallNotice
from formulary.stock import actions as stock
from formulary.stock.models import Lot, Vial
from tests.recalls.calling import recall
from tests.recalls.casing import a_case, did
from tests.recalls.reading import NUMBER, the_story
from tests.recalls.test_case_pages import words_of
from tests.stock.test_temperature import ranged, read
from tests.support.builders import the_place
from tests.support.snapshots import reach

__all__ = ["recall"]

REFUSED = "refused"
ROLES = {
    "recall": "names",
    "auditor": "names",
    "practitioner": "own names",
    "pharmacist": "codes",
    "technician": "counts",
    "admin": REFUSED,
}
"""Of the organisation: names; of one's own patients: names, codes of the others; codes; counts; refused."""
OFFICER = dict.fromkeys(ROLES, REFUSED) | {"recall": "names"}
"""What only who runs cases opens."""
ONE = OFFICER | {"recall": "own names"}
"""The same of one patient, who is the practitioner's own."""
WORK = "/recalls/work"
WAYS = {
    "/recalls/answer?lot={lot}": ROLES,
    "/recalls/trace?lot={lot}": ROLES,
    WORK: ROLES,
    "/recalls/excursions/{excursion}": ROLES,
    "/recalls/lots/{lot}/history.csv": ROLES,
    "/recalls/lots/{lot}/history.json": ROLES,
    "/recalls/cases/{case}/list": ROLES,
    "/recalls/cases/{case}/list.csv": ROLES,
    "/recalls/cases/{case}/list.pdf": ROLES,
    "/recalls/cases/{case}/report.pdf": ROLES,
    "/recalls/cases/{case}/contacts": ROLES,
    "/recalls/cases/{case}/contacts/{patient}": ONE,
    "/recalls/cases/{case}/letters.pdf": OFFICER,
    "/recalls/cases/{case}/calls.pdf": OFFICER,
}
"""Where patients can be read over HTTP: pages, CSV, PDF and JSON."""
NOBODY = (
    "/recalls/",
    "/recalls/lots/{lot}/hold",
    "/recalls/cases",
    "/recalls/cases/new",
    "/recalls/cases/{case}",
    "/recalls/cases/{case}/scope",
    "/recalls/cases/{case}/lots/{row}",
    "/recalls/cases/{case}/views",
    "/recalls/cases/{case}/cocktails",
    "/recalls/cases/{case}/letters",
    "/recalls/cases/{case}/documents",
    "/recalls/cases/{case}/documents/{document}/file",
    "/recalls/cases/{case}/close",
    "/recalls/cases/{case}/explain/{lot}",
    "/recalls/drills",
    "/recalls/drills/new",
    "/recalls/drills/{drill}/report.pdf",
    "/recalls/notices",
    "/recalls/notices/import",
    "/recalls/notices/{notice}",
)
"""Where nobody is told of, whoever asks."""
TERMINAL = {
    "lot": (NUMBER,),
    "lot --csv": (NUMBER, "--csv"),
    "lot --json": (NUMBER, "--json"),
    "case": ("--case", "{code}"),
    "done": ("--serials", "{vial}"),
    "done --csv": ("--serials", "{vial}", "--csv"),
    "done --json": ("--serials", "{vial}", "--json"),
}


@pytest.fixture
def ids(app, database, cast):
    """A contained case about a lot that touched somebody in every way, and all that has a page beside it."""

    def make():
        story = the_story(app, database, cast.other_site)
        lot_id, people = story.lot.id, {letter: who.id for letter, who in story.patients.items()}
        codes = sorted(story.codes("ABCDEFJL"))
        return {"lot": lot_id, "patient": people["A"], "codes": codes} | everything_beside(cast, lot_id)

    ids = reach(app, database, "a contained case and all beside it", make)
    assert db.session.get_one(Lot, ids["lot"]) and db.session.get_one(RecallCase, ids["case"])
    return ids


def everything_beside(cast, lot_id):
    """A case of the lot with a document, a drill, a notice, and an excursion of where the lot lies."""
    vial = db.session.scalars(db.select(Vial.code).filter_by(lot_id=lot_id).order_by(Vial.id)).first()
    ranged(cast)
    read(cast, 120)
    with transaction():
        told = {"at": clock.now(), "by": cast.actor("technician")}
        excursion = stock.open_excursion(the_place().id, clock.now(), **told).id
    case = a_case(NUMBER, actions.open_case, actions.contain)
    document = did(attach_notice, case.id, raw=a_sheet(), title="Letter 7").id
    report = {"recall_number": "D-0001-2026", "code_info": f"Lot {NUMBER}, exp 6/2027"}
    did(actions.import_notices, json.dumps({"results": [report]}).encode())
    found = {"case": case.id, "code": case.code, "document": document, "excursion": excursion, "vial": vial}
    found["row"] = db.session.scalars(db.select(RecallLot.id).filter_by(case_id=case.id)).one()
    found["notice"] = db.session.scalars(db.select(RecallNotice.id)).one()
    drill = did(actions.start_drill, NUMBER, chance=Fraction(0)).id
    for step in (actions.open_case, actions.contain, actions.file_drill):
        did(step, drill)
    return found | {"drill": drill}


def a_sheet():
    """A PDF that says nothing."""
    (empty := pypdfium2.PdfDocument.new()).new_page(200, 200)
    empty.save(file := BytesIO())
    return file.getvalue()


# Who reads what does not depend on the database.
@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("way", WAYS)
def test_every_page_and_file_tells_a_role_as_much_as_the_table_says(clients, ids, way):
    assert {who: over_http(clients(who), way, ids) for who in ROLES} == WAYS[way]


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("way", NOBODY)
def test_every_other_page_of_the_room_tells_of_nobody(clients, ids, way):
    told = {who: over_http(clients(who), way, ids) for who in ROLES}
    assert (told["recall"], set(told.values()) - {REFUSED}) == ("counts", {"counts"})


@pytest.mark.databases("sqlite")
def test_no_way_out_of_the_room_is_on_neither_table(app, ids):
    room = {rule.endpoint for rule in app.url_map.iter_rules() if rule.endpoint.startswith("recalls.")}
    writes = {"recalls.find"}
    addresses = (way.format(**ids).partition("?")[0] for way in (*WAYS, *NOBODY))
    routes = app.url_map.bind("localhost")
    assert {routes.match(address, method="GET")[0] for address in addresses} == room - writes


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("way", TERMINAL)
@pytest.mark.parametrize("who", ROLES)
def test_the_terminal_tells_a_role_as_much_as_the_table_says(recall, ids, who, way):
    words = [word.format(**ids) for word in TERMINAL[way]] + ["--as", who]
    refused = ROLES[who] == REFUSED
    named = recall(*words, "--names", status=int(refused)).stdout
    assert (seen(named, ids["codes"]), named == "") == (ROLES[who].replace(REFUSED, "counts"), refused)
    unasked = recall(*words, status=int(refused)).stdout
    expected = "counts" if ROLES[who] in {"counts", REFUSED} else "codes"
    assert seen(unasked, ids["codes"]) == expected


def over_http(client, way, ids):
    """How much somebody reads there; on the page that asks what was done, once a vial was asked about."""
    answered = client.get(url := way.format(**ids))
    if answered.status_code == 403:
        return REFUSED
    if way == WORK:
        answered = client.submit(client.read(answered, url, 200), {"serials": ids["vial"]}, to=url)
    assert answered.status_code == 200, answered.status
    return seen(text_of(answered), ids["codes"])


def text_of(answered):
    """What an answer says, the words of a PDF too."""
    if answered.mimetype == "application/pdf":
        return words_of(answered.data)
    return answered.get_data(as_text=True)


def seen(text, codes):
    """How much of the patients a text tells: some treated by the practitioner who asks, one elsewhere."""
    own, other = (bool(re.search(rf"\b[{letters}]nna\s+Kovac", text)) for letters in ("ABCDEFJ", "L"))
    if own or other:
        return "names" if other else "own names"
    shown = any(re.search(rf"(?<![\w-]){code}(?![\w-])", text) for code in codes)
    return "codes" if shown else "counts"
