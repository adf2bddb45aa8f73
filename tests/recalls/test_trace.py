"""The trace of a lot over the rows that real acts leave: what reviews found wrong in the traces of others
(after one hop the end: ERPNext 51459), and the page.
"""

from __future__ import annotations

import pytest

from formulary import clock
from formulary.db import db, transaction
from formulary.recalls.queries.steps import steps_from
from formulary.recalls.views import lookup
from formulary.rules.trace import Node, trace
from formulary.stock import actions as stock
from formulary.stock import queries as shelf
from tests.recalls.doing import (
    a_cocktail,
    a_session,
    an_attempt,
    drawn,
    given,
    moved,
    opened,
    reconstituted,
    somebody,
    undone,
    wasted,
)
from tests.recalls.reading import accesses, answer, words
from tests.support.builders import a_lot, a_patient, a_powder, a_product, a_test, the_place


def traced(lot):
    """Everything that the trace of a lot comes to, the nearest first."""
    return trace([Node("lot", lot.id)], steps_from([lot.id])[0])


def reached(lot, kind):
    """The keys of a kind that it comes to by steps that stand."""
    return {node.key for node, way in traced(lot).items() if node.kind == kind and way.stands}


def taken_back(lot, kind):
    """The keys of a kind that it comes to only by what was taken back."""
    return {node.key for node, way in traced(lot).items() if node.kind == kind and not way.stands}


def test_finding_one_it_goes_breadth_first_and_visits_each_thing_once_however_many_ways_lead_there(app):
    lot, patient = a_lot(containers=6), a_patient()
    vials = [opened(lot) for _ in range(6)]
    for _ in range(6):
        a_session(patient, *((vial, "0.05 mL") for vial in vials))
    found = traced(lot)
    kinds = [node.kind for node in found]
    assert kinds == ["lot", *["vial"] * 6, *["cocktail"] * 6, "patient"]
    assert [way.away for way in found.values()] == [0, *[1] * 6, *[2] * 6, 3]
    assert len(steps_from([lot.id])[0]) == 6 + 36 + 6, "and each step once"


def test_finding_one_lots_made_from_one_another_end(app):
    one = a_lot()
    other = a_lot(made_from_id=one.id)
    with transaction():
        db.session.info["audited"] = True
        db.session.get_one(type(one), one.id).made_from_id = other.id
    assert reached(one, "lot") == reached(other, "lot") == {one.id, other.id}


def test_finding_two_no_depth_is_too_deep(app):
    product, patient = a_product(), a_patient()
    lot = first = a_lot(product, number="FIRST", containers=0)
    for _ in range(60):
        lot = a_lot(product, made_from_id=lot.id, containers=0)
    last = a_lot(product, made_from_id=lot.id)
    a_session(patient, (opened(last), "0.5 mL"))
    assert traced(first)[Node("patient", patient.id)].away == 61 + 3
    assert reached(first, "patient") == {patient.id}


def test_finding_three_it_sees_an_intermediate_that_was_taken_back_and_what_came_of_it(app):
    lot, other, patient = a_lot(), a_lot(), a_patient()
    attempt = an_attempt(a_cocktail(patient, "verified"))
    undone(drawn(attempt, opened(lot), "0.5 mL"))
    drawn(attempt, opened(other), "0.5 mL")
    given(attempt)
    assert (reached(lot, "cocktail"), reached(lot, "patient")) == (set(), set())
    assert (taken_back(lot, "cocktail"), taken_back(lot, "patient")) == ({attempt.id}, {patient.id})
    assert (reached(other, "patient"), taken_back(other, "patient")) == ({patient.id}, set())


def test_finding_three_it_sees_an_intermediate_that_was_wasted_and_nobody_behind_it(app):
    lot, patient = a_lot(), a_patient()
    vial, gone = opened(lot), opened(lot)
    attempt = an_attempt(a_cocktail(patient, "verified"))
    drawn(attempt, vial, "0.5 mL")
    wasted(attempt)
    with transaction():
        stock.waste_vial(shelf.vial(gone.id), reason="broken", at=clock.now(), by=somebody())
    states = steps_from([lot.id])[1]
    assert (states[Node("vial", gone.id)], states[Node("cocktail", attempt.id)]) == ("wasted", "wasted")
    assert (reached(lot, "vial"), reached(lot, "cocktail")) == ({vial.id, gone.id}, {attempt.id})
    assert reached(lot, "patient") | taken_back(lot, "patient") == set()


