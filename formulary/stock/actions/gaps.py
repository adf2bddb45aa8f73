"""Gaps in the readings of a place: each is opened by itself once the reading after it is recorded."""

from datetime import datetime

from formulary.accounts import Actor
from formulary.accounts.actions import next_code
from formulary.db import db
from formulary.rules.storage import UNREAD, Excursion, Span
from formulary.stock import queries
from formulary.stock.models import Place, TemperatureEvent


def open_gaps(place: Place, first: datetime, last: datetime, *, at: datetime, by: Actor) -> list[str]:
    """Open every gap beside readings that were recorded from `first` to `last`, and say their codes.

    A gap that later readings have parted is told in its parts; what was decided stays decided. Nothing where
    nobody has said the range of the place, or how often it is read.
    """
    span, every = queries.span_of_place(place), queries.every(place)
    if span is None or every is None:
        return []
    stand = db.select(Place.id).filter_by(id=place.id)
    db.session.execute(stand.with_for_update(key_share=True))  # one gap, two who read at once: told once
    found = queries.gaps_around(place.id, span, every, (first, last))
    if not found:
        return []
    known = queries.gap_events(place.id, found[0].start, found[-1].end or last)
    opened = []
    for gap in found:
        if not any(event.closed_at and _holds(event, gap) for event in known):
            event = next((one for one in known if one.started_at == gap.start), None)
            opened.append(event or _new(gap, place, span, at=at, by=by))
            opened[-1].ended_at = gap.end
    db.session.flush()
    return [event.code for event in opened]


def told_gaps(place: Place, first: datetime, last: datetime, *, at: datetime, by: Actor) -> dict[str, str]:
    """Open the gaps, and tell of them as the entry of the reading does: nothing where there is none."""
    codes = open_gaps(place, first, last, at=at, by=by)
    return {"gaps": ", ".join(codes)} if codes else {}


def _holds(event: TemperatureEvent, gap: Excursion) -> bool:
    ends = event.ended_at is not None and gap.end is not None and gap.end <= event.ended_at
    return ends and event.started_at <= gap.start


def _new(gap: Excursion, place: Place, span: Span, *, at: datetime, by: Actor) -> TemperatureEvent:
    event = TemperatureEvent(
        code=next_code("X"), place_id=place.id, side=UNREAD, started_at=gap.start, since_at=gap.since,
        low_tenths=span.low, high_tenths=span.high, opened_at=at, opened_by_id=by.person_id,
    )  # fmt: skip
    db.session.add(event)
    return event
