"""The pages of reactions: recording from the session, the patient and the test; who sees what; the file."""

import json

import pytest

from formulary import clock
from formulary.administrations.models import Reaction
from formulary.administrations.queries import reactions as queries
from formulary.db import db
from tests.reactions.doing import felt, followed_up, given, kind, recorded, seen
from tests.support.builders import a_lot, a_test
from tests.support.client import local

NBSP = "\N{NO-BREAK SPACE}"
page_alone = pytest.mark.databases("sqlite")  # what the page says does not depend on the database


def plain(text):
    return text.replace(NBSP, " ")


def filled(**more):
    """The form as somebody fills it in who was told of a mild redness."""
    said = {"kinds": str(kind()), "onset": "unknown", "severity": "mild", "outcome": "resolved"}
    return said | {"serious": "no", "reported_by": "patient"} | more


def count():
    return db.session.scalar(db.select(db.func.count(Reaction.id)))


def test_a_reaction_is_recorded_from_the_page_of_the_session(road, clients, watch):
    session = given(road)
    watch.move(hours=2)
    doctor = clients("practitioner")
    told = filled(onset="about", onset_at="2026-11-24 14:30", remark="Cold pack", follow_up_on="2026-11-30")
    giving = doctor.get_ok(f"/administrations/{session.id}")
    page = doctor.post_ok(giving.links["Record a reaction"], told)
    assert (page.url, plain(page.h1)) == ("/reactions/1", "Redness")
    words = plain(page.text)
    assert "about 24 Nov 2026, 14:30, 1 h 30 min after the treatment began" in words
    assert "due 30 Nov 2026, in 6 days" in words
    assert "E-1" in plain(doctor.get_ok(f"/administrations/{session.id}").text)
    assert "1 reaction on record, the last after the treatment of 24 Nov 2026" in plain(
        doctor.get_ok(f"/patients/{session.patient_id}").text
    )


def test_one_step_leads_from_it_to_everybody_who_got_its_lots(road, clients):
    row, doctor = recorded(given(road)), clients("practitioner")
    page = doctor.get_ok("/reactions/1")
    lots = [inside.lot for inside in queries.mixture(row)]
    everybody = page.links["Everybody who got any of these lots"]
    assert everybody == "/recalls/answer?" + "&".join(f"lot={lot.id}" for lot in lots) + "&reaction=1"
    assert road.patient.name in doctor.get_ok(everybody).text
    holds = {page.links[f"Hold {lot.number}"] for lot in lots}
    assert holds == {f"/recalls/lots/{lot.id}/hold?reaction=1" for lot in lots}
    hold = doctor.get_ok(page.links[f"Hold {lots[0].number}"])
    wanted = "Reaction E-1, redness, mild, after C-0001 of 24 Nov 2026"
    assert hold.form(button="Place the hold").fields["reason"] == [wanted]
    clients("practitioner3").get_page(page.links[f"Hold {lots[0].number}"], status=404)


@page_alone
def test_a_hold_begins_with_a_reaction_to_its_lot_alone(road, clients):
    row, other = recorded(given(road)), a_lot()
    [first, *_] = [inside.lot for inside in queries.mixture(row)]
    begins = {
        (who, lot.number): clients(who).get_ok(f"/recalls/lots/{lot.id}/hold?reaction={row.id}")
        for who in ("practitioner", "pharmacist")
        for lot in (first, other)
    }
    told = {key: page.form(button="Place the hold").fields["reason"] != [""] for key, page in begins.items()}
    assert told == {key: key[1] == first.number for key in begins}


@page_alone
def test_what_is_missing_or_cannot_be_is_said_at_its_field(road, clients):
    session, doctor = given(road), clients("practitioner")
    url = f"/reactions/after-session/{session.id}"
    early = filled(onset="exact", onset_at="2026-11-24 11:00", kinds=[])
    page = doctor.post_refused(url, early)
    assert [plain(error) for error in page.errors] == [
        "Nothing is ticked. Tick what was felt, or write it in words.",
        "This is before the treatment: C-0001 began later. "
        "Correct the time, or choose the earlier treatment.",
    ]
    page = doctor.get_ok(url)
    sent = page.form(url).filled({}) | filled(severity="horrid")
    answer = doctor.post(url, sent)
    again = doctor.read(answer, url, 422)
    assert (again.errors, count()) == (
        ["This choice is not offered here any more. Choose one from the list."],
        0,
    )


