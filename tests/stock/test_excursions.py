"""Excursions that a person opened: what was inside, the holds on it, the decision."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from formulary import clock
from formulary.accounts import Forbidden
from formulary.bench.queries import plans_of
from formulary.db import Missing, db, transaction
from formulary.rules.findings import Refused
from formulary.stock import actions as stock
from formulary.stock import queries
from formulary.stock.labels.excursions import own_range
from formulary.stock.models import Hold, TemperatureEvent
from tests.stock.doing import opened, posted, refused_codes
from tests.stock.test_temperature import ago, corrected, ranged, read
from tests.support.builders import a_lot, a_product, the_place
from tests.support.watch import Watch
from tests.support.world import Cast


def looked_into(cast: Cast, minutes: int, by: str = "technician") -> TemperatureEvent:
    with transaction():
        return stock.open_excursion(the_place().id, ago(minutes), at=clock.now(), by=cast.actor(by))


def decided(cast: Cast, event: TemperatureEvent, by: str = "pharmacist", **more: str):
    told = {"decision": "kept_in_use", "reason": "the label allows it"} | more
    with transaction():
        return stock.decide_excursion(event.id, **told, at=clock.now(), by=cast.actor(by))


def held(cast: Cast, event: TemperatureEvent, *chosen: str, by: str = "technician"):
    with transaction():
        return stock.hold_inside(
            event.id, chosen=chosen, reason="too warm", at=clock.now(), by=cast.actor(by)
        )


@pytest.fixture
def story(cast: Cast, watch: Watch) -> dict:
    """An hour on the shelf: what stays, what leaves, what passes, what left too early, what came too late."""
    lots = {name: a_lot(number=name) for name in ("STAYS", "LEAVES", "EARLY")}
    ranged(cast)
    watch.move(minutes=1)
    read(cast, 50)
    for minutes, act in (
        (5, lambda: posted(lots["EARLY"], "storage", "waste", 15_000_000)),
        (5, lambda: read(cast, 90)),
        (10, lambda: lots.update(PASSES=a_lot(number="PASSES"))),
        (10, lambda: posted(lots["PASSES"], "storage", "waste", 15_000_000)),
        (10, lambda: posted(lots["LEAVES"], "storage", "quarantine", 15_000_000)),
        (10, lambda: read(cast, 50)),
        (10, lambda: lots.update(LATE=a_lot(number="LATE"))),
    ):
        watch.move(minutes=minutes)
        act()
    return lots


def inside(event: TemperatureEvent) -> list[tuple[str, int, bool]]:
    place = the_place()
    found = queries.excursion_of(event, place)
    rows = queries.inside(place, *queries.stretch_of(event, found, clock.now()))
    return [(row.lot.number, int(row.stay.length.total_seconds()) // 60, row.stay.remains) for row in rows]


def test_what_stayed_what_left_and_what_passed_was_inside(story: dict, cast: Cast) -> None:
    assert inside(looked_into(cast, 50)) == [
        ("STAYS", 50, True), ("LEAVES", 40, False), ("EARLY", 5, False), ("PASSES", 10, False),
    ]  # fmt: skip


def test_what_was_inside_is_read_by_place_and_time_and_not_from_the_whole_ledger(story: dict) -> None:
    place, start = the_place(), ago(50)
    if db.engine.dialect.name == "postgresql":  # of a few rows it reads all, or by any index that there is
        for way in ("seqscan", "bitmapscan"):
            db.session.execute(text(f"SET LOCAL enable_{way} = off"))
        db.session.execute(text("DROP INDEX ix_movement_time"))
    plans = [
        p for p in plans_of(lambda: queries.inside(place, start, clock.now())) if "movement" in p.statement
    ]
    used = [(plan.uses("ix_movement_from"), plan.uses("ix_movement_to")) for plan in plans]
    db.session.rollback()
    assert used == [(True, True)] * 2, [plan.lines for plan in plans]


def test_an_excursion_is_opened_once_and_only_where_the_readings_tell_of_one(story: dict, cast: Cast) -> None:
    event = looked_into(cast, 50)
    assert looked_into(cast, 50, by="practitioner").id == event.id
    assert (event.extreme_tenths, event.low_tenths, event.high_tenths) == (90, 20, 80)
    with pytest.raises(Refused) as refusal:
        looked_into(cast, 49)
    assert refused_codes(refusal) == ["excursion.gone"]
    with pytest.raises(Missing), transaction():
        elsewhere = the_place("storage", cast.other_site)
        stock.open_excursion(elsewhere.id, ago(50), at=clock.now(), by=cast.actor("technician"))


def test_holds_are_placed_on_what_is_chosen_all_or_none(story: dict, cast: Cast) -> None:
    event, stays = looked_into(cast, 50), f"lot-{story['STAYS'].id}"
    for chosen, code in (((), "nothing_chosen"), ((stays, f"lot-{story['LATE'].id}"), "not_inside")):
        with pytest.raises(Refused) as refusal:
            held(cast, event, *chosen)
        assert refused_codes(refusal) == [f"excursion.{code}"]
    held(cast, event, stays, f"lot-{story['LEAVES'].id}")
    placed = db.session.execute(db.select(Hold.object_id, Hold.source).order_by(Hold.id)).all()
    assert sorted(placed) == sorted(
        (story[name].id, f"excursion {event.code}") for name in ("STAYS", "LEAVES")
    )


def test_an_open_vial_is_inside_its_own_place_and_held_by_itself(cast: Cast, watch: Watch) -> None:
    vial, place = opened(a_lot()), the_place("in_use")
    watch.move(minutes=1)
    with transaction():
        stock.set_range(
            place.id, low_tenths=20, high_tenths=80, reading_every=None, reason="a fridge",
            at=clock.now(), by=cast.actor("admin"),
        )  # fmt: skip
    with transaction():
        stock.record_reading(place.id, tenths=120, at=clock.now(), by=cast.actor("technician"))
    with transaction():
        event = stock.open_excursion(place.id, clock.now(), at=clock.now(), by=cast.actor("technician"))
    watch.move(minutes=9)
    held(cast, event, f"vial-{vial.id}")
    assert [(h.object_kind, h.object_id) for h in db.session.scalars(db.select(Hold))] == [("vial", vial.id)]


def test_a_pharmacist_decides_with_a_reason_once_it_is_over(story: dict, cast: Cast) -> None:
    event = looked_into(cast, 50)
    with pytest.raises(Forbidden):
        decided(cast, event, by="technician")
    with pytest.raises(Refused) as refusal:
        decided(cast, event, reason=" ")
    assert refused_codes(refusal) == ["excursion.no_reason"]
    assert [w.what for w in queries.watched_places(cast.site.id, clock.now())] == ["excursion"]
    assert decided(cast, event).decision == "kept_in_use"
    assert queries.watched_places(cast.site.id, clock.now()) == []
    with pytest.raises(Refused) as refusal:
        decided(cast, event)
    assert refused_codes(refusal) == ["excursion.decided"]


def test_nobody_decides_while_it_goes_on_and_a_corrected_one_can_be_closed(cast: Cast, watch: Watch) -> None:
    ranged(cast)
    row = read(cast, 450)
    event = looked_into(cast, 0)
    with pytest.raises(Refused) as refusal:
        decided(cast, event)
    assert refused_codes(refusal) == ["excursion.goes_on"]
    corrected(cast, row, 45)
    closed = decided(cast, event, reason="a point was forgotten")
    assert (closed.extreme_tenths, closed.ended_at) == (450, None)
    watch.move(minutes=5)
    read(cast, 95)
    assert [w.since for w in queries.watched_places(cast.site.id, clock.now())] == [clock.now()]


@pytest.mark.parametrize("decision", ["held", "wasted_later"])
def test_what_is_to_be_held_or_wasted_is_held_first(cast: Cast, watch: Watch, decision: str) -> None:
    lot = a_lot()
    ranged(cast)
    watch.move(minutes=1)
    read(cast, 120)
    watch.move(minutes=9)
    event = looked_into(cast, 9)
    read(cast, 50)
    with pytest.raises(Refused) as refusal:
        decided(cast, event, decision=decision)
    assert refused_codes(refusal) == ["excursion.not_held"]
    held(cast, event, f"lot-{lot.id}")
    assert decided(cast, event, decision=decision).decision == decision


@pytest.mark.parametrize(
    ("stated", "state"),
    [("2-8 C", "stop"), ("20-25 C", "stop"), ("2-15 C", "pass"), ("unknown", "unknown"), ("", "unknown")],
)
def test_a_products_own_range_was_left_kept_or_is_unknown(stated: str, state: str) -> None:
    assert own_range(stated, 120)[0] == state


def test_a_product_of_unknown_storage_is_proposed_for_a_hold(clients, cast: Cast, watch: Watch) -> None:
    for number, stated in (("COOL", "2-8 C"), ("ROOM", "2-25 C"), ("DARK", "")):
        a_lot(a_product(storage=stated), number=number)
    ranged(cast)
    watch.move(minutes=1)
    read(cast, 120)
    watch.move(minutes=9)
    pharmacist = clients("pharmacist")
    page = pharmacist.get_ok(f"/stock/places/{the_place().id}/temperature")
    [target] = [href for words, href in page.links.items() if words.startswith("Look into it")]
    page = pharmacist.post_ok(target)
    text = page.text.replace("\xa0", " ")
    assert [w in text for w in ("its own range was left", "within its own range", "is unknown")] == [True] * 3
    pharmacist.post_ok(page.links["Hold what was inside"])
    numbers = [queries.lot(h.object_id).number for h in db.session.scalars(db.select(Hold))]
    assert sorted(numbers) == ["COOL", "DARK"]
    assert "Excursion X-1: Shelf was too warm, up to 12 °C, for 9 min." in [
        h.reason.replace("\xa0", " ") for h in db.session.scalars(db.select(Hold))
    ]
    page = pharmacist.get_ok(page.url)
    read(cast, 50)
    answers = {"decision": "wasted_later", "reason": "the label forbids it"}
    decided_page = pharmacist.post_ok(page.links["Decide"], answers).text.replace("\xa0", " ")
    assert "to be wasted" in decided_page
    assert "the label forbids it" in decided_page