def test_finding_four_siblings_of_the_same_mixture_are_not_blamed(app):
    powder, water = a_lot(a_powder()), a_lot(a_product(content="10 mL"))
    vial, beside = reconstituted(opened(powder), water), opened(a_lot())
    both, alone = a_patient(), a_patient()
    a_session(both, (vial, "1 mL"), (beside, "0.5 mL"))
    a_session(alone, (beside, "0.5 mL"))
    assert reached(powder, "lot") == {powder.id}
    assert reached(powder, "vial") == {vial.id}, "the vial of the water is no part of the powder"
    assert reached(powder, "patient") == reached(water, "patient") == {both.id}
    assert reached(beside.lot, "patient") == {both.id, alone.id}


def picture(client, *lots):
    """The words of each box of the picture, column by column, and the rows of the list beside it."""
    page = client.get_ok("/recalls/trace?" + "&".join(f"lot={lot.id}" for lot in lots))
    boxes = [words(box) for box in page.all(class_="trace-node")]
    [listed] = page.all("table")
    return page, boxes, [spaced(row) for body in listed.iter("tbody") for row in body.iter("tr")]


def spaced(row):
    """The words of a row, what stands in one cell under another apart."""
    return " ".join(" ".join(row.itertext()).split())


# What a page shows does not depend on the database.
@pytest.mark.databases("sqlite")
def test_the_page_draws_every_step_from_the_delivery_to_the_patient_and_lists_the_same(clients):
    powder, water = a_lot(a_powder(), number="POWDER", containers=1), a_lot(a_product(content="10 mL"))
    vial, patient = reconstituted(opened(powder), water), a_patient(name="Anna Kovac")
    cocktail = a_session(patient, (vial, "1 mL"))
    page, boxes, listed = picture(clients("recall"), powder)
    name = powder.product.name
    assert boxes == [
        "24 Nov 2026 supplier not noted",
        f"POWDER {name[:11].rstrip()}…{name[-6:]}",
        f"{vial.code} open",
        f"{vial.code} mixed open",
        f"{cocktail.code} given",
        f"Anna Kovac {patient.code}",
    ]
    assert listed == [
        "24 Nov 2026 delivery supplier not noted –",
        f"POWDER lot {name}; may still reach a patient 24 Nov 2026",
        f"{vial.code} vial open; may still reach a patient POWDER",
        f"{vial.code} mixed reconstitution open; with {water.number}; may still reach a patient {vial.code}",
        f"{cocktail.code} cocktail given {vial.code} mixed",
        f"Anna Kovac patient {patient.code}; received it {cocktail.code}",
    ]
    assert len(page.all(class_="trace-link")) == 5
    assert accesses()[-1][0::2] == ("recalls.trace", 1)
    assert accesses()[-1][3] == "POWDER"


@pytest.mark.databases("sqlite")
def test_what_is_too_much_of_a_kind_is_one_box_more_and_what_is_still_open_comes_first(clients):
    lot = a_lot(number="MUCH", containers=9)
    live = opened(lot)
    for _ in range(8):
        vial = opened(lot)
        a_session(a_patient(), (vial, "0.5 mL"))
        thrown_away(vial)
    under_way = a_cocktail(a_patient(), "verified")
    drawn(an_attempt(under_way), live, "0.1 mL")
    page, boxes, _ = picture(clients("recall"), lot)
    assert (boxes[2], boxes[7]) == (f"{live.code} open", "+ 4 vials")
    assert (boxes[8], boxes[13]) == (f"{under_way.code} in preparation", "+ 4 cocktails")
    assert boxes[-1] == "+ 3 patients"
    assert len(page.all(class_="hot")) == 2, "from the lot to the vial, and on to the cocktail"
    assert accesses()[-1][2] == 5, "as many as it shows"


@pytest.mark.databases("sqlite")
def test_of_a_diluent_the_mixture_that_may_still_be_given_comes_first_and_is_red(clients):
    water, powder = a_lot(a_product(content="10 mL"), containers=7), a_lot(a_powder(), containers=7)
    live = reconstituted(opened(powder), water)
    for _ in range(6):
        vial = reconstituted(opened(powder), water)
        thrown_away(vial)
    page, boxes, listed = picture(clients("recall"), water)
    assert f"+ 2 vials may still reach a patient {water.number}" in listed, "the water is left in them"
    assert listed[-1].startswith("+ 2 reconstitutions – "), "those were thrown away"
    mixed = [box for box in boxes if " mixed" in box]
    assert (mixed[0], boxes[-1]) == (f"{live.code} mixed open", "+ 2 reconstitutions")
    assert len(page.all(class_="hot")) == 6 + 1, "to five vials of the water and the rest; on to the mixture"
    assert [row for row in listed if "mixed" in row and "may still reach" in row] == [
        f"{live.code} mixed reconstitution open; with {water.number}; may still reach a patient + 2 vials"
    ]


