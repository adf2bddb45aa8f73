"""Drills: any lot, chosen or drawn by its use; timed, filed, printed, and no stock touched."""

from __future__ import annotations

from fractions import Fraction

import pypdfium2
import pytest

from formulary.db import db
from formulary.recalls import actions, queries
from formulary.recalls.models import RecallCase, RecallLot
from formulary.rules.findings import Refused
from formulary.rules.trace import drawn
from tests.recalls.casing import did, met, now, standing
from tests.recalls.doing import moved
from tests.recalls.reading import NUMBER, the_story, words
from tests.support.builders import a_lot, act


@pytest.fixture
def story(app, database, cast):
    """A lot that touched somebody in every way."""
    return the_story(app, database, cast.other_site)


@pytest.mark.parametrize(
    ("uses", "chance", "lot"),
    [
        ({1: 0, 2: 1, 3: 3}, "0", 2),
        ({1: 0, 2: 1, 3: 3}, "0.249", 2),
        ({1: 0, 2: 1, 3: 3}, "0.25", 3),
        ({1: 0, 2: 1, 3: 3}, "0.999", 3),
        ({7: 0, 5: 0}, "0.4", 5),
        ({7: 0, 5: 0}, "0.5", 7),
    ],
)
def test_a_lot_is_drawn_the_likelier_the_more_it_was_used(uses, chance, lot):
    assert drawn(uses, Fraction(chance)) == lot


@pytest.mark.parametrize(("uses", "chance"), [({}, "0"), ({1: 1}, "1"), ({1: 1}, "-0.1")])
def test_nothing_is_drawn_from_nothing(uses, chance):
    with pytest.raises(ValueError, match="Nothing to draw from"):
        drawn(uses, Fraction(chance))


def test_a_drill_is_timed_and_filed_and_touches_no_stock(story, watch):
    case = did(actions.start_drill, "tx 2231", chance=Fraction(0))
    watch.move(seconds=41)
    did(actions.open_case, case.id)
    watch.move(seconds=20)
    did(actions.contain, case.id)
    did(actions.file_drill, case.id, reason="all well")
    [drill] = queries.drills()
    result = drill.result
    assert (result.list_ms, result.contain_ms, result.patients, result.chosen) == (
        41_000,
        61_000,
        4,
        "by_hand",
    )
    assert (result.named, result.uses, drill.balance) == (3, 4, 1)
    assert (standing(), {bucket for bucket, _ in met(case)}) == ([], set("CDEFGH"))
    assert now(case).state == "closed"


def test_a_drill_of_which_every_lot_was_decided_out_says_so(story):
    case = did(actions.start_drill, "tx 2231", chance=Fraction(0))
    did(actions.open_case, case.id)
    did(actions.contain, case.id)
    with act():
        db.session.execute(db.update(RecallLot).filter_by(case_id=case.id).values(decision="out"))
    with pytest.raises(Refused, match=r"case\.no_lot"):
        did(actions.file_drill, case.id)


def test_the_lot_that_was_used_is_drawn_by_chance(story):
    for _ in range(3):
        a_lot()
    case = did(actions.start_drill, chance=Fraction("0.99"))
    assert (now(case).title, now(case).source) == (f"Drill on lot {NUMBER}", "drawn by chance")


def test_a_drill_needs_a_lot_and_reaches_nobody(story):
    with pytest.raises(Refused, match=r"case\.no_such_lot"):
        did(actions.start_drill, "NOWHERE", chance=Fraction(0))
    case = did(actions.start_drill, NUMBER, chance=Fraction(0))
    did(actions.open_case, case.id)
    patient = queries.reachable(case.id)[0].patient_id
    with pytest.raises(Refused, match=r"case\.drill"):
        did(actions.record_contact, case.id, patient, channel="telephone", outcome="reached")


def test_a_drill_by_its_pages_from_start_to_report(clients):
    moved(a_lot(number="DRILL1"), "storage", "lost_or_found", "1.5 mL", reason="lost")
    client = clients("recall")
    page = client.post_ok("/recalls/drills/new", {"number": "DRILL1"})
    assert "DRILL" in words(page)
    case = db.session.scalars(db.select(RecallCase)).one()
    for step in ("open", "contain", "file"):
        page = client.post_ok(f"/recalls/cases/{case.id}/{step}")
    page = clients("pharmacist").get_ok("/recalls/drills")
    assert ("0 s" in words(page), "90 %" in words(page)) == (True, True)
    sheet = pypdfium2.PdfDocument(client.get(f"/recalls/drills/{case.id}/report.pdf").data)[0]
    text = sheet.get_textpage().get_text_range().replace("\N{NO-BREAK SPACE}", " ")
    assert ("DRILL" in text, "90 % accounted for" in text) == (True, True)
