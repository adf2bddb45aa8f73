"""An emergency: given first, recorded after; the vial's identity alone is asked, and another person signs."""

from datetime import timedelta
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from flask import g

from formulary import clock
from formulary.accounts import Forbidden
from formulary.administrations import queries
from formulary.administrations.actions import afterwards as actions
from formulary.administrations.labels import afterwards as labels
from formulary.administrations.queries.care import last_session
from formulary.administrations.queries.proof import exposure_faults
from formulary.administrations.queries.reactions.rates import Span, given_of
from formulary.audit.models import AuditEntry
from formulary.cocktails import actions as cocktails
from formulary.cocktails import queries as queries_of_cocktails
from formulary.cocktails.queries import courses, entries
from formulary.db import db, transaction
from formulary.overview.labels.chart import _afterwards as on_the_chart
from formulary.patients.models import Exposure
from formulary.preparations import queries as bench
from formulary.recalls import queries as recalls
from formulary.rules.findings import Refused
from formulary.stock import actions as stock
from formulary.stock import queries as shelf
from formulary.stock.models import Discrepancy
from tests.administrations.doing import ml
from tests.administrations.emergency import AGO, BOTOX, VITRASE, filled, given, local, lot, product, sheet
from tests.support.builders import a_lot, a_policy

page_alone = pytest.mark.databases("sqlite")  # what the page says does not depend on the database


@pytest.fixture
def clinic(road):
    """The clinic with two containers of the enzyme on the shelf."""
    road.ready()
    a_lot(product(VITRASE), number="VIT-1", containers=2)
    return road.clinic


def signed(road, row, username, words="Seen with the patient."):
    with transaction():
        return actions.countersign(row.id, words=words, at=clock.now(), by=road.clinic.actor(username))


def test_what_was_given_leaves_stock_and_reaches_the_patient(road, clinic):
    row = given(road, "0.75")
    session = row.administration
    assert (session.state, session.outcome, session.given) == ("closed", "given", 750_000)
    assert session.started_at == row.done_at
    assert (sheet().administered, sheet().balances) == (750_000, True)
    [(given_lot, of, draw)] = queries.given_lots(session.id)
    assert (given_lot.patient_id, of.number, draw.via, draw.grade) == (
        road.patient.id,
        "VIT-1",
        "supplied",
        "probable",
    )
    assert list(exposure_faults()) == []


def test_a_recall_of_its_lot_finds_who_got_it(road, clinic):
    given(road)
    found = recalls.look_up("VIT-1", at=clock.now(), by=clinic.actor("recall"))
    assert found.counts["A"] == 1


def test_no_hold_stops_the_record_and_what_the_checks_find_is_kept(road, clinic):
    with transaction():
        told = {"reason": "suspected", "source": "recall R-7", "at": clock.now()}
        stock.place_hold("lot", lot().id, **told, by=clinic.actor("pharmacist"))
    row = given(road)
    held = ["lot.held" in {found["code"] for found in rows} for rows in (row.then, row.now)]
    assert held == [False, True]
    entry = db.session.scalars(db.select(AuditEntry).order_by(AuditEntry.id.desc()).limit(1)).one()
    assert entry.action == "administrations.record_emergency"
    assert entry.new["found_now"] == sorted({found["code"] for found in row.now})


def test_more_than_was_on_record_comes_visibly_from_lost_or_found(road, clinic):
    for _ in range(3):
        given(road)
    [found] = db.session.scalars(db.select(Discrepancy))
    assert (found.lot_id, found.quantity) == (lot().id, 1_000_000)
    assert (sheet().administered, sheet().balances) == (3_000_000, True)


def test_units_typed_as_millilitres_open_no_hundred_vials(road, clinic):
    with pytest.raises(Refused) as refusal:
        given(road, volume="150")
    assert [f.code for f in refusal.value.findings] == ["after.much", "after.many_containers"]
    with pytest.raises(Refused, match="one record opens no more"):
        given(road, volume="501", sure="It was.")
    assert [row.quantity for row in db.session.scalars(db.select(Discrepancy))] == []


