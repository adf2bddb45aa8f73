"""How warm places were: readings that count, the excursions in them, and what nobody has decided."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import aliased

from formulary.db import Missing, db
from formulary.rules.storage import UNREAD, Excursion, Reading, Span, excursions, gaps
from formulary.stock.models import Place, TemperatureEvent, TemperatureReading
from formulary.web.paging import Page, Window, page

READINGS_SIZE, MOST_EVENTS = 50, 100
LOOK_BACK, CURVE = timedelta(days=90), timedelta(days=7)
MOST_POINTS = 4_000
BY_TIME = (TemperatureReading.taken_at, TemperatureReading.id)
Later = aliased(TemperatureReading)


def span_of_place(place: Place) -> Span | None:
    """The range of a place; None where nobody has said."""
    if place.low_tenths is None or place.high_tenths is None:
        return None
    return Span(place.low_tenths, place.high_tenths)


def every(place: Place) -> timedelta | None:
    """How much time may pass between two readings; None where nobody has said."""
    return None if place.reading_every is None else timedelta(minutes=place.reading_every)


def readings_of(place_id: int, window: Window) -> Page:
    """One page of a place's readings, the newest first, those that were corrected among them."""
    query = db.select(TemperatureReading).filter_by(place_id=place_id)
    return page(query, BY_TIME, window=window, size=READINGS_SIZE)


def corrected_among(ids: Collection[int]) -> set[int]:
    """Which of these readings another one supersedes."""
    query = db.select(TemperatureReading.supersedes_id).where(TemperatureReading.supersedes_id.in_(ids))
    return {number for number in db.session.scalars(query) if number is not None} if ids else set()


def reading(reading_id: int, site_id: int) -> tuple[TemperatureReading, Place]:
    """One reading of the site with its place; Missing for another site's."""
    query = db.select(TemperatureReading, Place).join(Place, Place.id == TemperatureReading.place_id)
    query = query.where(TemperatureReading.id == reading_id, Place.site_id == site_id)
    found = db.session.execute(query).first()
    if found is None:
        raise Missing(f"No reading {reading_id}")
    return found[0], found[1]


def is_superseded(reading_id: int) -> bool:
    """Whether another reading stands in the place of this one."""
    return bool(corrected_among({reading_id}))


def said_at(place_id: int, instants: Collection[datetime]) -> dict[datetime, list[int]]:
    """Everything that was ever said of these instants, the newest word last; best asked of neighbours."""
    if not instants:
        return {}
    wanted, found = set(instants), dict[datetime, list[int]]()
    query = db.select(TemperatureReading.taken_at, TemperatureReading.tenths)
    between = TemperatureReading.taken_at.between(min(wanted), max(wanted))
    query = query.where(TemperatureReading.place_id == place_id, between).order_by(TemperatureReading.id)
    for at, tenths in db.session.execute(query):
        if at in wanted:
            found.setdefault(at, []).append(tenths)
    return found


def curve_of(place_id: int, at: datetime) -> list[Reading]:
    """The readings of the last week that count, in the order of their time."""
    query = counting(db.select(TemperatureReading.taken_at, TemperatureReading.tenths))
    query = query.where(TemperatureReading.place_id == place_id, TemperatureReading.taken_at > at - CURVE)
    rows = db.session.execute(query.order_by(TemperatureReading.taken_at.desc()).limit(MOST_POINTS)).all()
    return [Reading(*row) for row in reversed(rows)]


def last_reading(place_id: int) -> Reading | None:
    """The newest reading of a place that counts."""
    query = counting(db.select(TemperatureReading.taken_at, TemperatureReading.tenths))
    query = query.where(TemperatureReading.place_id == place_id).order_by(TemperatureReading.taken_at.desc())
    row = db.session.execute(query.limit(1)).first()
    return None if row is None else Reading(*row)


def excursions_of(place: Place, span: Span, *, since: datetime) -> list[Excursion]:
    """The excursions of a place from a range that were not over before `since`, the first one first.

    Of all readings the database hands over those outside and their neighbours: the rest changes nothing.
    """
    rows = _neighbours(_here(place.id, _inside_before(place.id, span, since)))
    beside = db.or_(*(_outside(c, span) for c in (rows.c.tenths, rows.c.before, rows.c.after)))
    told = db.select(rows.c.taken_at, rows.c.tenths).where(beside).order_by(rows.c.taken_at)
    found = excursions((Reading(*row) for row in db.session.execute(told)), span)
    return [one for one in found if one.end is None or one.end > since]