@pytest.mark.databases("sqlite")
def test_sealed_stock_is_open_to_everybody_until_it_is_held(clients, cast):
    lot = a_lot(number="SEALED")
    page, boxes, _ = picture(clients("recall"), lot)
    assert (boxes[2], len(page.all(class_="hot"))) == ("Sealed 1 place", 1)
    held(lot, cast)
    page, boxes, listed = picture(clients("recall"), lot)
    assert (page.all(class_="hot"), listed[2]) == ([], "Sealed sealed stock 1 place; held SEALED")


@pytest.mark.databases("sqlite")
def test_what_was_taken_back_is_counted_apart_and_of_merged_records_the_one_that_was_kept(clients):
    lot, kept, other = a_lot(number="BOTH"), a_patient(name="Kept Record"), a_patient(name="Not Reached")
    attempt = an_attempt(a_cocktail(other, "verified"))
    undone(drawn(attempt, opened(lot), "0.5 mL"))
    drawn(attempt, opened(a_lot()), "0.5 mL")
    given(attempt)
    for who in (kept, a_patient(name="Lost Record", merged_into_id=kept.id)):
        a_session(who, (opened(lot), "0.5 mL"))
    _, boxes, listed = picture(clients("recall"), lot)
    assert boxes[-2:] == [f"Kept Record {kept.code}", "Not Reached not with it"]
    code = attempt.cocktail.code
    assert f"{code} cocktail given; not with it: taken back" in [row.rpartition(" V-")[0] for row in listed]
    assert listed[-1] == f"Not Reached patient {other.code}; not with it: taken back {code}"
    _, boxes, _ = picture(clients("technician"), lot)
    assert boxes[-2:] == ["1 patient", "1 patient not with it"]


@pytest.mark.databases("sqlite")
def test_who_was_tested_alone_did_not_receive_it(clients):
    lot, tested = a_lot(number="TESTED"), a_patient(name="On The Skin")
    a_test(tested, lot)
    _, _, listed = picture(clients("recall"), lot)
    assert listed[-1].startswith(f"On The Skin patient {tested.code}; patch-tested ")


@pytest.mark.databases("sqlite")
def test_who_sees_counts_alone_sees_no_code_of_a_patient_a_cocktail_or_a_test(clients):
    lot = a_lot(number="COUNTED")
    cocktail = a_session(a_patient(name="Anna Kovac"), (opened(lot), "0.5 mL"))
    test = a_test(a_patient(), lot)
    page, boxes, _ = picture(clients("technician"), lot)
    assert boxes[-3:] == ["1 cocktail", "1 patch test", "2 patients"]
    assert not any(page.mentions(word) for word in (cocktail.code, test.code, "Kovac"))
    assert accesses()[-1][2] == 0


@pytest.mark.databases("sqlite")
def test_nothing_of_a_held_lot_is_red_but_what_is_being_given(clients, cast):
    lot = a_lot(number="HELD")
    vial = opened(lot)
    drawn(an_attempt(a_cocktail(a_patient(), "released"), "released"), vial, "0.2 mL")
    held(lot, cast)
    page, boxes, _ = picture(clients("recall"), lot)
    drawn_of_it = [box for box in page.all(class_="trace-node") if "held" in (box.get("class") or "").split()]
    assert (page.all(class_="hot"), len(drawn_of_it), boxes[-1]) == ([], 4, "C-0001 released")


@pytest.mark.databases("sqlite")
def test_what_is_being_given_is_red_although_its_lot_is_held(clients, cast):
    lot = a_lot(number="HELD")
    given_now = an_attempt(a_cocktail(a_patient(), "administering"), "administering")
    drawn(given_now, opened(lot), "0.2 mL")
    held(lot, cast)
    page, _, listed = picture(clients("recall"), lot)
    assert len(page.all(class_="hot")) == 2
    assert listed[-1] == "C-0001 cocktail being given; may still reach a patient V-0001"


@pytest.mark.databases("sqlite")
def test_of_two_lots_one_may_be_held(clients, cast):
    one, other = a_lot(number="ONE"), a_lot(number="OTHER")
    held(one, cast)
    _, _, listed = picture(clients("recall"), one, other)
    lots = {row.split()[0]: row for row in listed if row.split()[1] == "lot"}
    assert ("; held" in lots["ONE"], "; may still reach" in lots["OTHER"]) == (True, True)


@pytest.mark.databases("sqlite")
def test_long_numbers_keep_both_their_ends(clients):
    lots = [a_lot(number=f"LONG-NUMBER-0001-{letter}", containers=0) for letter in "AB"]
    _, boxes, _ = picture(clients("recall"), *lots)
    assert [box.split(" ")[0] for box in boxes] == ["LONG-NUMBER-0001-A", "LONG-NUMBER-0001-B"]
    longer = a_lot(number="LONG-NUMBER-0001-ABC", containers=0)
    assert picture(clients("recall"), longer)[1][0].startswith("LONG-NUMBER…01-ABC ")


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("asked", ["", "lot=0", "lot=x", "lot=999999", "lot=1&lot=99999999999"])
def test_a_lot_that_is_none_is_not_found(clients, asked):
    clients("recall").get_page(f"/recalls/trace?{asked}", status=404)