def test_what_came_out_of_many_containers_is_recorded_with_a_word_on_why(road, clinic):
    row = given(road, volume="21", sure="It was.")
    assert "after.many_containers" in {found["code"] for found in row.now}
    assert (sheet().administered, sheet().balances) == (21_000_000, True)


def test_a_powder_is_mixed_as_it_was_then(road, clinic):
    powder = a_lot(product(BOTOX), number="BTX-7")
    water = actions.Mixed(lot("NACL-1").id, ml("2.5"))
    row = given(road, "0.5", lot_id=powder.id, mixed=water)
    rows = [(of.number, each.via) for each, of, _ in queries.given_lots(row.administration_id)]
    assert rows == [("BTX-7", "supplied"), ("NACL-1", "diluent")]
    assert sheet("BTX-7").balances
    assert list(exposure_faults()) == []


def drawn(row):
    """(lot, way, volume) of what was drawn, in order."""
    return [(of.number, draw.via, draw.volume) for _, of, draw in queries.given_lots(row.administration_id)]


def opened(clinic, number="VIT-1", **more):
    with transaction():
        place, by = shelf.place(clinic.site.id, "storage"), clinic.actor("technician")
        return stock.open_vial(lot(number), place=place, at=clock.now(), by=by, **more)


def test_a_vial_that_was_on_record_as_wasted_is_what_was_used_all_the_same(road, clinic):
    vial = opened(clinic)
    with transaction():
        stock.waste_vial(vial, reason="broken", at=clock.now(), by=clinic.actor("technician"))
    row = given(road, vial_id=vial.id)
    [(_, _, draw)] = queries.given_lots(row.administration_id)
    assert (draw.vial_id, draw.volume, vial.state) == (vial.id, 1_000_000, "wasted")
    [found] = db.session.scalars(db.select(Discrepancy))
    assert (found.lot_id, found.quantity, sheet().balances) == (lot().id, 1_000_000, True)
    assert list(exposure_faults()) == []