@page_alone
def test_a_reaction_after_a_patch_test_is_recorded_from_its_page(road, clients):
    road.ready()
    test, doctor = a_test(road.patient, a_lot()), clients("practitioner")
    link = doctor.get_ok(f"/patch-tests/{test.id}").links["Record a reaction"]
    assert plain(doctor.post_ok(link, filled()).h1) == "Redness"
    assert "patch test of" in plain(doctor.get_ok(f"/reactions/of/{road.patient.id}").text)


@page_alone
def test_a_correction_shows_what_was_said_before(road, clients):
    recorded(given(road), felt(remark="Left cheek"))
    doctor = clients("practitioner")
    page = doctor.post_ok("/reactions/1/correct", {"severity": "severe", "reason": "Asked again"})
    words = plain(page.text)
    assert ("report 2" in words, "Said before, and no longer counting" in words) == (True, True)
    assert words.count("Left cheek") == 2
    assert "Redness, severe, not known whether serious, 24 Nov 2026" in words


@page_alone
def test_what_is_withdrawn_says_so_and_offers_nothing_more(road, clients):
    recorded(given(road))
    page = clients("practitioner").post_ok("/reactions/1/withdraw", {"reason": "Another patient"})
    assert plain(page.h1) == "Redness withdrawn"
    assert {"Correct", "Withdraw"} & page.links.keys() == set()


def test_a_follow_up_is_recorded_on_the_page_and_leaves_the_worklist(road, clients):
    today = clock.now().date()
    recorded(given(road), felt(outcome="ongoing", follow_up_on=today))
    doctor = clients("practitioner")
    assert "Ask about E-1 of" in plain(doctor.get_ok("/").text)
    assert "due 24 Nov 2026, today" in plain(doctor.get_ok("/reactions/").text)
    page = doctor.post_ok("/reactions/1/follow-up", {"outcome": "resolved"}, at="/reactions/1")
    assert ("The follow-up is on record." in page.flashes, seen(db.session.get_one(Reaction, 1)).due_on) == (
        True,
        None,
    )
    assert "No follow-up is set." in plain(doctor.get_ok("/reactions/").text)


@page_alone
def test_its_code_opens_it_from_the_box_that_finds_things(road, clients):
    recorded(given(road))
    doctor = clients("practitioner")
    answer = doctor.submit(doctor.get_ok("/"), {"q": "e1"}, to="/find")
    assert local(answer.location) == "/reactions/1"


@page_alone
def test_a_pharmacist_reads_and_does_not_record(road, clients):
    session = given(road)
    recorded(session)
    pharmacist = clients("pharmacist")
    assert "Correct" not in pharmacist.get_ok("/reactions/1").links
    pharmacist.get_page(f"/reactions/after-session/{session.id}", status=403)


@page_alone
@pytest.mark.parametrize("who", ["recall", "auditor", "practitioner3"])
def test_whoever_looks_lots_up_sees_codes_and_no_words_that_may_hold_a_name(road, clients, who):
    row = recorded(
        given(road),
        felt(remark="Anna called", reporter="Her sister", reported_by="relative", other="Anna fainted"),
    )
    client = clients(who)
    page = client.get_ok("/reactions/1")
    behind = client.get_ok(f"/reactions/rates/lot/{queries.mixture(row)[0].lot.id}")
    hidden = (road.patient.name, "Anna called", "Her sister", "Anna fainted")
    assert [word in page.text + behind.text for word in hidden] == [False] * 4
    assert (plain(page.h1), "Redness and something else" in plain(behind.text)) == (
        "Redness and something else",
        True,
    )
    assert "TXA" in page.text or "tranexamic" in page.text


@page_alone
def test_a_technician_sees_counts(road, clients):
    recorded(given(road))
    technician = clients("technician")
    assert technician.get("/reactions/1").status_code == 404
    page = technician.get_ok("/reactions/rates?by=formula")
    assert "1 of 1 were followed by a reaction" in plain(page.text)
    [which] = [url for words, url in page.links.items() if words.startswith("Which ones")]
    behind = technician.get_ok(which)
    assert ("Your role sees counts" in plain(behind.text), "E-1" in behind.text) == (True, False)


