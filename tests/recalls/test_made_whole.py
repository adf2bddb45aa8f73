"""A recall of what was done reaches patch tests, sealed stock, vials without a draw, and every page of it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from formulary import clock
from formulary.db import db
from formulary.patch_tests import actions as patch_tests
from formulary.preparations.models import Attempt
from formulary.recalls import actions, queries
from formulary.recalls.queries import Scope
from formulary.stock import queries as shelf
from formulary.stock.models import Hold, Vial
from formulary.web.paging import Window
from tests.recalls.casing import a_case, did, met
from tests.recalls.doing import (
    a_cocktail,
    a_session,
    an_attempt,
    drawn,
    given,
    opened,
    q,
    reconstituted,
    somebody,
)
from tests.recalls.test_case_pages import printed
from tests.recalls.test_made import CONTAINED, reached
from tests.support.builders import a_lot, a_patient, a_powder, a_product, act, the_place
from tests.support.snapshots import reach


def _tell():
    """A mixed vial that only a patch test was taken from, a vial of two cocktails, a sealed lot beside."""
    powder, water = a_lot(a_powder(), number="PDR"), a_lot(a_product(content="10 mL"), number="WTR")
    mixed = reconstituted(opened(powder), water)
    with act():
        spot = patch_tests.Spot(powder.product_id, powder.id, mixed.id, volume=q("0.05 mL"))
        patch_tests.apply_test(a_patient(name="Tess Skin").id, spots=[spot], at=clock.now(), by=somebody())
    shared = opened(a_lot(number="SHARED"), serial="SN-00A1")
    a_session(a_patient(name="Ann First"), (shared, "0.2 mL"))
    drawn(an_attempt(a_cocktail(a_patient(name="Bea Waits"), "verified"), "released"), shared, "0.2 mL")
    sealed = a_lot(number="ALONE")
    return {"mixed": mixed.id, "shared": shared.id, "sealed": sealed.id}


@pytest.fixture
def told(app, database):
    """The story, made once."""
    return reach(app, database, "what was done, whole", _tell)


def holds():
    """What stands on hold: kind and key."""
    rows = db.session.execute(db.select(Hold.object_kind, Hold.object_id).order_by(Hold.id))
    return [tuple(row) for row in rows]


def test_who_was_patch_tested_from_a_vial_is_on_the_list_and_the_vial_is_held(told):
    code = shelf.vial(told["mixed"]).code
    case = a_case("", *CONTAINED, serials=code)
    assert [(row.use, row.ref[:2]) for row in queries.every_listed(case.id)] == [("tested", "T-")] * 2
    assert (holds(), met(case)) == ([("vial", told["mixed"])], [("H", code)])
    tester = somebody().person_id
    assert (
        reached(diluent="wtr")
        == reached(diluent="WTR", from_at=clock.now() - timedelta(days=1))
        == ["Tess Skin"]
    )
    assert (
        reached(place_id=the_place("in_use").id) == reached(preparer_id=tester) == ["Ann First", "Tess Skin"]
    )
    assert reached(preparer_id=tester, to_at=clock.now() - timedelta(days=1)) == []


def test_a_test_of_the_lot_of_a_named_vial_of_which_nobody_noted_the_vial_is_on_the_list_as_possible(told):
    lot = shelf.vial(told["mixed"]).lot
    with act():
        spot = patch_tests.Spot(lot.product_id, lot.id, volume=q("0.05 mL"))
        told_late = {"late_reason": "from paper", "applied_at": clock.now() - timedelta(hours=2)}
        patient = a_patient(name="Una Noted")
        patch_tests.apply_test(patient.id, spots=[spot], at=clock.now(), by=somebody(), **told_late)
    scope = Scope(serials=shelf.vial(told["mixed"]).code)
    uses = queries.uses_of_draws(queries.draws_meant([scope]))
    grades = {use.patient_id: use.grade for use in uses}
    assert (grades.pop(patient.id), set(grades.values())) == ("possible", {"probable"})
    assert "Una Noted" not in reached(serials="SN-00A1")


def test_a_shelf_and_a_time_stop_the_sealed_stock_and_the_open_vials_that_lay_there(told):
    case = a_case("", *CONTAINED, place_id=the_place().id)
    lots = {"ALONE", "PDR", "SHARED", "WTR"}
    numbers = {shelf.lot(key).number for kind, key in holds() if kind == "lot"}
    assert numbers == lots
    sealed = {row.lot_id for row in queries.stopped(case.id) if row.bucket == "G"}
    assert {shelf.lot(key).number for key in sealed} == lots
    bench = a_case("", *CONTAINED, place_id=the_place("in_use").id)
    vials = {told["mixed"], told["shared"]}
    assert {row.object_id for row in queries.case_holds(bench.id)} >= vials
    assert {row.kind for row in queries.case_holds(bench.id)} == {"vial"}


@pytest.mark.parametrize(
    ("typed", "found", "nowhere"),
    [
        ("sn00a1", True, ()),
        ("SN 00A1, SN-9", True, ("SN-9",)),
        ("sn.00-a1 v-9999", True, ("v-9999",)),
        ("the vial", False, ("the", "vial")),
    ],
)
def test_serials_and_codes_are_folded_and_what_is_found_nowhere_is_named(told, typed, found, nowhere):
    scope = Scope(serials=typed)
    assert (reached(serials=typed) == ["Ann First"], queries.found_nowhere(scope)) == (found, nowhere)


def test_our_codes_may_be_typed_small_and_without_hyphen(told):
    code = db.session.get_one(Vial, told["shared"]).code
    for typed in (code.lower(), code.replace("-", ""), code.replace("-", " ")):
        assert reached(serials=typed) == ["Ann First"]


def test_the_list_of_cocktails_is_paged_and_what_is_under_way_is_never_cut(told, clients):
    meant = queries.draws_meant([Scope(serials=shelf.vial(told["shared"]).code)])
    first = queries.made(meant, size=1)
    rest = queries.made(meant, Window(after=first.older), size=1)
    assert [row.state for row in (*first, *rest)] == ["released", "administered"]
    assert (queries.made_count(meant), [row.state for row in queries.made_under_way(meant)]) == (
        2,
        ["released"],
    )
    page = clients("recall").get_ok(f"/recalls/work?serials=SN-00A1&before={rest.newer}")
    assert ["Bea Waits" in page.text, "Ann First" in page.text] == [True, False]


# What a line says does not depend on the database.
@pytest.mark.databases("sqlite")
def test_the_report_says_what_was_recalled_and_counts_what_was_added_to_whoever_sees_counts(told, clients):
    number = shelf.lot(told["sealed"]).product_id
    case = a_case("", *CONTAINED, serials="SN-00A1", from_at=clock.now() - timedelta(days=1))
    did(actions.add_scope, case.id, Scope(product_id=number, diluent="GONE"))
    given(db.session.scalars(db.select(Attempt).filter_by(state="released")).one())
    did(actions.add_differences, case.id)
    text = " ".join(printed(clients("technician").get(f"/recalls/cases/{case.id}/report.pdf")).split())
    assert "vials SN-00A1 from " in text
    assert f"of {shelf.lot(told['sealed']).product.name} mixed with lot GONE" in text
    assert ("Found nowhere: GONE" in text, "1 row added after it was frozen" in text) == (True, True)
    assert "It means what was done, and no whole lot. 2 cocktails of what was done." in text
