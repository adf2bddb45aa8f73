"""Holds: on a lot, vial, place, product or delivery; everywhere at once, until released with a reason."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from formulary import clock
from formulary.accounts import Forbidden, Role
from formulary.db import Missing, db, transaction
from formulary.rules.findings import Refused
from formulary.stock import actions as stock
from formulary.stock import facts, queries
from formulary.stock.models import Delivery, Hold, Reservation, Vial
from tests.stock.doing import drawn, held, opened, posted, refused_codes, somebody
from tests.support.builders import a_lot, the_place, the_site
from tests.support.builders.accounts import an_actor
from tests.support.world import Cast

pytestmark = pytest.mark.usefixtures("cast")

OBJECTS: dict[str, Callable[[Vial], int]] = {
    "lot": lambda vial: vial.lot_id,
    "vial": lambda vial: vial.id,
    "place": lambda _vial: the_place("in_use").id,
    "product": lambda vial: vial.lot.product_id,
    "delivery": lambda _vial: max(db.session.scalars(db.select(Delivery.id))),
}


@pytest.mark.parametrize("kind", OBJECTS)
def test_a_hold_stops_the_next_draw_whatever_it_is_on(kind: str) -> None:
    vial = opened(a_lot())
    held(kind, OBJECTS[kind](vial))
    with pytest.raises(Refused) as refusal:
        drawn(vial, "1 mL")
    assert refused_codes(refusal) == ["lot.held"]


@pytest.mark.parametrize("kind", OBJECTS)
def test_its_release_lets_the_draw_happen(kind: str) -> None:
    vial = opened(a_lot())
    released(held(kind, OBJECTS[kind](vial)))
    assert drawn(vial, "1 mL")


def released(hold: Hold, **more: object) -> Hold:
    given = {"reason": "the logger was wrong", "at": clock.now(), "by": somebody()} | more
    with transaction():
        return stock.release_hold(hold.id, **given)


@pytest.mark.parametrize("kind", ["vial", "place"])
def test_a_hold_on_one_vial_or_place_leaves_the_rest_usable(kind: str) -> None:
    lot = a_lot()
    vial = opened(lot)
    held(kind, OBJECTS[kind](vial))
    assert opened(lot).state == "open"


def test_a_hold_on_a_lot_covers_every_site(cast: Cast) -> None:
    lot = a_lot(site=cast.other_site)
    held("lot", lot.id)
    [stocked] = facts.candidates(cast.other_site.id, [lot.product_id], clock.now())
    assert len(stocked.held) == 1


@pytest.mark.parametrize("target", ["quarantine", "waste", "returned", "destroyed"])
def test_held_stock_may_go_away(target: str) -> None:
    lot = a_lot()
    held("lot", lot.id)
    assert posted(lot, "storage", target, 5_000_000, reason="moved")


def test_held_stock_goes_nowhere_else() -> None:
    lot = a_lot()
    held("lot", lot.id)
    for target in ("preparation", "patient", "patch_test", "in_use", "in_transit"):
        with pytest.raises(Refused) as refusal:
            posted(lot, "storage", target, 1, reason="moved")
        assert refused_codes(refusal) == ["lot.held"]


def test_many_holds_are_told_together_and_each_is_released_by_itself() -> None:
    vial = opened(a_lot())
    first, second = held("lot", vial.lot_id), held("product", vial.lot.product_id, source="recall R-7")
    released(first)
    [stocked] = [s for s in facts.candidates(the_site().id, [vial.lot.product_id], clock.now()) if s.vial]
    assert stocked.held == ("recall R-7",)
    released(second)
    assert drawn(vial, "1 mL")


def test_a_hold_without_a_source_is_named_by_code_and_reason() -> None:
    hold = held("lot", a_lot().id)
    assert hold.words == f"{hold.code}, a crack was seen"


def test_a_hold_ends_the_reservations_of_what_it_stops() -> None:
    lot, at, by = a_lot(), clock.now(), somebody()
    with transaction() as session:
        session.info["audited"] = True
        stock.reserve("cocktail:1", [stock.Pick(lot.id, 5_000_000, the_place().id)], at=at, by=by)
    hold = held("lot", lot.id)
    kept = db.session.scalars(db.select(Reservation)).one()
    assert (kept.ended_at, kept.ended_why) == (at, f"hold {hold.code}")


@pytest.mark.parametrize("reason", ["", "   "])
def test_a_hold_and_its_release_need_a_reason(reason: str) -> None:
    lot = a_lot()
    with pytest.raises(Refused) as placing:
        held("lot", lot.id, reason=reason)
    hold = held("lot", lot.id)
    with pytest.raises(Refused) as releasing:
        released(hold, reason=reason)
    assert refused_codes(placing) == refused_codes(releasing) == ["hold.reason_missing"]


def test_a_hold_is_released_once() -> None:
    hold = released(held("lot", a_lot().id))
    with pytest.raises(Refused) as refusal:
        released(hold)
    assert refused_codes(refusal) == ["hold.released_already"]


def test_what_is_not_there_is_not_held() -> None:
    for kind in ("lot", "site"):
        with pytest.raises(Missing):
            held(kind, 99_999)


# Who may enter is decided before any table is asked.
@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(
    ("role", "places", "releases"),
    [
        (Role.PHARMACIST, True, True),
        (Role.TECHNICIAN, True, False),
        (Role.PRACTITIONER, True, False),
        (Role.RECALL_OFFICER, True, True),
        (Role.ADMINISTRATOR, False, False),
        (Role.AUDITOR, False, False),
    ],
)
def test_who_may_place_and_who_may_release(role: Role, places: bool, releases: bool) -> None:
    lot, by = a_lot(), an_actor(the_site(), role)
    hold = held("lot", lot.id)
    assert _allowed(lambda: held("lot", lot.id, by=by)) is places
    assert _allowed(lambda: released(hold, by=by)) is releases


def _allowed(act: Callable[[], object]) -> bool:
    try:
        act()
    except Forbidden:
        return False
    return True


def test_the_same_key_places_one_hold() -> None:
    lot = a_lot()
    assert held("lot", lot.id, key="h").id == held("lot", lot.id, key="h").id


def test_one_hold_covers_what_is_made_from_a_lot_before_and_after() -> None:
    drum = a_lot()
    pack = a_lot(drum.product, made_from_id=drum.id)
    hold = held("lot", drum.id)
    later = a_lot(drum.product, made_from_id=pack.id)
    for lot in (pack, later):
        with pytest.raises(Refused) as refusal:
            opened(lot)
        assert refused_codes(refusal) == ["lot.held"]
        assert queries.holds_about(lot) == [hold]
    released(hold)
    assert opened(later).state == "open"


def test_a_hold_on_a_pack_leaves_what_it_was_made_from_usable() -> None:
    drum = a_lot()
    held("lot", a_lot(drum.product, made_from_id=drum.id).id)
    assert opened(drum).state == "open"
    assert queries.holds_about(drum) == []


def test_what_a_hold_would_stop_counts_what_is_made_from_it() -> None:
    drum = a_lot()
    a_lot(drum.product, made_from_id=drum.id)
    opened(a_lot(drum.product, made_from_id=drum.id))
    stops = queries.what_stops("lot", drum.id)
    assert (stops.places, stops.vials) == (1, 1)


def test_of_two_who_release_a_hold_at_once_one_does() -> None:
    hold = held("lot", a_lot().id)
    first = released(hold)
    with pytest.raises(Refused) as refusal:
        released(hold, reason="another reason")
    assert refused_codes(refusal) == ["hold.released_already"]
    db.session.expire_all()
    assert first.release_reason == "the logger was wrong"
