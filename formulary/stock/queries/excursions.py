"""An opened excursion: what the readings say of it now, and what was inside its place meanwhile."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from formulary.db import db
from formulary.rules.storage import UNREAD, Excursion, Move, Span, Stay, stays
from formulary.stock.models import BY_VIAL, Balance, Hold, Lot, Movement, Place, TemperatureEvent, Vial
from formulary.stock.queries.movements import lots_by_id, vials_by_id
from formulary.stock.queries.temperature import excursions_of, was_read_between


@dataclass(frozen=True)
class Inside:
    """A lot, or what an opened vial held, that lay at a place, with its stay in the lot's steps."""

    lot: Lot
    vial: Vial | None
    stay: Stay


def excursion_of(event: TemperatureEvent, place: Place) -> Excursion | None:
    """What the readings say now of an opened excursion, against the range it left; None where they were
    corrected so that none begins there any more. Of a gap None where it was read in between.
    """
    if event.side == UNREAD:
        return _gap_of(event)
    span = Span(event.low_tenths, event.high_tenths)
    found = excursions_of(place, span, since=event.started_at)
    return next((one for one in found if one.start == event.started_at), None)


def stretch_of(event: TemperatureEvent, found: Excursion | None, at: datetime) -> tuple[datetime, datetime]:
    """From the last reading inside the range to the first one inside it again, or to now: who lay there
    between was out of range as far as anybody knows. Where no reading inside is older, nobody knows since
    when, and it is told since anything lay there.
    """
    since, end = (event.since_at, event.ended_at) if found is None else (found.since, found.end)
    return since or _first_came(event), end or at


def _first_came(event: TemperatureEvent) -> datetime:
    came = db.select(db.func.min(Movement.occurred_at)).where(Movement.to_place_id == event.place_id)
    first: datetime | None = db.session.scalar(came)
    return event.started_at if first is None else min(first, event.started_at)


def _gap_of(event: TemperatureEvent) -> Excursion | None:
    start, end = event.started_at, event.ended_at
    if end is None or was_read_between(event.place_id, start, end):
        return None
    return Excursion(UNREAD, start, None, start, end)


def source_of_holds(event: TemperatureEvent) -> str:
    """What the holds of an excursion name as their source."""
    return f"excursion {event.code}"


def is_held(event: TemperatureEvent) -> bool:
    """Whether a hold from this excursion stands."""
    query = db.select(Hold.id).filter_by(source=source_of_holds(event), released_at=None)
    return db.session.scalar(query.limit(1)) is not None


def inside(place: Place, start: datetime, end: datetime) -> list[Inside]:
    """Everything that lay at a place between two instants by its movements: what is still there, what was
    moved away since, and what merely passed; nothing that left at `start` or came at `end`.

    It is told backwards from the balances of now, so that what happened before `start` costs nothing.
    """
    found = stays(_there(place, start), _moves(place, start, end), start, end)
    lots = lots_by_id({stay.key[0] for stay in found})  # type: ignore[index]
    vials = vials_by_id({stay.key[1] for stay in found} - {None})  # type: ignore[index]
    rows = [Inside(lots[stay.key[0]], vials.get(stay.key[1]), stay) for stay in found]  # type: ignore[index]
    return sorted(rows, key=lambda row: (row.vial is not None, row.lot.expires_on, row.lot.id))


def _there(place: Place, start: datetime) -> dict[Any, int]:
    """What lay there at an instant: the balances of now without what came and went since."""
    balances = db.select(Balance.lot_id, Balance.vial_id, Balance.quantity).filter_by(place_id=place.id)
    lies = {(lot_id, vial_id): steps for lot_id, vial_id, steps in db.session.execute(balances)}
    rows = _moved(place, Movement.occurred_at > start)
    net = db.select(rows.c.lot_id, rows.c.vial_id, db.func.sum(rows.c.steps))
    for lot_id, vial_id, steps in db.session.execute(net.group_by(rows.c.lot_id, rows.c.vial_id)):
        lies[lot_id, vial_id] = lies.get((lot_id, vial_id), 0) - int(steps)
    return {key: steps for key, steps in lies.items() if steps > 0}


def _moves(place: Place, start: datetime, end: datetime) -> list[Move]:
    rows = _moved(place, Movement.occurred_at > start, Movement.occurred_at < end)
    found = db.session.execute(db.select(rows).order_by(rows.c.occurred_at, rows.c.id))
    return [Move((lot_id, vial_id), at, steps) for lot_id, vial_id, at, steps, _ in found]


def _moved(place: Place, *when: Any) -> Any:
    """What came to a place and what went from it, below zero, each found by its own index."""
    vial = Movement.vial_id if place.kind in BY_VIAL else db.null().label("vial_id")
    parts = [
        db.select(Movement.lot_id, vial, Movement.occurred_at, steps.label("steps"), Movement.id).where(
            at_place == place.id, *when
        )
        for at_place, steps in (
            (Movement.to_place_id, Movement.quantity),
            (Movement.from_place_id, -Movement.quantity),
        )
    ]
    return db.union_all(*parts).subquery()
