"""The figure of open vials that time has stopped: the board's, for every kind of vial, at every hour."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from formulary import clock
from formulary.bench.queries import plans_of
from formulary.db import transaction
from formulary.overview import queries
from formulary.overview.labels.board import board
from formulary.overview.labels.day import Day
from formulary.overview.labels.stores import open_vials
from formulary.stock import actions as stock
from formulary.stock import queries as shelf
from tests.overview.doing import tallied, today
from tests.recalls.doing import opened
from tests.stock.doing import drawn, held, reconstituted, somebody
from tests.stock.test_transfers import packed_vial, sent
from tests.support.builders import a_lot, a_powder, a_product, act, the_place
from tests.support.counting import counting_queries

HOURS = (0, 3, 7, 11, 24, 28 * 24, 400 * 24)
"""Since the opening at 13:00: its own day ends with the eleventh, its printed one within the last."""


def single():
    """A lot whose opened containers are discarded after the session."""
    return a_lot(a_product(container="single_dose", after_puncture_h=None))


def kept_for(hours):
    return opened(a_lot(a_product(after_puncture_h=hours)))


def of_a_lot_that_expires(day):
    return opened(a_lot(expires_on=day))


def written_on_it(vial, **more):
    """The vial, with what somebody wrote on it, or with nothing."""
    with act():
        row = shelf.vial(vial.id)
        for name, value in more.items():
            setattr(row, name, value)
    return vial


def drawn_from(ref, *, over):
    """A vial that is not kept, opened and drawn from for an act that goes on or is over."""
    vial = opened(single(), for_ref=ref, opened_for_id=7)
    drawn(vial, "1 mL", for_patient=7, for_ref=ref)
    if over:
        with act():
            stock.end_session(vial.site_id, ref)
    return vial


def put_aside():
    vial = kept_for(2)
    with transaction():
        target = the_place("quarantine")
        stock.move_vial(shelf.vial(vial.id), target=target, at=clock.now(), by=somebody())
    return vial


def stopped():
    vial = kept_for(2)
    held("vial", vial.id)
    return vial


def mixed(diluent_expires_on=date(2027, 11, 30)):
    """A powder in all that a container of its diluent held."""
    water = a_lot(a_product(content="4 mL"), expires_on=diluent_expires_on)
    return reconstituted(opened(a_lot(a_powder(after_reconstitution_h=96))), water)


KINDS = {
    "kept for 28 days": (lambda: kept_for(28 * 24), (0, 0, 0, 0, 0, 1, 1)),
    "kept for 3 hours": (lambda: kept_for(3), (0, 1, 1, 1, 1, 1, 1)),
    "nobody knows for how long": (lambda: kept_for(None), (0, 0, 0, 0, 0, 0, 1)),
    "a shorter date was written on it": (
        lambda: written_on_it(kept_for(28 * 24), beyond_use_at=clock.now() + timedelta(hours=7)),
        (0, 0, 1, 1, 1, 1, 1),
    ),
    "its lot expires today": (lambda: of_a_lot_that_expires(date(2026, 11, 24)), (0, 0, 0, 1, 1, 1, 1)),
    "not kept": (lambda: opened(single()), (0, 0, 0, 1, 1, 1, 1)),
    "an ampoule": (lambda: opened(a_lot(a_product(container="ampoule"))), (0, 0, 0, 1, 1, 1, 1)),
    "drawn from, its act goes on": (lambda: drawn_from("cocktail:1", over=False), (0, 0, 0, 1, 1, 1, 1)),
    "drawn from, its act is over": (lambda: drawn_from("cocktail:1", over=True), (1, 1, 1, 1, 1, 1, 1)),
    "a powder in its diluent": (mixed, (0, 0, 0, 0, 0, 1, 1)),
    "its diluent expires today": (lambda: mixed(date(2026, 11, 24)), (0, 0, 0, 1, 1, 1, 1)),
    "held": (stopped, (0, 0, 0, 0, 0, 0, 0)),
    "in quarantine": (put_aside, (0, 0, 0, 0, 0, 0, 0)),
    "on its way": (lambda: sent(packed_vial(kept_for(3))), (0, 0, 0, 0, 0, 0, 0)),
}


@pytest.mark.parametrize(("made", "expected"), KINDS.values(), ids=KINDS)
def test_the_figure_the_board_and_the_first_page_say_the_same_of_every_kind(cast, watch, made, expected):
    began, told, zone, by = clock.now(), [], ZoneInfo(cast.site.zone), cast.actor("technician")
    made()
    for hours in HOURS:
        at = began + timedelta(hours=hours)
        vials = queries.open_vials(cast.site.id, at)
        of_board = sum(line.has_lapsed for line in board(vials, at).lines)
        needs = open_vials(Day(by, at, zone, vials=tuple(vials)))
        to_waste = sum(need.title.startswith("Waste") for need in needs)
        told.append((queries.tallies(by, at)["stock.index"], of_board, to_waste))
    assert told == [(each,) * 3 for each in expected]


def test_the_rail_of_whoever_keeps_stock_tells_it(clients, watch):
    opened(single())
    shown = [tallied(today(clients("technician"))).get("/stock/")]
    watch.set(datetime(2026, 11, 25, 8, tzinfo=ZoneInfo("Europe/Paris")))
    shown.append(tallied(today(clients("technician").login("technician"))).get("/stock/"))
    assert shown == [None, "1"]


def test_another_sites_vials_are_not_counted(cast, watch):
    opened(a_lot(site=cast.other_site), site=cast.other_site)
    at = clock.now() + timedelta(days=400)
    assert queries.tallies(cast.actor("technician"), at)["stock.index"] == 0


def test_the_figure_asks_as_much_for_many_vials_and_whatever_was_ever_opened(cast):
    lot, by = a_lot(a_product(after_puncture_h=2), containers=30), cast.actor("technician")
    at, costs = clock.now() + timedelta(hours=3), []
    for more in (1, 8):
        for _ in range(more):
            opened(lot)
            drawn(opened(lot), "5 mL")
        with counting_queries() as sent_out:
            found = queries.tallies(by, at)["stock.index"]
        costs.append((found, len(sent_out)))
    assert costs == [(1, costs[0][1]), (9, costs[0][1])]


@pytest.mark.databases("sqlite")  # PostgreSQL goes by what it has counted, and here is little
def test_the_rail_reads_the_open_vials_and_not_all_that_were_ever_opened(cast):
    by = cast.actor("technician")
    plans = plans_of(lambda: queries.tallies(by, clock.now()))
    searched = [line for plan in plans for line in plan.lines if " vial " in line]
    assert [line.split("(")[0] for line in searched] == ["SEARCH vial USING INDEX ix_vial_open "]
