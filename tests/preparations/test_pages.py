"""The pages of the bench: what they show and refuse, who finds nothing there; reading writes nothing."""

import pytest

from formulary import clock
from formulary.audit.models import AuditEntry
from formulary.catalogue import actions as catalogue
from formulary.catalogue.models import Ingredient
from formulary.db import db, transaction
from formulary.preparations import queries
from tests.preparations.doing import NBSP, a_scan, do_step, lot_of, scan, step
from tests.support.builders import act
from tests.support.builders.accounts import PASSWORD
from tests.support.world import Cast

# What a page says; the acts behind it are asked of both databases by the room's other files.
pytestmark = pytest.mark.databases("sqlite")
both = pytest.mark.databases("sqlite", "postgresql")


def page_of(attempt):
    return f"/preparations/{attempt.id}"


def step_of(attempt, number, act_name):
    return f"{page_of(attempt)}/steps/{step(attempt, number).position}/{act_name}"


def entries():
    return db.session.scalar(db.select(db.func.count()).select_from(AuditEntry))


def plain(page):
    return page.text.replace(NBSP, " ")


@both
def test_the_bench_says_what_each_cocktail_waits_for(road, clients):
    road.verified()
    page = clients("technician").get_ok("/preparations/")
    assert "1 cocktail at the bench" in plain(page)
    assert "To prepare" in page.text
    assert "nobody has it in hand" in page.text


def test_an_empty_bench_says_what_would_appear_there(road, clients):
    road.ready()
    assert (
        "A cocktail appears here once it is verified." in clients("technician").get_ok("/preparations/").text
    )


def test_it_is_taken_in_hand_with_one_button(road, clients):
    cocktail = road.verified()
    here = f"/preparations/cocktails/{cocktail.id}"
    page = clients("technician").post_ok(f"{here}/claim", {}, at=here)
    assert "Prepare: step 1 of 4" in page.text


@both
def test_who_comes_second_is_told_who_was_first(road, clients):
    cocktail = road.verified()
    here = f"/preparations/cocktails/{cocktail.id}"
    second = clients("pharmacist")
    opened = second.get_ok(here)
    clients("technician").post_ok(f"{here}/claim", {}, at=here)
    answer = second.submit(opened, {}, to="/claim")
    assert answer.status_code == 422
    assert "Tom Girard has C-0001 in hand already." in answer.get_data(as_text=True)


def test_one_step_fills_the_page_and_its_vial_is_asked_for(road, clients):
    attempt = road.claimed()
    said = plain(clients("technician").get_ok(page_of(attempt)))
    assert "tranexamic acid 100 mg/mL" in said
    assert "Take a container of lot TXA-2231, expires 30 Nov 2027, from Shelf." in said


def test_the_right_vial_leads_to_the_draw_with_an_empty_field(road, clients):
    attempt = road.claimed()
    page = clients("technician").post_ok(
        step_of(attempt, 1, "scan"), {"scan": a_scan(lot_of(step(attempt, 1)))}, at=page_of(attempt)
    )
    assert "the right vial" in page.text
    assert page.form(to="/draw").fields["measured"] == [""]
    said = plain(page)
    assert "0.19 mL to 0.21 mL" in said
    assert "20 mg ÷ 100 mg/mL = 0.2 mL" in said


def test_the_syringe_shows_the_stopper_at_the_volume(road, clients):
    attempt = road.claimed()
    scan(attempt, 1)
    page = clients("technician").get_ok(page_of(attempt))
    assert "Syringe of 1 mL, filled to 0.2 mL" in plain(page)


def test_a_wrong_vial_fills_the_page_and_there_is_no_way_past(road, clients):
    attempt = road.claimed()
    page = clients("technician").post_refused(
        step_of(attempt, 1, "scan"), {"scan": a_scan(lot_of(step(attempt, 2)))}, at=page_of(attempt)
    )
    said = plain(page)
    assert "Wrong product: scanned ascorbic acid" in said
    assert "needed tranexamic acid 100 mg/mL. Nothing was drawn." in said
    assert [form.action.rsplit("/", 1)[1] for form in page.forms if "/preparations/" in form.action] == [
        "scan"
    ]
    assert [call.code for call in queries.close_calls(attempt.id)] == ["scan.wrong_product"]


def test_refused_scans_are_counted_on_the_page(road, clients):
    attempt, client = road.claimed(), clients("technician")
    for _ in range(2):
        client.post_refused(
            step_of(attempt, 1, "scan"), {"scan": a_scan(lot_of(step(attempt, 2)))}, at=page_of(attempt)
        )
    page = client.get_ok(page_of(attempt))
    assert "Refused scans 2" in page.text


@both
def test_refused_scans_are_counted_by_month(road, clients):
    attempt, client = road.claimed(), clients("technician")
    wrong = {"scan": a_scan(lot_of(step(attempt, 2)))}
    client.post_refused(step_of(attempt, 1, "scan"), wrong, at=page_of(attempt))
    page = client.get_ok("/preparations/record")
    assert "Wrong product" in page.text
    assert page.texts("td", class_="num")[:4] == ["1", "0", "0", "0"]


