"""Closing: every lot's share reaches the patient or waste, exactly; a difference is answered for."""

from datetime import timedelta
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from formulary.administrations import queries
from formulary.administrations.actions.closing import split
from formulary.administrations.models import GivenLot
from formulary.audit.queries import chain_faults, entries_about
from formulary.db import db
from formulary.preparations import queries as bench
from formulary.preparations.actions import Deviation
from formulary.preparations.models import Draw
from formulary.rules.findings import Refused
from formulary.stock.models import Movement
from tests.administrations.doing import close, points, sheet
from tests.preparations.doing import hold
from tests.support.builders import act

LOTS = ("TXA-2231", "ASC-5007", "GSH-0600", "WFI-1", "NACL-1")


def refused(session, *args, **more):
    with pytest.raises(Refused) as refusal:
        close(session, *args, **more)
    return refusal.value.findings


def signed(road, who="practitioner2", reason="Spilt on the drape"):
    return Deviation(reason, road.clinic.actor(who))


def test_given_and_left_over_come_to_what_was_released(road):
    session = road.started()
    points(session, 80)
    session = close(session, "1")
    assert (session.state, session.outcome) == ("closed", "given")
    assert (session.given, session.leftover, session.difference) == (4_000_000, 1_000_000, 0)
    assert bench.of_attempt(session.attempt_id).cocktail.state == "administered"


def test_every_lot_reaches_the_patient_by_its_share(road):
    session = road.started()
    points(session, 80)
    close(session, "1")
    assert [sheet(number).administered for number in LOTS] == [
        160_000, 240_000, 80_400_000, 536_000, 3_064_000,
    ]  # fmt: skip
    assert [sheet(number).wasted["left_over"] for number in LOTS] == [
        40_000, 60_000, 20_100_000, 134_000, 766_000,
    ]  # fmt: skip


def test_every_lots_balance_holds_and_nothing_stays_in_preparation(road):
    session = road.started()
    points(session, 80)
    close(session, "1")
    sheets = [sheet(number) for number in LOTS]
    assert all(s.balances for s in sheets)
    assert {(s.in_preparation, s.unaccounted) for s in sheets} == {(0, 0)}


def test_a_recall_finds_the_lots_in_the_patient(road):
    session = road.started()
    points(session, 80)
    close(session, "1")
    rows = queries.given_lots(session.id)
    assert [(lot.number, row.given, row.via) for row, lot, _ in rows] == [
        ("TXA-2231", 160_000, "direct"),
        ("ASC-5007", 240_000, "direct"),
        ("GSH-0600", 80_400_000, "direct"),
        ("WFI-1", 536_000, "diluent"),
        ("NACL-1", 3_064_000, "direct"),
    ]
    assert {row.patient_id for row, _, _ in rows} == {session.patient_id}


def test_the_chain_of_the_trail_still_holds(road):
    session = road.started()
    points(session, 80)
    close(session, "1")
    assert list(chain_faults()) == []


def test_volumes_that_do_not_add_up_are_named_with_their_difference(road):
    session = road.started()
    points(session, 80)
    [finding] = refused(session, "0.2")
    words = finding.reason.replace("\N{NO-BREAK SPACE}", " ")
    assert (finding.code, finding.field) == ("given.not_balanced", "leftover")
    assert words == "4.2 mL is accounted for and 5 mL was released: 0.8 mL is missing."


def test_too_much_is_named_the_same_way(road):
    session = road.started()
    points(session, 110)
    words = refused(session, "0")[0].reason.replace("\N{NO-BREAK SPACE}", " ")
    assert words == "5.5 mL is accounted for and 5 mL was released: 0.5 mL is too much."


def test_a_second_person_answers_for_what_is_missing_and_it_is_lost_in_the_ledger(road):
    session = road.started()
    points(session, 80)
    session = close(session, "0.2", difference=signed(road))
    assert (session.difference, session.reason) == (800_000, "Spilt on the drape")
    found = sheet("TXA-2231")
    assert (found.administered, found.wasted["left_over"], found.unaccounted) == (160_000, 8_000, 32_000)
    assert found.balances


def test_more_than_was_released_gives_each_lot_whole(road):
    session = road.started()
    points(session, 110)
    session = close(session, "0", difference=signed(road))
    assert session.difference == -500_000
    assert sheet("TXA-2231").administered == 200_000


