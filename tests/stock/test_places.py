"""Places: every site has one of each kind, an administrator adds shelves and closes empty ones."""

from __future__ import annotations

import pytest

from formulary import clock
from formulary.accounts import Forbidden
from formulary.db import Missing, transaction
from formulary.rules.findings import Refused
from formulary.stock import actions as stock
from formulary.stock import queries
from formulary.stock.models import PLACE_KINDS, Place
from tests.stock.doing import refused_codes
from tests.support.builders import a_lot, the_place, the_site
from tests.support.world import Cast


def added(cast: Cast, name: str = "Cabinet A", **more: object) -> Place:
    given = {
        "kind": "storage",
        "temperature": "15 to 25 °C",
        "at": clock.now(),
        "by": cast.actor("admin"),
    } | more
    with transaction():
        return stock.add_place(the_site().id, name=name, **given)


def changed(cast: Cast, place: Place, **more: object) -> Place:
    given = {"name": place.name, "temperature": "", "is_active": True, "by": cast.actor("admin")} | more
    with transaction():
        return stock.change_place(place.id, at=clock.now(), **given)


def test_every_site_has_one_place_of_every_kind(cast: Cast) -> None:
    for site in (cast.site, cast.other_site):
        assert sorted(p.kind for p in queries.places(site.id)) == sorted(PLACE_KINDS)


def test_a_shelf_is_added_with_its_temperature(cast: Cast) -> None:
    place = added(cast)
    assert (place.kind, place.temperature, place.is_active) == ("storage", "15 to 25 °C", True)
    assert place in queries.places(cast.site.id, ["storage"])


def test_a_name_is_taken_once_per_site(cast: Cast) -> None:
    place = added(cast)
    for act in (lambda: added(cast), lambda: changed(cast, place, name="Shelf")):
        with pytest.raises(Refused) as refusal:
            act()
        assert refused_codes(refusal) == ["place.name_taken"]
    assert changed(cast, place, name="Cabinet A", temperature="2 to 8 °C").temperature == "2 to 8 °C"


def test_what_every_site_has_once_is_not_added(cast: Cast) -> None:
    with pytest.raises(Refused) as refusal:
        added(cast, kind="waste")
    assert refused_codes(refusal) == ["place.wrong_kind"]


def test_a_place_with_stock_and_the_last_of_a_kind_stay_open(cast: Cast) -> None:
    a_lot()
    added(cast)
    for kind, code in (("storage", "place.not_empty"), ("waste", "place.last_of_kind")):
        with pytest.raises(Refused) as refusal:
            changed(cast, the_place(kind), is_active=False)
        assert refused_codes(refusal) == [code]


def test_an_empty_shelf_is_closed_and_opened_again(cast: Cast) -> None:
    place = added(cast)
    changed(cast, place, is_active=False)
    assert place not in queries.places(cast.site.id)
    assert place in queries.places(cast.site.id, inactive=True)
    assert changed(cast, place, is_active=True).is_active


def test_another_sites_place_is_missing(cast: Cast) -> None:
    with pytest.raises(Missing):
        changed(cast, the_place("storage", cast.other_site), name="Mine")


def test_only_an_administrator_arranges_places(cast: Cast) -> None:
    with pytest.raises(Forbidden):
        added(cast, by=cast.actor("pharmacist"))