def test_lot_and_expiry_are_typed_on_a_page_of_their_own(road, clients):
    attempt, lot = road.claimed(), lot_of(step(road.claimed(), 1))
    typed = {"lot": lot.number, "lot_again": lot.number}
    typed |= {"expires_on": "2027-11-30", "expires_on_again": "2027-11-30"}
    page = clients("technician").post_ok(step_of(attempt, 1, "by-hand"), typed)
    assert "typed twice" in page.text


def test_typed_two_ways_it_is_asked_again_and_is_no_close_call(road, clients):
    attempt = road.claimed()
    typed = {"lot": "TXA-2231", "lot_again": "TXA-2231"}
    typed |= {"expires_on": "2027-11-30", "expires_on_again": "2027-12-30"}
    page = clients("technician").post_refused(step_of(attempt, 1, "by-hand"), typed)
    assert "Lot and expiry were not typed alike twice." in page.text
    assert queries.close_calls(attempt.id) == []


def test_the_diluent_scanned_is_chosen_and_nothing_is_recorded_yet(road, clients):
    attempt, client = road.claimed(), clients("technician")
    do_step(attempt, 1)
    do_step(attempt, 2)
    scan(attempt, 3)
    water = next(lot for lot in queries.diluents(lot_of(step(attempt, 3)).product, attempt.site_id))
    here = client.get_ok(page_of(attempt))
    page = client.read(client.submit(here, {"scan": a_scan(water)}, press="Read"), page_of(attempt), 200)
    assert page.form(to="/mix").fields["diluent_lot_id"] == [str(water.id)]
    assert queries.vial(step(attempt, 3).vial_id).mixed_volume is None


def test_outside_the_tolerance_the_page_asks_for_a_second_person(road, clients):
    attempt, client = road.claimed(), clients("technician")
    scan(attempt, 1)
    page = client.post_refused(step_of(attempt, 1, "draw"), {"measured": "0.3"}, at=page_of(attempt))
    assert "Keep it as measured" in page.text
    kept = {"measured": "0.3", "reason": "Needle changed"}
    kept |= {"signer-username": "pharmacist", "signer-secret": PASSWORD}
    answer = client.submit(page, kept, to="/draw")
    assert answer.status_code == 302
    assert [d.deviation_reason for d in queries.draws(attempt.id)] == ["Needle changed"]


# What a form refuses is decided before any table is asked.
@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("typed", ["", "0,2", "0.2 mg", "abc", "-1", "0"])
def test_what_cannot_be_a_volume_is_said_and_nothing_is_drawn(road, clients, typed):
    attempt = road.claimed()
    scan(attempt, 1)
    page = clients("technician").post_refused(
        step_of(attempt, 1, "draw"), {"measured": typed}, at=page_of(attempt)
    )
    assert page.errors
    assert queries.draws(attempt.id) == []


@both
def test_a_second_tab_is_told_that_the_step_is_done(road, clients):
    attempt, client = road.claimed(), clients("technician")
    scan(attempt, 1)
    old = client.get_ok(page_of(attempt))
    client.post_ok(step_of(attempt, 1, "draw"), {"measured": "0.2"}, at=page_of(attempt))
    answer = client.submit(old, {"measured": "0.2"}, to="/draw")
    assert answer.status_code == 422
    assert "This step is done already, on this page or on another one." in answer.get_data(as_text=True)
    assert len(queries.draws(attempt.id)) == 1


def test_taking_a_draw_back_asks_that_nothing_left_the_vial(road, clients):
    attempt, client = road.claimed(), clients("technician")
    do_step(attempt, 1)
    here = f"{page_of(attempt)}/draws/{queries.draws(attempt.id)[0].id}/undo"
    assert "Confirm that nothing left the vial." in " ".join(client.post_refused(here, {}).errors)
    client.post_ok(here, {"nothing_left": "y"})
    assert queries.draws(attempt.id) == []


def test_the_technician_finishes_and_the_pharmacist_signs_on_the_same_screen(road, clients):
    attempt, client = road.drawn(), clients("technician")
    page = client.post_ok(f"{page_of(attempt)}/finish", {}, at=page_of(attempt))
    assert "Release" in page.text
    looked = {"inspection": ["clear", "free of particles", "colour as expected", "container and label whole"]}
    here = f"{page_of(attempt)}/release"
    refused = client.post_refused(here, looked, at=page_of(attempt))
    assert "Nobody has signed the release." in " ".join(refused.errors)
    signed = looked | {"signer-username": "pharmacist", "signer-secret": PASSWORD}
    assert "Print the label" in client.post_ok(here, signed, at=page_of(attempt)).text
    assert queries.of_attempt(attempt.id).releaser_id == road.clinic.actor("pharmacist").person_id


def test_a_wrong_password_releases_nothing(road, clients):
    attempt = road.prepared()
    signed = {"inspection": ["clear"], "signer-username": "pharmacist", "signer-secret": "not the password"}
    clients("technician").post_refused(f"{page_of(attempt)}/release", signed, at=page_of(attempt))
    assert queries.of_attempt(attempt.id).state == "prepared"


