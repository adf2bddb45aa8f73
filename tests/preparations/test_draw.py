"""Drawing: the ledger moves at once; tolerance, holds, two tabs; the diluent takes what the others left."""

import pytest

from formulary import clock
from formulary.accounts import queries as accounts
from formulary.db import db, transaction
from formulary.preparations import actions, queries
from formulary.rules.findings import Refused
from formulary.rules.units import show
from formulary.stock.models import Movement
from tests.preparations.doing import (
    do_step,
    draw,
    hold,
    left_in,
    lot_of,
    mix,
    ml,
    scan,
    step,
    steps_of,
    technician,
)
from tests.support.builders import a_policy, an_allergy
from tests.support.ledger import in_preparation


def codes(refusal):
    return {finding.code for finding in refusal.value.findings}


def deviation(road, who="pharmacist", reason="Drawn twice to be sure"):
    return actions.Deviation(reason, road.clinic.actor(who))


def test_the_ledger_moves_at_once(road):
    attempt = road.claimed()
    do_step(attempt, 1)
    row = step(attempt, 1)
    [drawn] = queries.draws(attempt.id)
    movement = db.session.get(Movement, drawn.movement_id)
    assert (movement.quantity, movement.reason) == (200_000, "drawn")
    assert (movement.document_kind, movement.document_id) == ("attempt", attempt.id)
    assert left_in(row.vial_id) == 9_800_000
    assert in_preparation(row.lot_id) == {("attempt", attempt.id): 200_000}


def test_the_draw_says_who_for_whom_and_from_what(road):
    attempt = road.claimed()
    do_step(attempt, 1)
    [drawn] = queries.draws(attempt.id)
    assert (drawn.patient_id, drawn.cocktail_id) == (attempt.patient_id, attempt.cocktail_id)
    assert (drawn.by_id, drawn.drawn_at) == (technician().person_id, clock.now())
    assert (drawn.via, drawn.volume, drawn.line_number) == ("direct", 200_000, 1)


def test_within_the_tolerance_what_was_read_is_kept(road):
    attempt = road.claimed()
    do_step(attempt, 1, "0.21")
    assert [d.volume for d in queries.draws(attempt.id)] == [210_000]


def test_outside_the_tolerance_it_says_by_how_much(road):
    attempt = road.claimed()
    scan(attempt, 1)
    with pytest.raises(Refused) as refusal:
        draw(attempt, 1, "0.3")
    [finding] = refusal.value.findings
    words = finding.reason.replace("\N{NO-BREAK SPACE}", " ")
    assert words == "0.3 mL was measured and 0.2 mL was planned; 0.19 mL to 0.21 mL is allowed."
    assert queries.draws(attempt.id) == []


def test_a_second_person_may_keep_it_with_a_reason(road):
    attempt = road.claimed()
    do_step(attempt, 1, "0.3", deviation=deviation(road))
    [drawn] = queries.draws(attempt.id)
    assert (drawn.volume, drawn.deviation_reason) == (300_000, "Drawn twice to be sure")
    [signature] = accounts.signatures_on("attempt", attempt.id)
    assert (signature.meaning, signature.person_name) == ("co-signed", "Claire Morel")


@pytest.mark.parametrize(
    ("who", "reason"), [("technician", "It is fine"), ("pharmacist", " ")], ids=["oneself", "no reason"]
)
def test_nobody_keeps_it_alone_or_without_a_reason(road, who, reason):
    attempt = road.claimed()
    scan(attempt, 1)
    with pytest.raises(Refused, match="outside_tolerance"):
        draw(attempt, 1, "0.3", deviation=deviation(road, who, reason))


def test_a_site_that_has_not_decided_takes_only_what_was_planned(road):
    attempt = road.claimed()
    a_policy(road.clinic.site, kind="tolerances", value={"smallest_fill": "0.2"})
    scan(attempt, 1)
    with pytest.raises(Refused, match="tolerance_undecided"):
        draw(attempt, 1, "0.21")
    draw(attempt, 1, "0.2")


