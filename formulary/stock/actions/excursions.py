"""Excursions: opened by a person, holds on what was inside, and the decision of a pharmacist."""

from collections.abc import Collection
from datetime import datetime

from formulary.accounts import Actor, Permission
from formulary.accounts.actions import next_code
from formulary.audit import record
from formulary.db import db, once
from formulary.rules.storage import Excursion
from formulary.stock import queries
from formulary.stock.actions.holds import place_hold
from formulary.stock.labels import excursions as labels
from formulary.stock.labels import temperature
from formulary.stock.models import TemperatureEvent


@once
def open_excursion(place_id: int, began: datetime, *, at: datetime, by: Actor) -> TemperatureEvent:
    """Make an event of the excursion whose first reading outside was then; the one there is, is returned."""
    by.must(Permission.PLACE_HOLD)
    place = queries.place_by_id(place_id, by.site_id)
    span = queries.span_of_place(place)
    found = queries.excursions_of(place, span, since=began) if span else []
    one = next((one for one in found if one.start == began), None)
    if there := queries.event_began(place.id, began, one.side if one else None):
        return there
    if one is None or span is None:
        raise labels.not_there_any_more(place)
    event = TemperatureEvent(
        code=next_code("X"), place_id=place.id, side=one.side, started_at=one.start, since_at=one.since,
        ended_at=one.end, extreme_tenths=one.extreme, low_tenths=span.low, high_tenths=span.high,
        opened_at=at, opened_by_id=by.person_id,
    )  # fmt: skip
    db.session.add(event)
    db.session.flush()
    new = {"excursion": event.code, "place": place.name, "began": began.isoformat(), "extreme": one.extreme}
    record("stock.open_excursion", event, by=by, at=at, new=new)
    return event


@once
def hold_inside(
    event_id: int, *, chosen: Collection[str], reason: str, at: datetime, by: Actor
) -> TemperatureEvent:
    """Place a hold on each lot ("lot-12") and vial ("vial-7") that is chosen, all of them or none.

    A hold on a lot stops it at every site; what was not inside is refused.
    """
    by.must(Permission.PLACE_HOLD)
    event, place = queries.event(event_id, by.site_id)
    found = queries.excursion_of(event, place)
    there = {_key(row) for row in queries.inside(place, *queries.stretch_of(event, found, at))}
    if not chosen:
        raise labels.nothing_chosen()
    if not set(chosen) <= there:
        raise labels.was_not_inside(event.code)
    for key in sorted(set(chosen)):
        kind, _, number = key.partition("-")
        place_hold(kind, int(number), reason=reason, source=queries.source_of_holds(event), at=at, by=by)
    new = {"excursion": event.code, "held": sorted(set(chosen))}
    record("stock.hold_inside", event, by=by, at=at, new=new, reason=reason)
    return event


@once
def decide_excursion(
    event_id: int, *, decision: str, reason: str, at: datetime, by: Actor
) -> TemperatureEvent:
    """Close an excursion or a gap: what was inside is kept in use, held, or to be wasted, and why.

    What the readings said then is kept with it; one that has grown since is decided again, and the trail
    keeps the decision before. Refused while no reading has ended it, and where something is to be held or
    wasted and no hold from this excursion stands.
    """
    by.must(Permission.RELEASE_QUARANTINE)
    event, place = queries.event(event_id, by.site_id)
    if decision not in temperature.DECISIONS:
        raise ValueError(f"{decision!r} is no decision")
    if not reason.strip():
        raise labels.no_reason()
    found = queries.excursion_of(event, place)
    if found is not None and found.end is None:
        raise labels.goes_on(event)
    if decision != temperature.KEPT_IN_USE and not queries.is_held(event):
        raise labels.not_held(event)
    if not queries.is_to_be_decided(event, place, found):
        raise labels.decided_already(event)
    closed = {"decision": decision, "reason": reason, "closed_at": at, "closed_by_id": by.person_id}
    closed |= {"known_to": queries.last_read(), **_as_found(found)}
    before = _decided(event)
    standing = db.update(TemperatureEvent).where(
        TemperatureEvent.id == event_id, TemperatureEvent.known_to.is_not_distinct_from(event.known_to)
    )
    if db.session.execute(standing.values(closed)).rowcount != 1:
        raise labels.decided_already(event)
    db.session.refresh(event)
    new = {"excursion": event.code, "decision": decision, "extreme": event.extreme_tenths}
    record("stock.decide_excursion", event, by=by, at=at, old=before, new=new, reason=reason)
    return event


def _decided(event: TemperatureEvent) -> dict[str, object] | None:
    """What was decided before on fewer readings, as the trail keeps it."""
    if event.closed_at is None:
        return None
    told = {"decision": event.decision, "reason": event.reason, "extreme": event.extreme_tenths}
    return told | {"closed_at": event.closed_at.isoformat(), "closed_by": event.closed_by_id}


def _as_found(found: Excursion | None) -> dict[str, object]:
    if found is None:
        return {}
    return {"since_at": found.since, "ended_at": found.end, "extreme_tenths": found.extreme}


def _key(row: queries.Inside) -> str:
    return f"vial-{row.vial.id}" if row.vial else f"lot-{row.lot.id}"
