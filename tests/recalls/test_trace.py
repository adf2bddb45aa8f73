"""The trace of a lot over the rows that real acts leave: what reviews found wrong in the traces of others
(after one hop the end: ERPNext 51459), and the page.
"""

from __future__ import annotations

import pytest

from formulary import clock
from formulary.db import db, transaction
from formulary.recalls.queries.steps import steps_from
from formulary.rules.trace import Node, trace
from formulary.stock import actions as stock
from formulary.stock import queries as shelf
from tests.recalls.doing import (
    a_cocktail,
    a_session,
    an_attempt,
    drawn,
    given,
    opened,
    reconstituted,
    somebody,
    undone,
    wasted,
)
from tests.recalls.reading import accesses, answer, words
from tests.support.builders import a_lot, a_patient, a_powder, a_product


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
    return page, boxes, [words(row) for body in listed.iter("tbody") for row in body.iter("tr")]


# What a page shows does not depend on the database.
@pytest.mark.databases("sqlite")
def test_the_page_draws_every_step_from_the_delivery_to_the_patient_and_lists_the_same(clients):
    powder, water = a_lot(a_powder(), number="POWDER"), a_lot(a_product(content="10 mL"), number="WATER")
    vial, patient = reconstituted(opened(powder), water), a_patient(name="Anna Kovac")
    cocktail = a_session(patient, (vial, "1 mL"))
    page, boxes, listed = picture(clients("recall"), powder)
    assert boxes == [
        "Delivery 24 Nov 2026, suppl…",
        f"Lot POWDER {powder.product.name[:18].rstrip()}…",
        f"{vial.code} open",
        f"{vial.code} mixed with WATER",
        f"{cocktail.code} session closed",
        f"Anna Kovac {patient.code}",
    ]
    assert len(listed) == len(boxes) == 1 + len(page.all(class_="trace-link"))
    assert accesses()[-1][0::2] == ("recalls.trace", 1)
    assert accesses()[-1][3] == "POWDER"


@pytest.mark.databases("sqlite")
def test_what_is_too_much_of_a_kind_is_one_box_more_and_what_is_still_open_comes_first(clients):
    lot = a_lot(number="MUCH", containers=9)
    live = opened(lot)
    for _ in range(8):
        vial = opened(lot)
        a_session(a_patient(), (vial, "0.5 mL"))
        with transaction():
            stock.waste_vial(shelf.vial(vial.id), reason="broken", at=clock.now(), by=somebody())
    under_way = a_cocktail(a_patient(), "verified")
    drawn(an_attempt(under_way), live, "0.1 mL")
    page, boxes, _ = picture(clients("recall"), lot)
    assert (boxes[2], boxes[7]) == (f"{live.code} open", "+ 4 vials more")
    assert (boxes[8], boxes[13]) == (f"{under_way.code} in preparation", "+ 4 cocktails more")
    assert boxes[-1] == "+ 3 patients more"
    assert len(page.all(class_="hot")) == 2, "from the lot to the vial, and on to the cocktail"


@pytest.mark.databases("sqlite")
def test_what_was_taken_back_is_told_and_of_merged_records_the_one_that_was_kept(clients):
    lot, kept = a_lot(number="BOTH"), a_patient(name="Kept Record")
    attempt = an_attempt(a_cocktail(a_patient(name="Not Reached"), "verified"))
    undone(drawn(attempt, opened(lot), "0.5 mL"))
    drawn(attempt, opened(a_lot()), "0.5 mL")
    given(attempt)
    for who in (kept, a_patient(name="Lost Record", merged_into_id=kept.id)):
        a_session(who, (opened(lot), "0.5 mL"))
    _, boxes, _ = picture(clients("recall"), lot)
    assert boxes[-2:] == [f"Kept Record {kept.code}", "Not Reached taken back"]
    assert f"{attempt.cocktail.code} taken back" in boxes


@pytest.mark.databases("sqlite")
def test_who_sees_counts_alone_sees_how_many_patients_and_nothing_of_a_held_lot_is_red(clients, cast):
    lot = a_lot(number="COUNTED")
    a_session(a_patient(name="Anna Kovac"), (opened(lot), "0.5 mL"))
    with transaction():
        told = {"source": "maker", "reason": "recalled", "at": clock.now(), "by": cast.actor("recall")}
        stock.place_hold("lot", lot.id, **told)
    page, boxes, _ = picture(clients("technician"), lot)
    assert boxes[-1] == "1 patient"
    assert "Kovac" not in words(page)
    assert page.all(class_="hot") == []
    assert accesses()[-1][2] == 0


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("asked", ["", "lot=0", "lot=x", "lot=999999", "lot=1&lot=99999999999"])
def test_a_lot_that_is_none_is_not_found(clients, asked):
    clients("recall").get_page(f"/recalls/trace?{asked}", status=404)


@pytest.mark.databases("sqlite")
def test_the_answer_leads_to_every_step(clients):
    lot = a_lot(number="LEADS")
    a_session(a_patient(), (opened(lot), "0.5 mL"))
    page = answer(clients("recall"), lot)
    assert [link.get("href") for link in page.all("a") if words(link) == "Every step"] == [
        f"/recalls/trace?lot={lot.id}"
    ]
