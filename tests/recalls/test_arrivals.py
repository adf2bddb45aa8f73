"""A lot arrives that a case covers or a notice names: stopped at once, and told to who must know."""

from __future__ import annotations

from datetime import date

import pytest

from formulary import clock
from formulary.db import db, transaction
from formulary.recalls import actions, queries
from formulary.recalls.labels import hooks
from formulary.recalls.models import RecallNotice
from formulary.stock.actions import Opening, bring_stock, has_arrived, receive_lot
from formulary.stock.models import Lot
from tests.recalls.casing import a_case, decided, did, lots_of, now, officer, standing
from tests.recalls.doing import somebody
from tests.recalls.test_notices import REPORTS, brought
from tests.support.builders import a_lot, a_product, act, the_place
from tests.support.counting import counting_queries

OPEN = (actions.open_case,)
CONTAINED = (*OPEN, actions.contain)


def received(product, number, cast, **more):
    """A delivery by a technician, who may place no hold."""
    told = {
        "containers": 2,
        "place_id": the_place().id,
        "expires_on": date(2027, 11, 30),
        "supplier": "Depot",
    }
    with transaction():
        lot = receive_lot(
            the_place().site_id, product_id=product.id, number=number, **told | more,
            grade="scanned", at=clock.now(), by=cast.actor("technician"),
        )  # fmt: skip
        return lot.id


def words_of(lot_id):
    """What is said of a lot to whoever has it in hand."""
    db.session.expire_all()
    return [(said.state, said.words) for said in hooks._tell(lot_id)]


@pytest.mark.parametrize("steps", [(), OPEN, CONTAINED])
def test_a_lot_of_a_case_is_held_by_it_in_the_act_that_receives_it(app, cast, steps):
    product = a_lot(number="FIRST").product
    case = a_case("", *steps, product_id=product.id)
    lot_id = received(product, "SECOND", cast)
    assert lots_of(now(case))["SECOND"] == ("rule", "in")
    [hold] = [hold for hold in queries.case_holds(case.id) if hold.lot_id == lot_id]
    assert hold.released_at is None
    assert words_of(lot_id) == [
        ("stop", f"Recall {case.code} covers this lot: Glass in vials. It is on hold. {hooks.APART}")
    ]
    [came] = queries.came_in()
    assert (came.kind, came.code, came.lots) == ("case", case.code, ("SECOND",))


def test_a_number_that_nobody_had_is_caught_though_its_case_was_closed_as_none_of_ours(app, cast):
    case = a_case("NEVER-7")
    did(actions.close, case.id, reason="none of ours")
    product = a_product()
    received(product, "NEVER8", cast)
    assert standing() == []
    received(product, "never-7", cast)
    assert standing() == [f"recall {case.code}"]


def test_a_recall_of_a_product_that_is_over_stops_no_later_lot(app, cast):
    product = a_lot(number="OVER").product
    case = a_case("", *CONTAINED, actions.notify, actions.reconcile, product_id=product.id)
    did(actions.close, case.id, reason="done")
    before = standing()
    received(product, "LATER", cast)
    assert standing() == before


def test_what_only_looks_alike_is_proposed_told_and_waits_for_the_officer(app, cast):
    case = a_case("L2231")
    lot_id = received(a_product(), "L223I", cast)
    assert (lots_of(now(case)), standing()) == ({"L223I": ("near", "proposed")}, [])
    [(state, words)] = words_of(lot_id)
    assert (state, words.startswith(f"Recall {case.code} may mean this lot")) == ("unknown", True)
    decided(case, "L223I", "out")
    assert (queries.came_in(), words_of(lot_id)) == ([], [])


def test_opening_stock_and_an_expiry_told_later_are_asked_about_too(app):
    product, until = a_product(), date(2027, 6, 30)
    case = a_case("", product_id=product.id, expires_to=until)
    with transaction():
        lies = Opening(product.id, "OPENED", until, the_place(), product.content)
        bring_stock(lies, at=clock.now(), by=somebody())
    assert standing() == [f"recall {case.code}"]
    lot = a_lot(product, number="CHANGED", expires_on=date(2028, 1, 1))
    with act():
        db.session.get_one(Lot, lot.id).expires_on = until
        has_arrived([lot.id], at=clock.now(), by=somebody())
    assert standing() == [f"recall {case.code}"] * 2


def test_a_drill_stops_nothing_that_arrives(app, cast):
    product = a_lot(number="REAL").product
    a_case("", *OPEN, told={"is_drill": True}, product_id=product.id)
    received(product, "NEXT", cast)
    assert (standing(), queries.came_in()) == ([], [])


def test_the_supplier_of_a_case_is_known_however_it_is_typed_and_who_brought_nobody_knows_is_proposed(
    app, cast
):
    product = a_product()
    received(product, "BYTHEM", cast, supplier="\u00d6sterreich  Pharma", note_number="LS-9")
    received(product, "BYOTHER", cast, supplier="Depot", note_number="LS-9")
    untold = a_lot(product, number="UNTOLD", containers=0)
    a_lot(number="ELSE", containers=0)
    case = a_case("", supplier=" \u00f6STERREICH pharma ", note_number=" ls-9")
    assert lots_of(case) == {"BYTHEM": ("rule", "in"), untold.number: ("untold", "proposed")}
    received(product, "AGAIN", cast, supplier="\u00d6STERREICH PHARMA", note_number="LS-9")
    assert lots_of(now(case))["AGAIN"] == ("rule", "in")


