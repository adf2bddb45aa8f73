"""Which places need a look for how warm they were: what nobody has decided, however old, what is missing."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import aliased

from formulary.db import db
from formulary.rules.storage import COLD, UNREAD, WARM, Excursion, Span, is_missing
from formulary.stock.models import Place, TemperatureEvent, TemperatureReading
from formulary.stock.queries.temperature import counting

Between = aliased(TemperatureReading)


@dataclass(frozen=True)
class Watched:
    """A place that needs a look: an "excursion" or a "gap" in its readings that nobody has decided, or a
    reading that is "missing".

    `since` is when the oldest of them began, or the last reading there was (None: none ever).
    """

    place_id: int
    place: str
    what: str
    since: datetime | None


def watched_places(site_id: int, at: datetime) -> list[Watched]:
    """The places of a site that need a look, each once for each of the three; three queries at any size."""
    excursions, gaps = _undecided_events(site_id)
    for place_id, place, since in db.session.execute(_begun(site_id)):
        before = excursions.get(place_id)
        first = min(since, before.since) if before and before.since else since
        excursions[place_id] = Watched(place_id, place, "excursion", first)
    return [*_by_name(excursions), *_by_name(gaps), *_silent(site_id, at)]


def undecided_readings(place: Place, span: Span) -> list[datetime]:
    """When a place was read outside a range of which no decision has known, the first one first."""
    rows = _outside(Place.id == place.id, low=span.low, high=span.high)
    found = db.session.scalars(db.select(rows.c.taken_at).order_by(rows.c.taken_at))
    return list(found)


def filled_gaps(events: Iterable[TemperatureEvent]) -> set[int]:
    """Which of these are gaps that were read in between since, by their keys."""
    keys = [event.id for event in events if event.side == UNREAD]
    query = db.select(TemperatureEvent.id).where(TemperatureEvent.id.in_(keys), _was_filled())
    return set(db.session.scalars(query))


def is_open(event: TemperatureEvent, found: Excursion | None, undecided: list[datetime]) -> bool:
    """Whether an excursion is to be decided: it never was, or it has grown by readings in `undecided`."""
    if event.closed_at is None or found is None:
        return event.closed_at is None
    return any(found.start <= at and (found.end is None or at < found.end) for at in undecided)


def is_to_be_decided(event: TemperatureEvent, place: Place, found: Excursion | None) -> bool:
    """Whether an excursion waits for a decision, against the range that it left."""
    grown = event.closed_at is not None and event.side != UNREAD
    span = Span(event.low_tenths, event.high_tenths)
    return is_open(event, found, undecided_readings(place, span) if grown else [])


def last_read() -> int:
    """The key of the last reading on record, 0 where there is none."""
    return db.session.scalar(db.select(db.func.max(TemperatureReading.id))) or 0


def _by_name(found: dict[int, Watched]) -> list[Watched]:
    return sorted(found.values(), key=lambda row: row.place)


def _undecided_events(site_id: int) -> tuple[dict[int, Watched], dict[int, Watched]]:
    """The oldest opened excursion and gap of each place; a gap that was filled is none any more."""
    is_gap, filled = TemperatureEvent.side == UNREAD, _was_filled()
    query = db.select(Place.id, Place.name, is_gap, db.func.min(TemperatureEvent.started_at))
    query = query.join(TemperatureEvent, TemperatureEvent.place_id == Place.id)
    query = query.where(Place.site_id == site_id, TemperatureEvent.closed_at.is_(None))
    query = query.where(~(is_gap & filled)).group_by(Place.id, Place.name, is_gap)
    excursions, gaps = dict[int, Watched](), dict[int, Watched]()
    for place_id, place, of_gap, since in db.session.execute(query):
        row = Watched(place_id, place, "gap" if of_gap else "excursion", since)
        (gaps if of_gap else excursions)[place_id] = row
    return excursions, gaps


def _was_filled() -> Any:
    return db.exists().where(
        Between.place_id == TemperatureEvent.place_id,
        Between.taken_at > TemperatureEvent.started_at,
        Between.taken_at < TemperatureEvent.ended_at,
    )


def _begun(site_id: int) -> Any:
    """Each place with its first reading outside its range on which nobody has decided."""
    rows = _outside(*_kept_cool(site_id), low=Place.low_tenths, high=Place.high_tenths)
    query = db.select(rows.c.place_id, rows.c.place, db.func.min(rows.c.taken_at))
    return query.group_by(rows.c.place_id, rows.c.place)


def _outside(*here: Any, low: Any, high: Any) -> Any:
    """The readings outside a range that no decided excursion has known of, on each side by its own index."""
    sides = ((COLD, TemperatureReading.tenths < low), (WARM, TemperatureReading.tenths > high))
    return db.union_all(*(_on_side(side, beyond, here) for side, beyond in sides)).subquery()


def _on_side(side: str, beyond: Any, here: tuple[Any, ...]) -> Any:
    decided = db.select(TemperatureEvent.id).where(
        TemperatureEvent.place_id == TemperatureReading.place_id,
        TemperatureEvent.side == side,
        TemperatureEvent.started_at <= TemperatureReading.taken_at,
        TemperatureEvent.ended_at > TemperatureReading.taken_at,
        TemperatureEvent.known_to >= TemperatureReading.id,
    )
    newest = decided.order_by(TemperatureEvent.started_at.desc()).limit(1)
    columns = (Place.id.label("place_id"), Place.name.label("place"), TemperatureReading.taken_at)
    query = db.select(*columns).join(TemperatureReading, TemperatureReading.place_id == Place.id)
    query = query.where(*here, beyond, newest.correlate(TemperatureReading).scalar_subquery().is_(None))
    return counting(query)


def _silent(site_id: int, at: datetime) -> list[Watched]:
    """The places whose next reading is missing."""
    query = db.select(Place.id, Place.name, Place.reading_every, _last_of_place())
    query = query.where(*_kept_cool(site_id), Place.reading_every.is_not(None)).order_by(Place.name)
    return [
        Watched(row.id, row.name, "missing", row.last)
        for row in db.session.execute(query)
        if is_missing(row.last, timedelta(minutes=row.reading_every), at)
    ]


def _kept_cool(site_id: int) -> tuple[Any, ...]:
    return Place.site_id == site_id, Place.is_active, Place.low_tenths.is_not(None)


def _last_of_place() -> Any:
    newest = db.select(db.func.max(TemperatureReading.taken_at))
    newest = newest.where(TemperatureReading.place_id == Place.id)
    return newest.correlate(Place).scalar_subquery().label("last")
