"""What the demo clinic watches over: ranges and readings of its fridge, an excursion, and a count."""

from datetime import datetime, timedelta

from formulary.db import transaction
from formulary.rules.storage import span_of
from formulary.seed.demo import FOUNDED, Demo
from formulary.seed.demo_stock import at_site, place_named
from formulary.stock import actions, queries
from formulary.stock.labels.temperature import KEPT_IN_USE
from formulary.stock.models import Place

READER, DECIDER, COUNTED = "technician", "pharmacist", 5
DOOR_OPEN = "Read during a delivery, with the door open; an hour later it was within the range."


def state(demo: Demo) -> None:
    """Between what a place is kept, how often it is read, and how often it is counted."""
    at = demo.at - FOUNDED
    for row in demo.clinic.places:
        by, place = at_site(demo, row.site), place_named(demo, row.site, row.name)
        span = span_of(row.temperature)
        if row.reading_every_h is not None and span is not None:
            every = {"reading_every": row.reading_every_h * 60, "reason": "What stands on its door"}
            with transaction():
                actions.set_range(place.id, low_tenths=span.low, high_tenths=span.high, **every, at=at, by=by)
        if row.count_every_days is not None:
            kept = {"name": place.name, "temperature": place.temperature, "is_active": True}
            with transaction():
                actions.change_place(place.id, **kept, count_every=row.count_every_days, at=at, by=by)


def read(demo: Demo) -> None:
    """Every reading of the list, the oldest first, and the excursion in them with what was decided."""
    for row in sorted(demo.clinic.readings, key=lambda row: -row.hours_ago):
        place, at = place_named(demo, row.site, row.place), demo.at - timedelta(hours=row.hours_ago)
        with transaction():
            tenths = int(row.celsius * 10)
            actions.record_reading(place.id, tenths=tenths, at=at, by=demo.actor(READER, row.site))
        _decide(demo, row.site, place, at)


def count(demo: Demo) -> None:
    """The places of the first site that are counted, all of them as the ledger has them."""
    site, at, by = demo.clinic.sites[0].name, demo.ago(COUNTED), demo.actor(READER)
    named = [row.name for row in demo.clinic.places if row.site == site and row.count_every_days is not None]
    with transaction():
        places = [place_named(demo, site, name).id for name in named]
        sheet = actions.open_count(demo.sites[site].id, places, at=at, by=by)
        for line in queries.count_lines(sheet.id):
            lies = queries.locked_quantity(line.place, line.lot.id, None)
            containers = lies // (line.lot.product.content or lies)
            actions.count_line(line.row.id, sheet.id, outcome="counted", containers=containers, at=at, by=by)
        actions.close_count(sheet.id, at=at, by=by)


def _decide(demo: Demo, site: str, place: Place, at: datetime) -> None:
    """Decide on an excursion of the place once a reading has ended it."""
    by, last, span = demo.actor(DECIDER, site), queries.last_reading(place.id), queries.span_of_place(place)
    if last is None or span is None or span.side(last.tenths):
        return
    for began in queries.undecided_readings(place, span):
        with transaction():
            event = actions.open_excursion(place.id, began, at=at, by=by)
            actions.decide_excursion(event.id, decision=KEPT_IN_USE, reason=DOOR_OPEN, at=at, by=by)