def exported(client, **told):
    page = client.get_ok("/reactions/1")
    return client.submit(page, {"shape": "json"} | told, to="/reactions/1/export")


@page_alone
def test_the_file_for_the_authority_names_nobody_unless_that_is_ticked(road, clients, watch):
    session = given(road)
    watch.move(hours=1)
    row = recorded(session, felt("rash", serious="yes", serious_reason="Seen in hospital"))
    followed_up(row, "recovering", remark="Paler")
    doctor = clients("practitioner")
    told = json.loads(exported(doctor).data)
    assert told["patient"] == {"code": road.patient.code, "sex": "unknown", "age": 41}
    assert told["treatment"]["code"] == "C-0001"
    assert (told["reaction"]["felt"], told["reaction"]["serious"], told["reaction"]["outcome"]) == (
        "Rash",
        "yes",
        "Recovering",
    )
    assert [one["as_diluent"] for one in told["products"]].count(True) == 1
    named = json.loads(exported(doctor, with_name="y").data)
    assert named["patient"]["name"] == road.patient.name
    assert [one["remark"] for one in named["follow_ups"]] == ["Paler"]


@page_alone
def test_words_that_may_hold_a_name_leave_the_house_with_the_name_or_not_at_all(road, clients):
    words = {"other": "Berta1", "serious_reason": "Berta2", "remark": "Berta3", "reporter": "Berta4"}
    followed_up(recorded(given(road), felt(serious="yes", **words)), "recovering", remark="Berta5")
    doctor = clients("practitioner")
    found = [
        [f"Berta{number}" in exported(doctor, **told).text for number in range(1, 6)]
        for told in ({}, {"with_name": "y"})
    ]
    assert found == [[False] * 5, [True] * 5]
    assert len(json.loads(exported(doctor).data)["left_out"]) == 1


@page_alone
def test_a_form_of_the_file_that_cannot_be_read_says_what_is_wrong(road, clients):
    recorded(given(road))
    doctor = clients("practitioner")
    page = doctor.get_ok("/reactions/1")
    answer = doctor.post(
        "/reactions/1/export", page.form("/reactions/1/export").filled({}) | {"shape": "xml"}
    )
    again = doctor.read(answer, "/reactions/1", 422)
    assert again.errors == ["This choice is not offered here any more. Choose one from the list."]


@page_alone
def test_a_correction_hours_later_asks_nothing_of_what_it_leaves_as_it_was(road, clients, watch):
    due = clock.now().date()
    row = recorded(given(road), felt(remark="Left cheek", follow_up_on=due))
    watch.move(days=2)
    clients("practitioner").post_ok("/reactions/1/correct", {"remark": "Right cheek", "reason": "A slip"})
    db.session.expire_all()
    now = seen(row)
    assert (now.report.remark, now.report.told_at, now.due_on) == ("Right cheek", now.reports[0].told_at, due)


def reactions_in_banner(client, row):
    text = plain(client.get_ok(f"/patients/{row.patient_id}").text)
    return [part for part in ("E-1:", "older grave", "50 reactions on record") if part in text]


@page_alone
def test_the_banner_finds_the_grave_one_behind_fifty_others_and_lists_say_what_they_cut(
    road, clients, monkeypatch
):
    session = given(road)
    row = recorded(
        session, felt("allergic_reaction", severity="severe", serious="yes", serious_reason="Drip")
    )
    for _ in range(50):
        recorded(session, felt(serious="no"))
    doctor = clients("practitioner")
    assert reactions_in_banner(doctor, row) == ["E-1:", "50 reactions on record"]
    assert "the newest 50 of 51" in plain(doctor.get_ok(f"/reactions/of/{row.patient_id}").text)
    monkeypatch.setattr("formulary.administrations.queries.reactions.listing.MOST", 2)
    lot = queries.mixture(row)[0].lot.id
    assert "the newest 2 of 51, by codes" in plain(doctor.get_ok(f"/reactions/rates/lot/{lot}").text)


@page_alone
def test_the_file_can_be_read_on_paper(road, clients):
    recorded(given(road))
    answer = exported(clients("practitioner"), shape="pdf")
    assert (answer.status_code, answer.mimetype, answer.data[:5]) == (200, "application/pdf", b"%PDF-")
