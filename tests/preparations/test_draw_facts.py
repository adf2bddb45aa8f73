"""A draw gathers less than the other checks, and is answered as they would answer it, at every step."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from formulary import clock
from formulary.audit import record
from formulary.cocktails.models import CocktailLine
from formulary.db import db, transaction
from formulary.preparations import actions, facts, queries
from formulary.rules.checklist import asked_at, run
from formulary.rules.findings import Refused, Stage
from formulary.stock import actions as stock
from formulary.stock import queries as shelf
from tests.preparations.doing import (
    do_step,
    draw,
    hold,
    lot_of,
    scan,
    step,
    steps_of,
    technician,
    undo,
)
from tests.preparations.test_another_vial import another
from tests.preparations.test_assay import an_assay, another_lot
from tests.preparations.test_undo_races import in_thread
from tests.stock.doing import lies, posted
from tests.support.builders import a_policy, a_weight, an_allergy

LOOKED_AT = ("lines", "policies", "draws", "picked", "formula", "target", "beyond_use_at", "at", "ref")


def codes(attempt):
    """What a draw's rules find; the same by what is gathered for a draw and by all that is known."""
    db.session.expire_all()
    now = clock.now()
    found = queries.attempt(attempt.id, technician())
    told, whole = facts.gather_draw(found, at=now), facts.gather_attempt(found, at=now).cocktail
    answers = asked_at(told, Stage.DRAW).answers
    assert answers == run(whole, Stage.DRAW).answers
    assert {n: getattr(told, n) for n in LOOKED_AT} == {n: getattr(whole, n) for n in LOOKED_AT}
    waiting = [row for row in queries.steps(found) if row.state == "planned"]
    if not told.diluents:
        alone = [facts.source_of(row, told.at, told.ref) for row in waiting]
        assert [facts.source_in(told, row) for row in waiting] == alone
    return {answer.code for answer in answers if answer.level}


def is_slim(attempt):
    """Whether less was gathered than all that is known."""
    return facts.gather_draw(queries.attempt(attempt.id, technician()), at=clock.now()).history is None


def test_at_every_step_of_a_preparation(road, watch):
    attempt, seen = road.claimed(), []
    for number in range(1, len(steps_of(attempt)) + 1):
        seen.append((codes(attempt), is_slim(attempt)))
        do_step(attempt, number)
        watch.move(minutes=3)
    undo(attempt)
    seen.append((codes(attempt), is_slim(attempt)))
    assert [slim for _, slim in seen] == [True, True, True, False, False]
    assert len({frozenset(found) for found, _ in seen}) == 1


def test_whatever_happens_meanwhile(road, watch):
    attempt = road.claimed()
    calm = codes(attempt)
    do_step(attempt, 1)
    scan(attempt, 2)
    ingredient = lot_of(step(attempt, 2)).product.ingredient
    a_weight(road.patient, "41 kg")
    assert codes(attempt) == calm
    an_allergy(road.patient, ingredient)
    assert codes(attempt) - calm == {"allergy.ingredient", "allergy.excipients_unknown"}
    hold("TXA-2231")
    assert codes(attempt) - calm == {"allergy.ingredient", "allergy.excipients_unknown"}
    assert is_slim(attempt)
    watch.move(hours=30)
    assert codes(attempt) - calm >= {"beyond_use.passed"}
    a_policy(road.clinic.site, "preparation_limit", {})
    assert codes(attempt) - calm >= {"beyond_use.policy_unknown"}


@pytest.fixture
def pinned(road):
    """A preparation whose first line was composed of this very lot, at the 80 mg/mL of its certificate."""
    cocktail = road.verified()
    an_assay(road.clinic, "TXA-2231", 80)
    [lot] = shelf.lots_with_number("TXA-2231")
    line = db.session.scalars(db.select(CocktailLine).filter_by(product_id=lot.product_id)).one()
    with transaction():
        line.lot_id = lot.id
        record("test.pin", cocktail, by=technician(), at=clock.now())
    with transaction():
        return actions.claim(cocktail.id, at=clock.now(), by=technician())


def strength(attempt):
    """The strength by which the pinned line is computed."""
    codes(attempt)
    told = facts.gather_attempt(queries.attempt(attempt.id, technician()), at=clock.now()).cocktail
    return next(line.strength for line in told.lines if line.strength)


def test_a_line_of_an_assayed_lot_of_which_nothing_is_left(pinned):
    before = strength(pinned)
    do_step(pinned, 1)
    [lot] = shelf.lots_with_number("TXA-2231")
    posted(lot, "storage", "waste", lies(lot, "storage"), reason="broken")
    vial = queries.vial(step(pinned, 1).vial_id)
    with transaction():
        stock.waste_vial(vial, reason="left_over", at=clock.now(), by=technician())
    assert (strength(pinned), is_slim(pinned)) == (before, True)


def test_a_line_of_an_assayed_lot_drawn_from_another_is_told_by_all_that_is_known(pinned):
    before = strength(pinned)
    another_lot()
    hold("TXA-2231")
    another(pinned, 1)
    assert (strength(pinned), is_slim(pinned)) == (before, False)


def elsewhere(app, do):
    """Done in a session of its own, and committed."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(in_thread(app, do)).result()


def refused(attempt, number):
    with pytest.raises(Refused) as refusal:
        draw(attempt, number)
    return {finding.code for finding in refusal.value.findings}


def test_a_hold_that_another_places_between_claim_and_draw_stops_it(app, road):
    attempt = road.claimed()
    do_step(attempt, 1)
    scan(attempt, 2)
    elsewhere(app, lambda: hold("TXA-2231").id)
    assert refused(attempt, 2) == {"lot.held"}
    elsewhere(app, lambda: hold("ASC-5007").id)
    assert refused(attempt, 2) == {"lot.held"}


# On SQLite nobody commits between one's first read and one's last.
@pytest.mark.databases("postgresql")
def test_a_hold_that_another_places_once_the_facts_are_gathered_stops_it_too(app, road, monkeypatch):
    attempt = road.claimed()
    scan(attempt, 1)
    gather = facts.gather_draw

    def then_held(*asked, **more):
        told = gather(*asked, **more)
        elsewhere(app, lambda: hold("TXA-2231").id)
        return told

    monkeypatch.setattr(facts, "gather_draw", then_held)
    assert refused(attempt, 1) == {"lot.held"}
