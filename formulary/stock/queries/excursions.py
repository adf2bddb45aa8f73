"""An opened excursion: what the readings say of it now, and what was inside its place meanwhile."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from formulary.db import db
from formulary.rules.storage import Excursion, Move, Span, Stay, stays
from formulary.stock.models import BY_VIAL, Hold, Lot, Movement, Place, TemperatureEvent, Vial
from formulary.stock.queries.movements import lots_by_id, vials_by_id
from formulary.stock.queries.temperature import excursions_of


@dataclass(frozen=True)
class Inside:
    """A lot, or what an opened vial held, that lay at a place, with its stay in the lot's steps."""

    lot: Lot
    vial: Vial | None
    stay: Stay


def excursion_of(event: TemperatureEvent, place: Place) -> Excursion | None:
    """What the readings say now of an opened excursion, against the range it left; None where they were
    corrected so that none begins there any more.
    """
    span = Span(event.low_tenths, event.high_tenths)
    found = excursions_of(place, span, since=event.started_at)
    return next((one for one in found if one.start == event.started_at), None)


def stretch_of(event: TemperatureEvent, found: Excursion | None, at: datetime) -> tuple[datetime, datetime]:
    """From the last reading inside the range to the first one inside it again, or to now: who lay there
    between was out of range as far as anybody knows.
    """
    if found is None:
        return event.since_at or event.started_at, event.ended_at or at
    return found.earliest, found.end or at


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
    """
    vial = Movement.vial_id if place.kind in BY_VIAL else db.null()
    signed = db.case((Movement.to_place_id == place.id, Movement.quantity), else_=-Movement.quantity)
    here = db.or_(Movement.from_place_id == place.id, Movement.to_place_id == place.id)
    found = stays(_there(vial, signed, here, start), _moves(vial, signed, here, start, end), start, end)
    lots = lots_by_id({stay.key[0] for stay in found})  # type: ignore[index]
    vials = vials_by_id({stay.key[1] for stay in found} - {None})  # type: ignore[index]
    rows = [Inside(lots[stay.key[0]], vials.get(stay.key[1]), stay) for stay in found]  # type: ignore[index]
    return sorted(rows, key=lambda row: (row.vial is not None, row.lot.expires_on, row.lot.id))


def _there(vial: Any, signed: Any, here: Any, start: datetime) -> dict[Any, int]:
    lies = db.func.sum(signed)
    query = db.select(Movement.lot_id, vial, lies).where(here, Movement.occurred_at <= start)
    query = query.group_by(Movement.lot_id, *([vial] if vial is Movement.vial_id else [])).having(lies > 0)
    return {(lot_id, vial_id): int(steps) for lot_id, vial_id, steps in db.session.execute(query)}


def _moves(vial: Any, signed: Any, here: Any, start: datetime, end: datetime) -> list[Move]:
    query = db.select(Movement.lot_id, vial, Movement.occurred_at, signed)
    query = query.where(here, Movement.occurred_at > start, Movement.occurred_at < end)
    rows = db.session.execute(query.order_by(Movement.occurred_at, Movement.id))
    return [Move((lot_id, vial_id), at, steps) for lot_id, vial_id, at, steps in rows]
