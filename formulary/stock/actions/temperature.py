"""Ranges of places, and readings: taken by hand, and corrected by a further one."""

from datetime import datetime, timedelta

from formulary.accounts import Actor, Permission
from formulary.audit import record
from formulary.db import db, once
from formulary.stock import queries
from formulary.stock.actions.gaps import told_gaps
from formulary.stock.labels import temperature as labels
from formulary.stock.models import Place, TemperatureReading

MINUTE = timedelta(minutes=1)
COLDEST, HOTTEST = -900, 800


@once
def set_range(
    place_id: int,
    *,
    low_tenths: int | None,
    high_tenths: int | None,
    reading_every: int | None,
    reason: str,
    at: datetime,
    by: Actor,
) -> Place:
    """State between which tenths of a degree a place is kept, and how many minutes may pass between readings.

    None is unknown. Refuses half a range, one that is upside down, and a change without a reason.
    """
    by.must(Permission.MANAGE_CLINIC)
    place = queries.place_by_id(place_id, by.site_id)
    if place.kind not in queries.LIES_AT:
        raise labels.no_range_here(place)
    if (low_tenths is None) != (high_tenths is None) or (low_tenths or 0) > (high_tenths or 0):
        raise labels.half_a_range()
    if not reason.strip():
        raise labels.no_reason_for_range()
    if low_tenths is not None and high_tenths is not None:
        _plausible(low_tenths, high_tenths)
    old = {"low": place.low_tenths, "high": place.high_tenths, "every": place.reading_every}
    place.low_tenths, place.high_tenths, place.reading_every = low_tenths, high_tenths, reading_every
    new = {"low": low_tenths, "high": high_tenths, "every": reading_every}
    record("stock.temperature_range", place, by=by, at=at, old=old, new=new, reason=reason)
    db.session.flush()
    return place


@once
def record_reading(
    place_id: int,
    *,
    tenths: int,
    taken_at: datetime | None = None,
    late_reason: str = "",
    at: datetime,
    by: Actor,
) -> TemperatureReading:
    """Keep what a thermometer showed, now or at an earlier instant (then with the reason for the delay).

    Refuses the future, what no thermometer of a clinic shows, and a second value for the same instant.
    """
    by.must(Permission.RECEIVE_STOCK)
    place = queries.place_by_id(place_id, by.site_id)
    if place.kind not in queries.LIES_AT:
        raise labels.no_range_here(place)
    _plausible(tenths)
    when = taken_at or at
    _timely(when, late_reason, at)
    if said := queries.said_at(place.id, [when]):
        raise labels.read_already(said[when][-1])
    row = TemperatureReading(
        place_id=place.id, taken_at=when, tenths=tenths, source="hand", recorded_at=at, by_id=by.person_id,
        late_reason=late_reason if taken_at else "",
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    new = {"place": place.name, "taken_at": when.isoformat(), "tenths": tenths}
    new |= told_gaps(place, when, when, at=at, by=by)
    record("stock.temperature", row, by=by, at=at, new=new, reason=row.late_reason)
    return row


@once
def correct_reading(
    reading_id: int, *, tenths: int, reason: str, at: datetime, by: Actor
) -> TemperatureReading:
    """Put another value in the place of a wrong one; both stay to be read, with the reason."""
    by.must(Permission.RECEIVE_STOCK)
    wrong, place = queries.reading(reading_id, by.site_id)
    if not reason.strip():
        raise labels.no_reason_for_correction()
    if queries.is_superseded(wrong.id):
        raise labels.corrected_before()
    if tenths == wrong.tenths:
        raise labels.same_value()
    _plausible(tenths)
    row = TemperatureReading(
        place_id=place.id, taken_at=wrong.taken_at, tenths=tenths, source="hand", recorded_at=at,
        by_id=by.person_id, reason=reason, supersedes_id=wrong.id,
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    told = {"place": place.name, "taken_at": wrong.taken_at.isoformat(), "tenths": tenths}
    told |= told_gaps(place, wrong.taken_at, wrong.taken_at, at=at, by=by)
    record(
        "stock.correct_temperature", row, by=by, at=at, old={"tenths": wrong.tenths}, new=told, reason=reason
    )
    return row


def _plausible(*values: int) -> None:
    if any(not COLDEST <= tenths <= HOTTEST for tenths in values):
        raise labels.implausible()


def _timely(when: datetime, late_reason: str, at: datetime) -> None:
    if when > at:
        raise labels.in_the_future()
    if at - when >= MINUTE and not late_reason.strip():
        raise labels.late_without_reason()