def test_nobody_answers_for_it_alone(road):
    session = road.started()
    points(session, 80)
    refused(session, "0.2", difference=signed(road, who="practitioner"))
    refused(session, "0.2", difference=signed(road, who="technician"))
    refused(session, "0.2", difference=signed(road, reason=""))


def test_a_difference_within_the_tolerance_is_waste(road):
    session = road.started()
    points(session, 80)
    session = close(session, "0.9")
    assert session.difference == 100_000
    assert (sheet("TXA-2231").unaccounted, sheet("TXA-2231").wasted["left_over"]) == (0, 40_000)


def test_partly_given_says_why(road):
    session = road.started()
    points(session, 20)
    [finding] = refused(session, "4", "partly_given")
    assert finding.code == "administration.reason_missing"
    assert close(session, "4", "partly_given", reason="Patient felt faint").outcome == "partly_given"


def test_not_given_wastes_it_all_as_not_given(road):
    session = close(road.started(), "5", "not_given", reason="Patient unwell")
    assert (session.given, session.outcome) == (0, "not_given")
    assert sheet("TXA-2231").wasted["not_given"] == 200_000
    assert sheet("TXA-2231").administered == 0


@pytest.mark.parametrize(("count", "outcome"), [(0, "given"), (20, "not_given")])
def test_the_outcome_and_the_sites_say_the_same(road, count, outcome):
    session = road.started()
    if count:
        points(session, count)
    [finding] = refused(session, "5", outcome, reason="why")
    assert finding.code == "administration.outcome_differs"


def test_it_can_be_closed_though_a_lot_was_held_meanwhile(road):
    session = road.started()
    points(session, 100)
    hold("TXA-2231")
    assert close(session, "0").state == "closed"
    assert sheet("TXA-2231").administered == 200_000


def test_it_can_be_closed_past_its_beyond_use_date(road, watch):
    session = road.started()
    points(session, 100)
    watch.move(hours=30)
    assert close(session, "0").state == "closed"


def test_exposure_is_dated_by_the_session_however_late_it_is_closed(road, watch):
    session = road.started()
    begun = session.started_at
    points(session, 80)
    watch.move(days=8)
    session = close(session, "1")
    closed = begun + timedelta(days=8)
    assert {row.at for row, _, _ in queries.given_lots(session.id)} == {begun}
    moved = db.select(Movement.occurred_at, Movement.recorded_at).where(Movement.recorded_at == closed)
    assert {tuple(row) for row in db.session.execute(moved)} == {(begun, closed)}
    assert session.closed_at == closed


def test_the_trail_names_the_patient_and_the_draws(road):
    session = road.started()
    points(session, 100)
    close(session, "0")
    [entry] = entries_about("administration", session.id)[:1]
    drawn = [draw.id for draw in bench.draws(session.attempt_id)]
    assert (entry.new["patient"], entry.new["draws"]) == (session.patient_id, drawn)


def test_a_colleague_may_close_it(road):
    session = road.started()
    points(session, 100)
    assert close(session, "0", by=road.clinic.actor("practitioner2")).state == "closed"


def test_it_is_closed_once_and_its_record_stands(road):
    session = road.started()
    points(session, 100)
    close(session, "0")
    [finding] = refused(session, "0")
    assert finding.code == "administration.closed"
    assert db.session.scalar(db.select(db.func.count()).select_from(GivenLot)) == 5


def test_what_needle_and_hub_keep_is_waste_of_its_own_kind(road):
    session = road.started()
    with act():
        session.dead_space = 100_000
    points(session, 90)
    close(session, "0.4")
    assert sheet("TXA-2231").wasted == {"dead_space": 4_000, "left_over": 16_000}


@pytest.mark.databases("sqlite")  # no row is read or written
@given(
    quantities=st.lists(st.integers(1, 10**12), min_size=1, max_size=6),
    released=st.integers(1, 10**8),
    parts=st.tuples(st.fractions(0, 1), st.fractions(0, 1), st.fractions(0, 1)),
)
@settings(max_examples=200, deadline=None)
def test_shares_are_never_below_nothing_and_add_up_to_what_was_drawn(quantities, released, parts):
    volume, dead, missing = (int(released * part) for part in parts)
    draws = [Draw(quantity=quantity) for quantity in quantities]
    shares = split(draws, volume, released, dead=dead, missing=missing)
    for share, quantity in zip(shares, quantities, strict=True):
        each = (share.given, share.dead, share.missing, share.wasted)
        assert sum(each) == quantity
        assert min(each) >= 0
        assert abs(share.given - Fraction(quantity * volume, released)) <= 1