def test_the_diluent_takes_what_the_others_really_left(road):
    attempt = road.claimed()
    do_step(attempt, 1, "0.21")
    last = step(attempt, 4)
    assert (last.volume, last.quantity) == (3_820_000, 3_820_000)


def test_up_to_the_mark_the_whole_is_read_off_the_syringe(road):
    attempt = road.claimed()
    for number in (1, 2, 3):
        do_step(attempt, number)
    scan(attempt, 4)
    draw(attempt, 4, "4.98", as_read=True)
    assert queries.draws(attempt.id)[-1].volume == 4_980_000 - 1_170_000


def test_the_mark_is_missed_by_a_share_of_the_whole(road):
    attempt = road.claimed()
    for number in (1, 2, 3):
        do_step(attempt, number)
    scan(attempt, 4)
    with pytest.raises(Refused) as refusal:
        draw(attempt, 4, "5.3", as_read=True)
    words = refusal.value.findings[0].reason.replace("\N{NO-BREAK SPACE}", " ")
    assert words == "5.3 mL was measured and 5 mL was planned; 4.75 mL to 5.25 mL is allowed."


def test_more_than_the_whole_leaves_nothing_to_make_up(road):
    attempt = road.claimed()
    do_step(attempt, 1, "0.2")
    do_step(attempt, 2, "0.3")
    scan(attempt, 3)
    mix(attempt, 3, "30")
    assert [lot_of(s).number for s in steps_of(attempt)] == ["TXA-2231", "ASC-5007", "GSH-0600"]


def test_a_hold_on_its_lot_stops_the_next_draw(road):
    attempt = road.claimed()
    scan(attempt, 1)
    hold("TXA-2231")
    with pytest.raises(Refused) as refusal:
        draw(attempt, 1)
    assert codes(refusal) == {"lot.held"}


def test_a_hold_on_what_was_drawn_before_stops_the_next_draw_too(road):
    attempt = road.claimed()
    do_step(attempt, 1)
    scan(attempt, 2)
    hold("TXA-2231")
    with pytest.raises(Refused) as refusal:
        draw(attempt, 2)
    assert [f.code for f in refusal.value.findings] == ["lot.held"]


def test_an_allergy_learnt_meanwhile_stops_the_next_draw(road):
    attempt = road.claimed()
    scan(attempt, 1)
    ingredient = lot_of(step(attempt, 2)).product.ingredient
    an_allergy(road.patient, ingredient)
    with pytest.raises(Refused) as refusal:
        draw(attempt, 1)
    assert any(code.startswith("allergy.") for code in codes(refusal))


def test_past_the_time_of_what_was_drawn_nothing_more_is_drawn(road, watch):
    attempt = road.claimed()
    do_step(attempt, 1)
    scan(attempt, 2)
    watch.move(hours=5)
    with pytest.raises(Refused) as refusal:
        draw(attempt, 2)
    assert "beyond_use.passed" in codes(refusal)


def test_the_second_tab_is_told_that_the_step_is_done(road):
    attempt = road.claimed()
    do_step(attempt, 1)
    with pytest.raises(Refused) as refusal:
        draw(attempt, 1)
    assert refusal.value.findings[0].reason == "This step is done already, on this page or on another one."


def test_the_same_form_sent_twice_draws_once(road):
    attempt = road.claimed()
    scan(attempt, 1)
    for _ in range(2):
        with transaction():
            actions.confirm_draw(
                attempt.id, 1, measured=ml("0.2"), at=clock.now(), by=technician(), key="d" * 20
            )
    assert len(queries.draws(attempt.id)) == 1


def test_a_draw_moves_no_more_than_the_vial_holds(road):
    attempt = road.claimed()
    scan(attempt, 1)
    with pytest.raises(Refused) as refusal:
        draw(attempt, 1, "11", deviation=deviation(road))
    assert "vial.too_little_left" in codes(refusal)


def test_what_was_drawn_is_shown_as_it_was_read(road):
    attempt = road.claimed()
    do_step(attempt, 3, "0.66")
    assert show(lot_of(step(attempt, 3)).quantity(queries.draws(attempt.id)[0].quantity)) == (
        "99\N{NO-BREAK SPACE}mg"
    )