def test_a_supplier_whose_name_is_all_signs_is_found_too(app, cast):
    product = a_product()
    received(product, "BYSIGNS", cast, supplier="+++")
    received(product, "BYOTHER", cast, supplier="++")
    assert lots_of(a_case("", supplier=" +++ ")) == {"BYSIGNS": ("rule", "in")}


@pytest.mark.parametrize(
    ("number", "index"), [("1810150050", 0), ("24A17", 1)], ids=["by its number", "inside a stretch"]
)
def test_a_notice_that_names_it_is_told_to_the_receiver_and_the_officer(app, cast, number, index):
    brought([REPORTS["results"][index]])
    notice = db.session.scalars(db.select(RecallNotice)).one()
    received(a_product(), "OTHER1", cast)
    assert queries.came_in() == []
    lot_id = received(a_product(), number, cast)
    assert words_of(lot_id) == [
        ("unknown", f"Notice {notice.number} names this lot. A recall officer decides.")
    ]
    assert [(came.kind, came.code) for came in queries.came_in()] == [("notice", notice.number)]
    did(actions.decide_notice, notice.id, decision="not_ours", reason="of another maker")
    assert (queries.came_in(), words_of(lot_id)) == ([], [])


def test_a_lot_that_lay_here_first_is_told_of_by_the_latest_text_without_reading_any(app):
    lot = a_lot(number="24A17")
    report = REPORTS["results"][1]
    brought([report])
    with counting_queries() as sent:
        assert words_of(lot.id) == [
            ("unknown", f"Notice {report['recall_number']} names this lot. A recall officer decides.")
        ]
    assert [told for told in sent.statements if "LIKE" in told or "spans IS NOT NULL" in told] == []
    brought([report | {"code_info": "Lots 24B01-24B45"}])
    assert words_of(lot.id) == []


def test_receiving_asks_as_much_of_many_cases_and_notices_as_of_one(app):
    lot = a_lot(number="QUIET")
    counts = []
    for names in (["Q-1"], [f"Q-{n}" for n in range(2, 9)]):
        for name in names:
            a_case(name)
        brought([{**REPORTS["results"][0], "recall_number": f"D-{name}"} for name in names])
        with counting_queries() as sent, transaction():
            has_arrived([lot.id], at=clock.now(), by=officer())
        counts.append(len(sent))
    assert counts[0] == counts[1] <= 8


def test_the_pages_of_the_receiver_and_of_the_officer_say_so(clients, cast):
    case = a_case("", product_id=a_lot(number="ONE").product_id)
    product = db.session.get_one(Lot, queries.lots_in(case.id)[0]).product
    lot_id = received(product, "TWO", cast)
    page = clients("technician").get_ok(f"/stock/lots/{lot_id}")
    assert f"Recall {case.code} covers this lot" in page.text
    page = clients("recall").get_ok("/")
    assert f"{case.code}: TWO came" in page.text


def test_the_very_lot_that_was_recalled_is_stopped_again_when_more_of_it_comes(app, cast):
    product = a_product()
    lot_id = received(product, "AGAIN-1", cast)
    case = a_case("AGAIN-1", *CONTAINED, actions.notify, actions.reconcile)
    did(actions.close, case.id, reason="all destroyed")
    did(actions.release_holds, case.id, reason="all destroyed")
    assert (standing(), words_of(lot_id), queries.came_in()) == ([], [], [])
    assert received(product, "AGAIN-1", cast) == lot_id
    assert standing() == [f"recall {case.code}"]
    assert [state for state, _ in words_of(lot_id)] == ["stop"]
    assert [(came.code, came.lots) for came in queries.came_in()] == [(case.code, ("AGAIN-1",))]
    received(product, "AGAIN-1", cast)
    assert (standing(), len(queries.case_holds(case.id))) == ([f"recall {case.code}"], 2)


def test_a_case_is_locked_before_the_shelf_as_its_own_steps_do(app, cast):
    product = a_product()
    received(product, "ORDER", cast)
    a_case("ORDER", *OPEN)
    with counting_queries() as sent:
        received(product, "ORDER", cast)
    case = next(n for n, told in enumerate(sent.statements) if told.startswith("SELECT recall_case."))
    shelf = next(
        n for n, told in enumerate(sent.statements) if "INTO balance" in told or "FROM balance" in told
    )
    assert case < shelf


def test_what_more_is_told_of_a_lot_stops_nothing_that_an_officer_has_released(app, cast):
    lot_id = received(a_product(), "TOLD-1", cast)
    case = a_case("TOLD-1", *CONTAINED)
    did(actions.release_holds, case.id, reason="compared")
    with transaction():
        has_arrived([lot_id], at=clock.now(), by=officer(), goods=False)
    assert standing() == []


def test_a_lot_that_was_said_to_be_of_another_is_stopped_once_the_recalled_supplier_brings_it(app, cast):
    product = a_product()
    lot_id = received(product, "WHOSE", cast, supplier="Bad Pharma")
    case = a_case("", supplier="Bad Pharma")
    decided(case, "WHOSE", "out")
    received(product, "WHOSE", cast, supplier="Depot")
    assert (lots_of(now(case)), standing()) == ({"WHOSE": ("rule", "out")}, [])
    received(product, "WHOSE", cast, supplier="BAD pharma")
    assert (lots_of(now(case)), standing()) == ({"WHOSE": ("rule", "in")}, [f"recall {case.code}"])
    assert [state for state, _ in words_of(lot_id)] == ["stop"]


def test_a_delivery_note_is_found_however_its_number_is_typed(app, cast):
    received(a_product(), "NOTED", cast, note_number="L\u00d6-77")
    assert lots_of(a_case("", note_number="l\u00f6 77")) == {"NOTED": ("rule", "in")}
