"""The end of the bench work: every step drawn, the beyond-use date and its limit, what is not kept."""

from datetime import timedelta

import pytest

from formulary import clock
from formulary.accounts import queries as accounts
from formulary.db import db
from formulary.preparations import facts, queries
from formulary.rules.findings import Refused
from formulary.stock.models import Reservation
from tests.preparations.doing import do_step, finish, steps_of
from tests.support.builders import a_policy


def test_a_step_that_is_not_drawn_keeps_it_open(road):
    attempt = road.claimed()
    do_step(attempt, 1)
    with pytest.raises(Refused) as refusal:
        finish(attempt)
    assert refusal.value.findings[0].reason == "Step 2 is not drawn."


def test_the_beyond_use_date_names_the_limit_that_decides(road):
    attempt = finish(road.drawn())
    powder = queries.vial(steps_of(attempt)[2].vial_id)
    assert attempt.beyond_use_at == clock.now() + timedelta(hours=2)
    assert attempt.beyond_use_limit.startswith(f"vial {powder.code}")


def test_every_term_of_it_is_kept_with_its_source(road):
    terms = finish(road.drawn()).beyond_use_terms
    limit = next(t for t in terms if t["name"] == "Category 1, ISO 5 device")
    assert (limit["formula"], limit["source"]) == ("start of preparation + 12 h", "USP <797>")
    assert any(t["name"].startswith("no stability data for") for t in terms)


def test_the_clock_runs_from_the_first_draw(road, watch):
    attempt = road.drawn()
    watch.move(minutes=30)
    assert finish(attempt).beyond_use_at == clock.now() + timedelta(hours=1, minutes=30)


def test_the_total_is_what_was_read(road):
    assert finish(road.drawn()).total == 5_000_000


def test_where_it_is_kept_changes_the_sites_limit(road):
    attempt = road.drawn()
    limit = {"name": "Category 1", "room_h": "12", "fridge_h": "24", "source": "USP <797>"}
    a_policy(road.clinic.site, kind="preparation_limit", value=limit)
    gathered = facts.gather_attempt(attempt, at=clock.now())
    kept = facts.by_storage(attempt, gathered, clock.now())
    named = {
        kind: [t.formula for t in until.terms if t.name.startswith("Category 1")]
        for kind, until in kept.items()
    }
    assert named == {"room": ["start of preparation + 12 h"], "fridge": ["start of preparation + 24 h"]}
    assert finish(attempt, storage="fridge").storage == "fridge"


def test_a_site_that_has_not_decided_a_limit_cannot_finish(road):
    attempt = road.drawn()
    a_policy(road.clinic.site, kind="preparation_limit", value={"name": "not yet"})
    with pytest.raises(Refused, match=r"beyond_use\.policy_unknown"):
        finish(attempt)


def test_what_is_left_in_vials_for_one_patient_is_offered_for_waste(road):
    attempt = road.drawn()
    rests = facts.rests(attempt, clock.now())
    assert sorted(rest.vial.lot.number for rest in rests if rest.for_one_patient) == [
        "ASC-5007", "GSH-0600", "NACL-1", "TXA-2231", "WFI-1",
    ]  # fmt: skip


def test_the_rests_ticked_are_wasted_and_the_others_stay(road):
    attempt = road.drawn()
    first, *others = facts.rests(attempt, clock.now())
    finish(attempt, waste_rest=[first.vial.id])
    db.session.expire_all()
    assert queries.vial(first.vial.id).state == "wasted"
    assert {queries.vial(rest.vial.id).state for rest in others} == {"open"}


def test_nothing_is_kept_for_it_any_more(road):
    finish(road.drawn())
    assert db.session.scalars(db.select(Reservation).where(Reservation.ended_at.is_(None))).all() == []


def test_the_preparer_signs_what_was_drawn(road):
    attempt = finish(road.drawn())
    signatures = accounts.signatures_on("attempt", attempt.id)
    assert [(s.meaning, s.person_name) for s in signatures] == [("prepared", "Tom Girard")]


def test_it_is_finished_once(road):
    attempt = road.prepared()
    with pytest.raises(Refused, match=r"attempt\.not_under_way"):
        finish(attempt)