@pytest.mark.databases("sqlite")
def test_too_many_lots_are_refused_and_none_is_left_out(clients):
    lots = [a_lot(containers=0) for _ in range(30)]
    assert len(picture(clients("recall"), *lots)[2]) == 5 + 1
    asked = "&".join(["lot=1"] * 201)
    clients("recall").get_page(f"/recalls/trace?{asked}", status=404)


@pytest.mark.databases("sqlite")
def test_a_number_of_more_lots_than_one_answer_takes_is_refused_in_the_box(clients, monkeypatch):
    monkeypatch.setattr(lookup, "MOST_LOTS", 1)
    for _ in range(2):
        a_lot(a_product(), number="SHARED", containers=0)
    officer = clients("recall")
    answered = officer.submit(officer.get_ok("/recalls/"), {"q": "SHARED"}, to="/recalls/")
    assert answered.status_code == 422
    assert "2 lots have the number SHARED" in answered.get_data(as_text=True)


@pytest.mark.databases("sqlite")
def test_nothing_is_left_of_a_lot_that_was_used_up(clients):
    lot = a_lot(number="USED-UP", containers=1)
    vial = opened(lot)
    a_session(a_patient(), (vial, "0.5 mL"))
    thrown_away(vial)
    page, _, listed = picture(clients("recall"), lot)
    assert (page.all(class_="hot"), [row for row in listed if "may still reach" in row]) == ([], [])


@pytest.mark.databases("sqlite")
def test_a_label_of_a_container_that_left_with_its_lot_is_not_open(clients):
    lot = a_lot(number="LABELLED", containers=2)
    with transaction():
        given = {"count": 2, "place": the_place(), "at": clock.now(), "by": somebody()}
        stock.label_vials(shelf.lot(lot.id), **given)
    page, _, _ = picture(clients("recall"), lot)
    assert len(page.all(class_="hot")) == 3, "to the shelf, and to both labels"
    moved(lot, "storage", "returned", "10 mL", reason="returned")
    page, _, listed = picture(clients("recall"), lot)
    assert (page.all(class_="hot"), [row for row in listed if "may still reach" in row]) == ([], [])


@pytest.mark.databases("sqlite")
def test_a_hold_of_one_of_two_lots_stops_what_is_mixed_of_both_and_a_hold_on_a_vial_what_came_of_it(
    clients, cast
):
    one, other = a_lot(number="ONE"), a_lot(number="OTHER")
    vial = opened(other)
    both = an_attempt(a_cocktail(a_patient(), "released"), "released")
    drawn(both, opened(one), "0.2 mL")
    drawn(both, vial, "0.2 mL")
    code = both.cocktail.code
    held(one, cast)
    _, _, listed = picture(clients("recall"), one, other)
    assert [row.split(" V-")[0] for row in listed if row.startswith(code)] == [
        f"{code} cocktail released; held"
    ]
    _, _, listed = picture(clients("recall"), other)
    assert f"{code} cocktail released; may still reach a patient {vial.code}" in listed
    held(vial, cast, "vial")
    _, _, listed = picture(clients("recall"), other)
    assert f"{code} cocktail released; held {vial.code}" in listed


@pytest.mark.databases("sqlite")
def test_the_red_way_leads_through_a_repack_to_its_shelf(clients):
    lot = a_lot(number="MAKER", containers=0)
    made = a_lot(number="REPACK", made_from_id=lot.id)
    _, boxes, listed = picture(clients("recall"), lot)
    assert boxes[:3] == [boxes[0], boxes[1], "Sealed 1 place"]
    assert [row.split(" lot ")[0] for row in listed if "may still reach" in row][:2] == ["MAKER", made.number]


@pytest.mark.databases("sqlite")
def test_the_answer_leads_to_every_step(clients):
    lot = a_lot(number="LEADS")
    a_session(a_patient(), (opened(lot), "0.5 mL"))
    page = answer(clients("recall"), lot)
    assert [link.get("href") for link in page.all("a") if words(link) == "Every step"] == [
        f"/recalls/trace?lot={lot.id}"
    ]


def thrown_away(vial):
    """What is left of a vial goes to waste."""
    with transaction():
        stock.waste_vial(shelf.vial(vial.id), reason="broken", at=clock.now(), by=somebody())


def held(row, cast, kind="lot"):
    """A hold on the lot, or a vial."""
    told = {"source": "maker", "reason": "recalled", "at": clock.now(), "by": cast.actor("recall")}
    with transaction():
        stock.place_hold(kind, row.id, **told)