def test_more_of_a_mixture_than_was_left_is_found_in_its_proportion(road, clinic):
    powder = a_lot(product(BOTOX), number="BTX-7")
    row = given(road, "3", lot_id=powder.id, mixed=actions.Mixed(lot("NACL-1").id, ml("2.5")))
    assert sum(volume for _, via, volume in drawn(row) if via == "supplied") == 3_000_000
    found = {each.lot_id: each.quantity for each in db.session.scalars(db.select(Discrepancy))}
    whole = powder.product.content
    assert found == {powder.id: whole // 5, lot("NACL-1").id: 500_000}
    assert [sheet(number).balances for number in ("BTX-7", "NACL-1")] == [True, True]
    assert list(exposure_faults()) == []


def test_a_solution_diluted_in_the_syringe_has_its_diluent_as_a_source_of_its_own(road, clinic):
    row = given(road, mixed=actions.Mixed(lot("NACL-1").id, ml("1")))
    assert drawn(row) == [("VIT-1", "supplied", 1_000_000), ("NACL-1", "diluent", 1_000_000)]
    assert row.administration.given == 2_000_000
    assert recalls.look_up("NACL-1", at=clock.now(), by=clinic.actor("recall")).counts["A"] == 1


def test_so_has_an_open_vial_that_is_named_by_its_label(road, clinic):
    row = given(road, "0.5", vial_id=opened(clinic).id, mixed=actions.Mixed(lot("NACL-1").id, ml("1")))
    assert drawn(row) == [("VIT-1", "supplied", 500_000), ("NACL-1", "diluent", 1_000_000)]


def test_the_first_dose_of_a_life_does_not_count_against_itself(road, clinic):
    row = given(road, ago=timedelta())
    before = {"exposure.limit_unknown"}
    assert [before & {found["code"] for found in rows} for rows in (row.then, row.now)] == [set(), set()]
    assert "exposure.limit_unknown" in {found["code"] for found in given(road).now}


def test_what_was_given_before_the_hold_is_not_said_to_have_been_held_then(road, clinic):
    with transaction():
        told = {"reason": "suspected", "source": "recall R-7", "at": clock.now() - AGO / 2}
        stock.place_hold("lot", lot().id, **told, by=clinic.actor("pharmacist"))
    before, after = given(road), given(road, ago=AGO / 4)
    held = [["lot.held" in {f["code"] for f in rows} for rows in (r.then, r.now)] for r in (before, after)]
    assert held == [[False, True], [True, True]]


def test_it_is_a_session_of_a_cocktail_that_nobody_prescribed(road, clinic):
    row = given(road)
    attempt = bench.of_attempt(row.administration.attempt_id)
    cocktail = attempt.cocktail
    assert (cocktail.state, cocktail.recorded, cocktail.is_direct) == ("administered", "emergency", True)
    assert (attempt.verifier_id, attempt.releaser_id, attempt.released_at) == (None, None, None)
    [line] = queries_of_cocktails.revision(cocktail).snapshot["lines"]
    assert (line["number"], line["product"], line["volume"], line["dose"]) == (
        1,
        VITRASE,
        "1\N{NO-BREAK SPACE}mL",
        "",
    )


@pytest.mark.parametrize(
    ("other", "code"),
    [
        ({"ago": timedelta(minutes=-5)}, "after.ahead"),
        ({"ago": timedelta(hours=3)}, "after.no_reason"),
        ({"words": " "}, "emergency.no_words"),
    ],
)
@page_alone
def test_what_is_never_left_out(road, clinic, other, code):
    with pytest.raises(Refused) as refusal:
        given(road, **other)
    assert [finding.code for finding in refusal.value.findings] == [code]


@page_alone
def test_what_was_done_hours_ago_takes_a_reason_which_is_kept(road, clinic):
    row = given(road, ago=timedelta(hours=3), reason="The system was down.")
    assert row.reason == "The system was down."
    assert row.recorded_at - row.done_at == timedelta(hours=3)


@page_alone
def test_a_technician_records_no_emergency(road, clinic):
    with pytest.raises(Forbidden):
        given(road, by=clinic.actor("technician"))


def test_another_person_signs_for_it_once(road, clinic):
    row = given(road)
    with pytest.raises(Refused, match=r"after\.own"):
        signed(road, row, "practitioner")
    signed(road, row, "pharmacist")
    db.session.expire_all()
    assert (row.signature.by_id, row.signature.self_checked) == (clinic.actor("pharmacist").person_id, False)
    with pytest.raises(Refused, match=r"after\.signed"):
        signed(road, row, "practitioner2")


@page_alone
@pytest.mark.parametrize(
    ("hours", "state", "words"),
    [
        (None, "unknown", "waits for a second signature; within which time is not decided here"),
        ("1", "warn", "second signature due by"),
        ("24", "warn", "second signature due by"),
    ],
)
def test_it_is_signed_for_within_the_time_that_the_site_decided(road, clinic, hours, state, words):
    row = given(road)
    if hours is not None:
        a_policy(clinic.site, kind=labels.POLICY, value=hours)
    within = labels.signed_within(clinic.site.id, clock.now())
    [line] = labels.after_lines([(row, None)], within, ZoneInfo(clinic.site.zone), clock.now())
    assert (line.state, line.words[: len(words)]) == (state, words)


@page_alone
def test_it_is_recorded_on_the_patients_page_shown_on_today_and_signed_for(road, clinic, clients):
    there = f"/afterwards/emergency/{road.patient.id}"
    person, code = clients("practitioner"), road.patient.code
    assert person.get_ok(f"/patients/{road.patient.id}").links["Emergency"] == there
    done = clock.now() - AGO
    sent = {
        "indication": "occlusion", "product_id": product(VITRASE).id, "lot": "VIT-1", "volume": "1",
        "route": "SC", "done_at": local(done), "words": "Blanching.",
    }  # fmt: skip
    person.post_ok(there, sent, press="Record the emergency")
    [(row, _)] = queries.unsigned_afterwards(clinic.actor("pharmacist"))
    page, second = f"/afterwards/{row.id}", clients("pharmacist")
    assert page in second.get_ok("/").links.values()
    second.post_ok(page, {"words": "Agreed."}, press="Sign for it")
    assert page not in second.get_ok("/").links.values()
    assert "signed for by" in second.get_ok("/afterwards/").text
    chart = person.get_ok(f"/patients/{road.patient.id}/chart")
    assert ("Emergency" in chart.links, chart.mentions(code)) == (True, True)


@page_alone
def test_the_next_cocktail_of_the_patient_is_composed_as_ever(road, clinic, clients):
    given(road)
    patient_id, doctor = road.patient.id, {"at": clock.now(), "by": clinic.actor("practitioner")}
    with transaction():
        mixed = cocktails.create_draft(patient_id, formula_version_id=road.formula_id, **doctor)
        same = cocktails.give_as_supplied(patient_id, product_id=product(VITRASE).id, **doctor)
    person = clients("practitioner")
    for draft in (mixed, same):
        assert "Last session" not in person.get_ok(f"/cocktails/{draft.id}/compose").text


@page_alone
def test_what_it_was_recorded_as_opens_its_cocktail_and_its_session(road, clinic, clients):
    row, person = given(road), clients("practitioner")
    assert person.get_ok(f"/cocktails/{row.cocktail_id}").mentions(VITRASE)
    assert person.get_ok(f"/administrations/{row.administration_id}").mentions("VIT-1")


def test_it_is_no_session_to_repeat_to_count_or_to_top_up(road, clinic):
    row, by = given(road), clinic.actor("practitioner")
    assert queries_of_cocktails.last_given(road.patient.id, by) is None
    assert entries.countable(road.patient.id) == []
    enzyme = product(VITRASE).ingredient_id
    [order], _ = courses.ordered_for(road.patient.id, [enzyme], but_not=None)
    assert (order.recorded, order.given_at) == ("emergency", row.done_at)  # an interval counts from it
    assert last_session(road.patient.id) is None
    assert given_of("lot", lot().id, Span(clock.now() - 2 * AGO, clock.now())) == 0
    own = {"document_kind": "administration", "document_id": row.administration_id}
    assert list(db.session.scalars(db.select(Exposure.ingredient_id).filter_by(**own))) == [enzyme]


@page_alone
@pytest.mark.parametrize("typed", [{"diluent": "NACL-1"}, {"diluent_volume": "1"}])
def test_a_diluent_typed_by_half_is_asked_for_whole(road, clinic, clients, typed):
    there, done = f"/afterwards/emergency/{road.patient.id}", clock.now() - AGO
    sent = {
        "indication": "occlusion", "product_id": product(VITRASE).id, "lot": "VIT-1", "volume": "1",
        "route": "SC", "done_at": local(done), "words": "Blanching.",
    }  # fmt: skip
    page = clients("practitioner").post_refused(there, sent | typed, press="Record the emergency")
    missing = "Lot of the diluent" if "diluent_volume" in typed else "Volume of the diluent"
    assert page.errors == [f"{missing} is missing beside what was typed with it."]


@page_alone
def test_a_code_that_is_of_another_product_than_the_one_chosen_is_refused(road, clinic, clients):
    vial, there = opened(clinic), f"/afterwards/emergency/{road.patient.id}"
    sent = filled(road, scan=vial.code, product_id=product(BOTOX).id)
    page = clients("practitioner").post_refused(there, sent, press="Record the emergency")
    assert page.errors == ["The code is of another product than the one chosen. Look at the vial again."]


@page_alone
def test_the_chart_of_another_site_names_it_without_a_page_that_it_has_not(road, clinic, app):
    row = given(road)
    with app.test_request_context():
        for site, page in ((row.site_id, "afterwards.record"), (row.site_id + 1, "")):
            g.site = SimpleNamespace(id=site)
            assert on_the_chart(row, "C-1").endpoint == page


@page_alone
def test_who_may_not_give_is_offered_no_such_page(road, clinic, clients):
    there = f"/patients/{road.patient.id}"
    assert "Emergency" not in clients("pharmacist").get_ok(there).links
