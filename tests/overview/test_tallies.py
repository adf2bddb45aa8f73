"""The figures in the rail: what waits in each room for whoever asks, the same as the room itself says."""

from datetime import timedelta

import pytest

from formulary.db import db
from formulary.overview.queries import readings_due, tallies
from formulary.preparations.models import Attempt
from tests.overview.doing import attempted, tallied, titles, today
from tests.recalls.doing import a_cocktail, opened
from tests.support.builders import a_lot, a_patient, a_reading, a_test, act, some_stock
from tests.support.world import STAFF

FIGURES = {
    "admin": {},
    "pharmacist": {"/cocktails/": "1", "/patch-tests/": "1", "/preparations/": "2", "/recalls/": "1"},
    "technician": {"/preparations/": "1", "/recalls/": "1"},
    "practitioner": {"/cocktails/": "1", "/patch-tests/": "1", "/preparations/": "1", "/recalls/": "1"},
    "practitioner2": {"/patch-tests/": "1", "/preparations/": "1", "/recalls/": "1"},
    "recall": {"/recalls/": "1"},
    "auditor": {"/recalls/": "1"},
    "practitioner3": {"/recalls/": "1"},
}


@pytest.mark.parametrize(("who", "expected"), FIGURES.items())
def test_everybody_reads_the_figures_of_their_rooms(clients, who, expected, day):
    assert tallied(today(clients(who))) == expected


# Who reads what does not depend on the database.
@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("who", STAFF)
def test_a_room_that_is_closed_has_no_figure(cast, watch, who):
    actor = cast.actor(who)
    rooms = {
        "admin": set(),
        "technician": {"preparations.index", "stock.index", "recalls.index"},
        "recall": {"recalls.index"},
        "auditor": {"recalls.index"},
    }
    cared = {"cocktails.index", "patch_tests.index", "preparations.index", "reactions.index", "recalls.index"}
    pharmacy = cared | {"stock.index"}
    expected = rooms.get(who, pharmacy if who.startswith("pharmacist") else cared)
    assert set(tallies(actor, watch.now())) == expected


def test_stock_counts_lapsed_vials_and_lots_in_quarantine(cast, watch):
    vial, lot = opened(a_lot()), a_lot(containers=0)
    for _ in range(2):
        some_stock(lot, lot.product.content, kind="quarantine")
    actor = cast.actor("technician")
    assert tallies(actor, watch.now())["stock.index"] == 1
    assert tallies(actor, vial.beyond_use_at)["stock.index"] == 2


def test_a_pharmacist_counts_what_they_have_in_hand_and_not_what_another_has(cast, watch):
    attempt, actor = attempted(a_patient(), "in_preparation"), cast.actor("pharmacist")
    assert tallies(actor, watch.now())["preparations.index"] == 1
    with act():
        db.session.get_one(Attempt, attempt.id).preparer_id = cast.actor("technician").person_id
    assert tallies(actor, watch.now())["preparations.index"] == 0
    assert tallies(cast.actor("technician"), watch.now())["preparations.index"] == 1


def test_another_sites_work_is_not_counted(cast, watch):
    there = cast.other_site
    for state in ("prescribed", "verified"):
        a_cocktail(a_patient(site=there), state, site=there)
    a_test(a_patient(site=there), a_lot(site=there), ago=timedelta(hours=45), site=there)
    assert set(tallies(cast.actor("pharmacist"), watch.now()).values()) == {0}


@pytest.mark.parametrize("read_at", [None, 20, 45, 70])
def test_the_figure_of_readings_is_what_the_first_page_calls_for(clients, cast, watch, read_at):
    test, told = a_test(a_patient(), a_lot()), {}
    if read_at:
        a_reading(test.items[0], hours=read_at)
    for hour in (hour for hour in (40, 60, 62, 66, 104, 106) if hour >= (read_at or 0)):
        watch.set(test.applied_at + timedelta(hours=hour))
        shown = len(titles(today(clients("practitioner").login("practitioner"))))
        told[hour] = (readings_due(cast.site.id, watch.now()), shown)
    assert {hour: pair for hour, pair in told.items() if len(set(pair)) > 1} == {}


def test_a_positive_reading_ends_the_calls(cast, watch):
    test = a_test(a_patient(), a_lot(), ago=timedelta(hours=70))
    assert readings_due(cast.site.id, watch.now()) == 1
    a_reading(test.items[0], "+", hours=47)
    assert readings_due(cast.site.id, watch.now()) == 0


def test_a_positive_reading_that_was_corrected_ends_no_call(cast, watch):
    test = a_test(a_patient(), a_lot(), ago=timedelta(hours=70))
    wrong = a_reading(test.items[0], "+", hours=47)
    a_reading(test.items[0], "-", hours=47, corrects_id=wrong.id)
    assert readings_due(cast.site.id, watch.now()) == 1


def test_an_early_wheal_of_a_labels_test_is_called_for_again(cast, watch):
    """[HYA1] [PDR-HYA]: a wheal within 5 min that lasts 20 to 30 min."""
    test = a_test(a_patient(), a_lot(), ago=timedelta(minutes=22))
    with act():
        test.guideline = "hyaluronidase"
    early = test.applied_at + timedelta(minutes=5)
    a_reading(test.items[0], "L+", read_at=early)
    assert readings_due(cast.site.id, watch.now()) == 1
    a_reading(test.items[0], "L+", read_at=watch.now())
    assert readings_due(cast.site.id, watch.now()) == 0
