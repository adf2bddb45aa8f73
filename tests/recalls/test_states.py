"""A cocktail walks through every state, and the buckets say at each where it is, for every lot in it."""

from formulary import clock
from formulary.db import transaction
from formulary.preparations import actions as preparations
from formulary.preparations import queries as bench
from formulary.recalls import queries
from tests.recalls.doing import looked_up
from tests.support import road

TXA, ASC, GSH, NACL, WATER = "TXA-2231", "ASC-5007", "GSH-0600", "NACL-1", "WFI-1"
DRAWN_FROM = (TXA, ASC, GSH, NACL, WATER)
STOOD = dict.fromkeys("ACDEF", 0)


def where(*numbers):
    """The buckets that count cocktails or patients of treatments, by lot."""
    return {n: {k: v for k, v in looked_up(n).counts.items() if k in STOOD} for n in numbers}


def only(letter):
    """One in this bucket, none in the others."""
    return STOOD | {letter: 1}


def balances(*numbers):
    """Whether the sheet of each lot sums."""
    return {b.balances for n in numbers for b in looked_up(n).balances.values()}


def test_a_prescribed_cocktail_is_promised_what_it_reserved_and_no_diluent(clinic, patient, formula):
    road.a_prescription(clinic, patient, formula)
    assert where(TXA, ASC, GSH, NACL) == dict.fromkeys((TXA, ASC, GSH, NACL), only("F"))
    assert where(WATER) == {WATER: STOOD}


def test_from_the_bench_to_the_patient_each_lot_goes_through_e_d_c_and_a(clinic, patient, formula):
    attempt, by = road.a_claimed_attempt(clinic, patient, formula), clinic.actor("technician")
    assert where(TXA, GSH, WATER) == {TXA: only("F"), GSH: only("F"), WATER: STOOD}
    first, *others = [step.position for step in attempt.planned]
    road.draw_step(attempt.id, first, by)
    begun = where(TXA, ASC)
    assert sorted(map(str, begun.values())) == sorted(map(str, (only("E"), only("F"))))
    for position in others:
        road.draw_step(attempt.id, position, by)
    assert where(*DRAWN_FROM) == dict.fromkeys(DRAWN_FROM, only("E"))
    with transaction():
        preparations.finish(attempt.id, at=clock.now(), by=by)
    assert looked_up(TXA).balances.popitem()[1].prepared > 0
    with transaction():
        looked = {what: True for what in preparations.INSPECTED}
        preparations.release(attempt.id, inspection=looked, at=clock.now(), by=clinic.actor("pharmacist"))
    assert where(*DRAWN_FROM) == dict.fromkeys(DRAWN_FROM, only("D"))
    assert balances(*DRAWN_FROM) == {True}


def test_a_session_under_way_is_c_and_closed_it_is_a(clinic, patient, formula, monkeypatch):
    released = road.a_released_attempt(clinic, patient, formula)
    monkeypatch.setattr(road, "a_released_attempt", lambda *_: released)
    started = road.a_started_session(clinic, patient, formula)
    assert where(*DRAWN_FROM) == dict.fromkeys(DRAWN_FROM, only("C"))
    monkeypatch.setattr(road, "a_started_session", lambda *_: started)
    road.a_closed_session(clinic, patient, formula)
    answers = {number: looked_up(number) for number in DRAWN_FROM}
    assert {(n, row.patient_id) for n, a in answers.items() for row in a.given} == {
        (n, patient.id) for n in DRAWN_FROM
    }
    assert {n: a.given.rows[0].via for n, a in answers.items()} == dict.fromkeys(
        (TXA, ASC, GSH, NACL), "direct"
    ) | {WATER: "diluent"}
    assert balances(*DRAWN_FROM) == {True}
    assert all(flow.quantity > 0 for a in answers.values() for flow in a.wasted)


def test_what_is_given_back_wasted_or_taken_back_touches_nobody(clinic, patient, formula):
    attempt, by = road.a_claimed_attempt(clinic, patient, formula), clinic.actor("technician")
    first = attempt.planned[0].position
    road.draw_step(attempt.id, first, by)
    [draw] = bench.draws(attempt.id)
    number = queries.lots_found([draw.lot_id]).exact[0].number
    with transaction():
        preparations.undo_draw(draw.id, at=clock.now(), by=by)
    assert where(number) == {number: only("F")}
    road.draw_step(attempt.id, first, by)
    assert where(number) == {number: only("E")}
    with transaction():
        witness = clinic.actor("pharmacist2")
        preparations.waste(attempt.id, reason="called_off", witness=witness, at=clock.now(), by=by)
    assert where(*DRAWN_FROM) == dict.fromkeys(DRAWN_FROM, STOOD)
    [flow] = looked_up(number).wasted
    assert (flow.reason, flow.quantity, balances(number)) == ("not_given", draw.quantity, {True})
