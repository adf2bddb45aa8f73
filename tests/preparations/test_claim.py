"""Claiming: the worksheet is planned, its vials are kept, one person has it, what came up stops it."""

import pytest

from formulary import clock
from formulary.db import Missing, db, transaction
from formulary.preparations import actions, facts, queries
from formulary.preparations.actions import planning
from formulary.preparations.models import Attempt
from formulary.rules import formulation
from formulary.rules.allocation import Pick
from formulary.rules.facts import Pin
from formulary.rules.findings import Refused
from formulary.rules.units import Quantity
from formulary.stock.models import Lot, Movement, Reservation
from formulary.stock.queries import contents
from tests.preparations.doing import hold, lot_of, ml, steps_of, technician, to_keep
from tests.stock.doing import posted


def claim(cocktail, by=None, key=None):
    with transaction():
        return actions.claim(cocktail.id, at=clock.now(), by=by or technician(), key=key)


def test_the_lines_become_steps_and_what_makes_up_comes_last(road):
    steps = steps_of(road.claimed())
    assert [(lot_of(s).number, str(s.volume)) for s in steps] == [
        ("TXA-2231", "200000"),
        ("ASC-5007", "300000"),
        ("GSH-0600", "670000"),
        ("NACL-1", "3830000"),
    ]
    assert [s.is_qs for s in steps] == [False, False, False, True]


def test_each_step_says_what_passes_as_planned_and_with_which_syringe(road):
    first, *_, last = steps_of(road.claimed())
    assert (first.allowed_low, first.allowed_high) == (190_000, 210_000)
    assert queries.device(first.device_id).name == "syringe 1 mL"
    assert (last.allowed_low, last.allowed_high) == (3_580_000, 4_080_000)  # 5 % of the whole 5 mL
    assert queries.device(last.device_id).name == "syringe 5 mL"


def test_the_vials_are_kept_for_it(road):
    attempt = road.claimed()
    kept = db.session.scalars(db.select(Reservation).where(Reservation.ended_at.is_(None))).all()
    assert {r.for_ref for r in kept} == {f"cocktail:{attempt.cocktail_id}"}
    assert sorted(r.quantity for r in kept) == to_keep(attempt)


def test_prescriber_and_verifier_are_copied_for_the_checks_of_the_database(road):
    attempt, clinic = road.claimed(), road.clinic
    people = (attempt.prescriber_id, attempt.verifier_id, attempt.preparer_id)
    assert people == tuple(
        clinic.actor(name).person_id for name in ("practitioner", "pharmacist", "technician")
    )


def test_the_second_who_claims_is_told_who_was_first(road):
    attempt = road.claimed()
    with pytest.raises(Refused) as refused:
        claim(attempt.cocktail, by=road.clinic.actor("pharmacist"))
    [finding] = refused.value.findings
    assert finding.code == "cocktail.claimed"
    assert finding.reason == "Tom Girard has C-0001 in hand already. Nothing was reserved for you."


def test_the_same_form_sent_twice_claims_once(road):
    cocktail = road.verified()
    first = claim(cocktail, key="k" * 20)
    assert claim(cocktail, key="k" * 20).id == first.id
    assert db.session.scalar(db.select(db.func.count()).select_from(Attempt)) == 1


@pytest.mark.parametrize("number", ["TXA-2231", "NACL-1"])
def test_a_hold_placed_meanwhile_stops_it(road, number):
    cocktail = road.verified()
    hold(number)
    with pytest.raises(Refused) as refused:
        claim(cocktail)
    assert "lot.held" in {f.code for f in refused.value.findings}
    assert cocktail.state == "verified"


def test_what_expired_meanwhile_stops_it(road, watch):
    cocktail = road.verified()
    watch.move(days=400)
    with pytest.raises(Refused) as refused:
        claim(cocktail)
    assert "lot.expired" in {f.code for f in refused.value.findings}


def test_of_a_cocktail_with_one_line_short_nothing_is_taken_and_nothing_kept_anew(road):
    cocktail = road.verified()
    rest = db.session.scalars(db.select(Lot).filter_by(number="NACL-1")).one()
    for lies in contents(lot_id=rest.id):
        posted(rest, "storage", "waste", lies.quantity, reason="broken")
    sums = (db.select(Reservation.id).where(Reservation.ended_at.is_(None)), db.select(Movement.id))
    before = [db.session.scalars(query).all() for query in sums]
    with pytest.raises(Refused) as refused:
        claim(cocktail)
    assert "stock.short" in {f.code for f in refused.value.findings}
    assert [db.session.scalars(query).all() for query in sums] == before
    assert cocktail.state == "verified"


def test_a_stranger_of_another_site_finds_no_such_cocktail(road):
    cocktail = road.verified()
    with pytest.raises(Missing):
        claim(cocktail, by=road.clinic.actor("practitioner3"))


@pytest.fixture
def told(road):
    """The facts of the cocktail and its lines as solved."""
    attempt = road.claimed()
    gathered = facts.gather_attempt(attempt, at=clock.now()).cocktail
    return gathered, {solved.number: solved for solved in formulation.solve_cocktail(gathered).lines}


def picks_of(told, solved, *quantities):
    source = next(s for s in told.stock if s.product_id == solved.line.product.id and s.vial_id is None)
    return [Pick(source, quantity, "test") for quantity in quantities]


def test_a_powder_split_over_vials_comes_to_the_line_to_the_last_step(told):
    cocktail, lines = told
    solved = next(s for s in lines.values() if s.line.product.is_powder)
    third = Quantity(33_500_001, solved.dose.dimension)
    rest = solved.achieved_dose - third - third
    parts = planning.parts(solved, picks_of(cocktail, solved, third, third, rest), cocktail)
    assert sum(part.volume.whole() for part in parts) == solved.achieved_volume.whole()
    assert sum(part.quantity.whole() for part in parts) == solved.achieved_dose.whole()


def test_a_fluid_split_over_vials_is_read_on_a_mark_and_the_last_takes_what_that_leaves(told):
    cocktail, lines = told
    solved = next(s for s in lines.values() if s.line.pin is not Pin.QS and not s.line.product.is_powder)
    parts = planning.parts(solved, picks_of(cocktail, solved, ml("0.373"), ml("0.427")), cocktail)
    assert [part.volume for part in parts] == [ml("0.37"), ml("0.43")]


def test_what_no_syringe_holds_is_drawn_several_times_from_one_vial(told):
    cocktail, lines = told
    solved = next(s for s in lines.values() if s.line.pin is not Pin.QS and not s.line.product.is_powder)
    parts = planning.parts(solved, picks_of(cocktail, solved, ml("25")), cocktail)
    assert [part.volume for part in parts] == [ml("8"), ml("8"), ml("9")]
    assert sum(part.quantity.whole() for part in parts) == ml("25").whole()