@both
def test_the_pharmacist_releases_with_a_look_and_a_button(road, clients):
    attempt = road.prepared()
    looked = {"inspection": ["clear", "free of particles", "colour as expected", "container and label whole"]}
    page = clients("pharmacist").post_ok(f"{page_of(attempt)}/release", looked, at=page_of(attempt))
    assert "C-0001/1.1" in page.text


def test_a_site_that_asks_for_no_second_person_says_self_checked(road, clients):
    attempt = road.prepared()
    with act():
        road.clinic.site.release = False
        attempt.preparer_id = road.clinic.actor("pharmacist").person_id
    assert "SELF-CHECKED" in clients("pharmacist").get_ok(page_of(attempt)).text


def test_wasting_lists_what_goes_before_it_goes(road, clients):
    attempt, client = road.drawn(), clients("technician")
    here = f"{page_of(attempt)}/waste"
    assert "0.2 mL of tranexamic acid, lot TXA-2231" in plain(client.get_ok(here))
    refused = client.post_refused(here, {"reason": "particles"})
    told = "A high-alert product is in it, so another person watches; nobody signed as witness."
    assert [error[: len(told)] for error in refused.errors] == [told]
    signed = {"signer-username": "pharmacist", "signer-secret": PASSWORD}
    page = client.post_ok(here, {"reason": "particles"} | signed)
    assert "Every lot in it was moved to waste." in page.text


def test_it_is_given_back_with_a_reason(road, clients):
    attempt, client = road.claimed(), clients("technician")
    client.post_refused(f"{page_of(attempt)}/give-back", {})
    page = client.post_ok(f"{page_of(attempt)}/give-back", {"reason": "Called away"})
    assert "It waits at the bench" in " ".join(page.flashes)


def test_the_second_vial_names_the_next_best(road, clients):
    attempt, client = road.claimed(), clients("technician")
    scan(attempt, 1)
    here = step_of(attempt, 1, "another")
    assert "What comes next" in client.get_ok(here).text
    client.post_ok(here, {"reason": "Too little left in it", "from_this": "0.1"})
    assert step(attempt, 1).volume == 100_000


def test_another_persons_preparation_is_watched_and_not_touched(road, clients):
    attempt = road.claimed()
    page = clients("pharmacist").get_ok(page_of(attempt))
    assert "Tom Girard has it in hand" in page.text
    assert [form.action for form in page.forms if "/steps/" in form.action] == []


def test_every_number_on_the_way_explains_itself(road, clients):
    attempt = road.prepared()
    said = plain(clients("pharmacist").get_ok(page_of(attempt)))
    for words in (
        "0.2 mL × 100 mg/mL = 20 mg",
        "100.5 mg in 5 mL = 20.1 mg/mL",
        "0.2 mL + 0.3 mL + 0.67 mL + 3.83 mL = 5 mL",
        "start of preparation + 12 h (USP <797>)",
    ):
        assert words in said, words


STAGES = ("claimed", "drawn", "prepared", "released")


@both
@pytest.mark.parametrize("stage", STAGES)
def test_reading_a_page_writes_nothing(road, clients, stage):
    attempt, client = getattr(road, stage)(), clients("technician")
    client.get_ok(page_of(attempt))
    before = entries()
    for url in (page_of(attempt), f"{page_of(attempt)}/waste", "/preparations/"):
        client.get_ok(url)
    assert entries() == before


@pytest.mark.parametrize("stage", STAGES)
def test_strangers_find_nothing_and_others_may_not(road, clients, stage):
    attempt = getattr(road, stage)()
    for path in ("", "/waste", "/give-back"):
        clients("practitioner3").get_page(page_of(attempt) + path, status=404)
        clients("recall").get_page(page_of(attempt) + path, status=403)


def test_no_patient_is_named_in_a_title(road, clients):
    attempt = road.claimed()
    page = clients("technician").get_ok(page_of(attempt))
    assert page.title == "Prepare C-0001 · Formulary"
    assert road.patient.name in page.text


def test_the_bench_is_told_what_goes_into_the_syringe_first(road, clients):
    attempt, names = road.claimed(), ("tranexamic acid", "ascorbic acid")
    a, b = (db.session.scalars(db.select(Ingredient.id).filter_by(name=name)).one() for name in names)
    told = catalogue.RuleTerms(
        "handling", f"ingredient:{b}", f"ingredient:{a}", "info", "it foams", "SOP 9", "L", first="b"
    )
    with transaction():
        row = catalogue.propose_rule(told, at=clock.now(), by=Cast().actor("pharmacist"))
    with transaction():
        catalogue.approve_rule(row.id, at=clock.now(), by=Cast().actor("practitioner"))
    page = clients("technician").get_ok(page_of(attempt))
    assert "Tranexamic acid goes into the syringe before ascorbic acid (SOP 9)." in plain(page)


def test_a_cocktail_is_taken_in_hand_from_the_list(road, clients):
    cocktail = road.verified()
    page = clients("technician").get_ok("/preparations/")
    form = page.form(to=f"/preparations/cocktails/{cocktail.id}/claim")
    assert form.fields["key"][0]