def events_of(place_id: int) -> list[TemperatureEvent]:
    """The opened excursions and gaps of a place, those to be decided first, then the newest first."""
    query = db.select(TemperatureEvent).filter_by(place_id=place_id)
    order = (TemperatureEvent.closed_at.is_not(None), TemperatureEvent.started_at.desc())
    return list(db.session.scalars(query.order_by(*order).limit(MOST_EVENTS)))


def event(event_id: int, site_id: int) -> tuple[TemperatureEvent, Place]:
    """One opened excursion of the site with its place; Missing for another site's."""
    query = db.select(TemperatureEvent, Place).join(Place, Place.id == TemperatureEvent.place_id)
    query = query.where(TemperatureEvent.id == event_id, Place.site_id == site_id)
    found = db.session.execute(query).first()
    if found is None:
        raise Missing(f"No excursion {event_id}")
    return found[0], found[1]


def event_began(place_id: int, start: datetime, side: str | None) -> TemperatureEvent | None:
    """The opened excursion that began at this instant on this side, or where None on either; no gap."""
    sides = TemperatureEvent.side == side if side else TemperatureEvent.side != UNREAD
    query = db.select(TemperatureEvent).filter_by(place_id=place_id, started_at=start).where(sides)
    return db.session.scalar(query.order_by(TemperatureEvent.id.desc()).limit(1))


def gap_events(place_id: int, start: datetime, end: datetime) -> list[TemperatureEvent]:
    """The gaps of a place that were opened and touch a stretch of time."""
    query = db.select(TemperatureEvent).filter_by(place_id=place_id, side=UNREAD)
    query = query.where(TemperatureEvent.started_at <= end, TemperatureEvent.ended_at >= start)
    return list(db.session.scalars(query))


def gaps_around(
    place_id: int, span: Span, every: timedelta, stretch: tuple[datetime, datetime]
) -> list[Excursion]:
    """The gaps between the readings from just before a stretch of time to just after it."""
    first, last = stretch
    taken = TemperatureReading.taken_at
    here = db.select(taken, TemperatureReading.tenths).where(TemperatureReading.place_id == place_id)
    before = db.session.scalar(here.with_only_columns(db.func.max(taken)).where(taken < first))
    after = db.session.scalar(here.with_only_columns(db.func.min(taken)).where(taken > last))
    query = counting(here).where(taken.between(before or first, after or last)).order_by(taken)
    return list(gaps((Reading(*row) for row in db.session.execute(query)), span, every))


def was_read_between(place_id: int, start: datetime, end: datetime) -> bool:
    """Whether there is a reading after one instant and before another."""
    taken = TemperatureReading.taken_at
    query = db.select(TemperatureReading.id).where(TemperatureReading.place_id == place_id)
    return db.session.scalar(query.where(taken > start, taken < end).limit(1)) is not None


def counting(query: Any) -> Any:
    """A query narrowed to the readings that nothing supersedes."""
    return query.where(~db.exists().where(Later.supersedes_id == TemperatureReading.id))


def _here(place_id: int, since: datetime | None) -> list[Any]:
    here: list[Any] = [TemperatureReading.place_id == place_id]
    return here if since is None else [*here, TemperatureReading.taken_at >= since]


def _neighbours(here: list[Any]) -> Any:
    taken, tenths = TemperatureReading.taken_at, TemperatureReading.tenths
    before = db.func.lag(tenths).over(order_by=taken).label("before")
    after = db.func.lead(tenths).over(order_by=taken).label("after")
    return counting(db.select(taken, tenths, before, after).where(*here)).subquery()


def _outside(tenths: Any, span: Span) -> Any:
    return db.or_(tenths < span.low, tenths > span.high)


def _inside_before(place_id: int, span: Span, since: datetime) -> datetime | None:
    """The last reading inside the range before an instant: what began outside later is seen whole from it."""
    query = counting(db.select(db.func.max(TemperatureReading.taken_at)))
    query = query.where(TemperatureReading.place_id == place_id, TemperatureReading.taken_at < since)
    return db.session.scalar(query.where(~_outside(TemperatureReading.tenths, span)))
