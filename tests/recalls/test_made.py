"""Recalls of what was done and not of lots: by preparer, bench, formula, serial, diluent, shelf and time."""

from __future__ import annotations

from datetime import timedelta

import pytest

from formulary import clock
from formulary.cocktails.models import Revision
from formulary.db import db
from formulary.preparations.facts import gather_attempt
from formulary.preparations.models import Attempt
from formulary.recalls import actions, queries
from formulary.recalls.queries import Scope
from formulary.stock.models import Hold, Vial
from tests.recalls.casing import a_case, did, everyone_reached, met, now, officer, standing
from tests.recalls.doing import a_cocktail, a_session, an_attempt, drawn, given, opened, reconstituted
from tests.recalls.test_cases import refused_to
from tests.support.builders import a_formula, a_lot, a_patient, a_product, act, steps, the_place
from tests.support.snapshots import reach

CONTAINED = (actions.open_case, actions.contain)


def _tell():
    """Two patients from one vial by two preparers, one of them under way; a third from a mixed powder."""
    lot, water = a_lot(number="SHARED"), a_lot(number="WATER")
    vial, other = opened(lot), opened(lot)
    powder = a_product(
        strength="6,000 mg/30 mL", content="6,000 mg", form="lyophilised", ledger="mass",
        reconstitution_volume=steps("4 mL"), after_reconstitution_h=6,
    )  # fmt: skip
    a_session(a_patient(name="Ann First"), (vial, "0.5 mL"))
    waiting = an_attempt(a_cocktail(a_patient(name="Bea Waits"), "verified"), "released")
    drawn(waiting, vial, "0.5 mL")
    a_session(a_patient(name="Cid Other"), (other, "0.5 mL"))
    mixed = reconstituted(opened(a_lot(powder, number="POWDER")), water)
    a_session(a_patient(name="Dan Mixed"), (mixed, "0.5 mL"))
    return {"vial": vial.id, "other": other.id, "waiting": waiting.id}


@pytest.fixture
def told(app, database):
    """The story, made once."""
    return reach(app, database, "what was done", _tell)


def reached(**scope):
    """The names of those whom it reached, in order."""
    uses = list(queries.uses_of_draws(queries.draws_meant([Scope(**scope)])))
    known = queries.known_patients({use.patient_id for use in uses}, by=officer(), at=clock.now())
    return sorted({one.name for one in known.values()})


def code_of(vial_id):
    return db.session.get_one(Vial, vial_id).code


def test_each_way_of_doing_leads_to_whom_it_reached_and_to_nobody_else(told):
    attempt = db.session.get_one(Attempt, told["waiting"])
    assert reached(serials=f"{code_of(told['vial'])}, nothing") == ["Ann First"]
    assert reached(diluent="water") == ["Dan Mixed"]
    everybody = ["Ann First", "Cid Other", "Dan Mixed"]
    assert reached(place_id=attempt.place_id) == reached(preparer_id=attempt.preparer_id) == everybody
    assert reached(preparer_id=attempt.preparer_id, product_id=-1) == []
    later = clock.now() + timedelta(days=1)
    assert reached(place_id=attempt.place_id, from_at=later) == []
    assert reached(preparer_id=attempt.preparer_id, to_at=later - timedelta(days=2)) == []
    assert reached(place_id=the_place().id) == everybody
    assert reached(preparer_id=officer().person_id) == []


def test_a_version_of_a_formula_leads_to_its_cocktails(told):
    version = a_formula()
    first = queries.made(queries.draws_meant([Scope(diluent="WATER")])).rows[0]
    with act():
        revision = db.session.scalars(db.select(Revision).filter_by(cocktail_id=first.cocktail_id)).one()
        revision.formula_version_id = version.id
    assert reached(formula_version_id=version.id) == ["Dan Mixed"]


def test_a_case_of_a_vial_lists_its_patients_holds_it_and_leaves_its_lot_in_use(told):
    code, attempt = code_of(told["vial"]), db.session.get_one(Attempt, told["waiting"])
    case = a_case("", *CONTAINED, serials=code)
    assert [row.use for row in queries.every_listed(case.id)] == ["given"]
    holds = db.session.execute(db.select(Hold.object_kind, Hold.object_id)).all()
    assert [tuple(row) for row in holds] == [("vial", told["vial"])]
    assert any(stock.held for stock in gather_attempt(attempt, at=clock.now()).cocktail.picked)
    assert met(case) == [("D", attempt.cocktail.code), ("H", code)]
    assert refused_to(actions.contain, case.id) == ["case.contained"]
    everyone_reached(case)
    with act():
        row = db.session.get_one(Attempt, told["waiting"])
        row.state = "administering"
    assert refused_to(actions.notify, case.id) == ["case.being_given"]
    given(db.session.get_one(Attempt, told["waiting"]))
    assert refused_to(actions.notify, case.id) == ["case.list_differs"]
    counted, read = queries.apart(case.id, []), queries.differs(case.id, [])
    assert (counted.new, counted.patients, counted.gone) == (len(read.new), read.patients, 0) == (1, 1, 0)
    did(actions.add_differences, case.id)
    everyone_reached(case)
    did(actions.notify, case.id)
    did(actions.reconcile, case.id)
    did(actions.close, case.id, reason="answered for")
    assert (now(case).state, standing()) == ("closed", [f"recall {case.code}"])


def test_its_pages_say_whom_by_role_and_start_a_case_of_just_this(told, clients):
    code = code_of(told["vial"])
    page = clients("recall").post_refused("/recalls/work", {"serials": code}, status=200)
    assert [name in page.text for name in ("Ann First", "Bea Waits", "Cid Other")] == [True, True, False]
    new = clients("recall").get_ok(page.links["Open a recall of this"])
    made = clients("recall").post_ok(new.url, {"title": "A vial", "serials": code, "source_kind": "own"})
    assert f"vials {code}" in made.text
    seen = clients("technician").post_refused("/recalls/work", {"serials": code}, status=200)
    assert [name in seen.text for name in ("Ann First", "Bea Waits")] == [False, False]


@pytest.mark.databases("sqlite")  # what may be asked does not depend on the database
@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"from_at": "2026-11-23T08:00"}, "A time alone is everything."),
        ({"serials": "V-0001", "from_at": "2026-11-23T08:00", "to_at": "2026-11-23T07:00"}, "before its"),
    ],
)
def test_a_time_says_when_something_was_done_and_not_what(app, cast, clients, typed, words):
    page = clients("recall").post_refused("/recalls/work", typed)
    assert any(words in error for error in page.errors), page.errors


def test_a_comma_names_no_vial(told):
    assert queries.done_by(Scope(serials=" , ;"), by=officer(), at=clock.now()).reached == 0
