"""Who was treated since a temperature excursion with what was inside: counts, codes or names by role."""

from __future__ import annotations

import pytest

from formulary import clock
from formulary.db import transaction
from formulary.stock import actions as stock
from tests.recalls.doing import a_session, opened
from tests.recalls.reading import accesses
from tests.stock.test_temperature import ranged, read
from tests.support.builders import a_lot, a_patient, the_place


def looked_into(cast, place):
    with transaction():
        return stock.open_excursion(place.id, clock.now(), at=clock.now(), by=cast.actor("technician"))


def shown(cast, place, tenths):
    """What the thermometer of a place shows now."""
    with transaction():
        stock.record_reading(place.id, tenths=tenths, at=clock.now(), by=cast.actor("technician"))


def words(client, event):
    return client.get_ok(f"/recalls/excursions/{event.id}").text.replace("\xa0", " ")


@pytest.fixture
def story(cast, watch):
    """A lot on the shelf while it was too warm: one patient treated before, one after, one from elsewhere."""
    lot, other = a_lot(number="WARM1"), a_lot(number="QUAR1", containers=0)
    people = {name: a_patient(name=name) for name in ("Before Early", "After Late", "Other Lot")}
    a_session(people["Before Early"], (opened(lot), "1 mL"))
    watch.move(minutes=1)
    ranged(cast)
    read(cast, 50)
    watch.move(minutes=1)
    read(cast, 120)
    event = looked_into(cast, the_place())
    watch.move(minutes=5)
    a_session(people["After Late"], (opened(lot), "1 mL"))
    stocked = a_lot(number="NEWER")
    a_session(people["Other Lot"], (opened(stocked), "1 mL"))
    return event, people, other


def test_only_who_was_treated_since_from_what_was_inside_is_named(story, clients, cast, watch):
    event, people, _ = story
    read(cast, 50, 4)
    page = words(clients("recall"), event)
    assert "1 patient treated since excursion X-1" in page
    assert [name in page for name in people] == [False, True, False]
    assert accesses()[-1] == ("recalls.excursion", "Rose Fournier", 1, "X-1")


def test_where_no_reading_within_the_range_is_older_everybody_since_the_goods_came_is_named(
    clients, cast, watch
):
    lot, patient = a_lot(number="WARM1"), a_patient(name="Before Early")
    watch.move(minutes=1)
    a_session(patient, (opened(lot), "1 mL"))
    watch.move(days=2)
    ranged(cast)
    read(cast, 120)
    page = words(clients("recall"), looked_into(cast, the_place()))
    assert "1 patient treated since excursion X-1" in page
    assert "Before Early" in page


def test_a_role_sees_names_codes_or_counts(story, clients):
    event, people, _ = story
    after = people["After Late"]
    seen = {}
    for who in ("recall", "pharmacist", "technician"):
        page = words(clients(who), event)
        seen[who] = (after.name in page, after.code in page, "WARM1" in page)
    assert seen == {
        "recall": (True, True, True),
        "pharmacist": (False, True, True),
        "technician": (False, False, False),
    }
    assert "Your role sees counts" in words(clients("technician"), event)


def test_of_an_open_vial_only_what_was_drawn_from_it_counts(clients, cast, watch):
    lot, place = a_lot(number="SAME"), the_place("in_use")
    warm, people = opened(lot), [a_patient(name=name) for name in ("From Warm", "From Cool")]
    with transaction():
        stock.set_range(
            place.id, low_tenths=20, high_tenths=80, reading_every=None, reason="a fridge",
            at=clock.now(), by=cast.actor("admin"),
        )  # fmt: skip
    watch.move(minutes=1)
    shown(cast, place, 120)
    event = looked_into(cast, place)
    watch.move(minutes=1)
    shown(cast, place, 50)
    watch.move(minutes=5)
    a_session(people[0], (warm, "1 mL"))
    a_session(people[1], (opened(lot), "1 mL"))
    page = words(clients("recall"), event)
    assert [person.name in page for person in people] == [True, False]
