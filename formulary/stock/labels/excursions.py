"""An excursion in words: what was inside, whether its own range was left, and why an act on it is refused."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from formulary.rules.findings import Refused, refuse
from formulary.rules.storage import UNREAD, Excursion, Span, span_of
from formulary.rules.units import Quantity
from formulary.stock.labels.containers import container_count
from formulary.stock.labels.temperature import DECISIONS, extreme, range_words, side_of
from formulary.stock.models import Lot, Place, TemperatureEvent, Vial
from formulary.stock.queries import Holds, Inside
from formulary.web import words

ZERO = timedelta()
CANNOT_EXCLUDE = "left before the first reading outside: cannot be excluded"


@dataclass(frozen=True)
class InsideLine:
    """Something that was inside: how much, for how long, where its own range stands, and its hold."""

    key: str
    lot: Lot
    vial: Vial | None
    most: Quantity
    containers: str
    how_long: str
    remains: bool
    own_range: str
    state: str
    words: str
    held: str

    @property
    def is_proposed(self) -> bool:
        """Whether a hold is proposed: its own range was left or is unknown, and nothing holds it yet."""
        return self.state != "pass" and not self.held

    @property
    def name(self) -> str:
        """What a hold on it stops, and why."""
        what = f"Vial {self.vial.code} of lot {self.lot.number}" if self.vial else f"Lot {self.lot.number}"
        return f"{what}, {self.lot.product.name}: {self.words}"


@dataclass(frozen=True)
class Facts:
    """An opened excursion as its readings tell it now; `is_gone` where they no longer tell of one."""

    side: str
    started_at: datetime
    since: datetime | None
    ended_at: datetime | None
    lasted: str
    reached: str
    range: str
    is_gone: bool
    decision: str
    is_gap: bool
    is_open: bool

    @property
    def goes_on(self) -> bool:
        """Whether no reading has ended it yet."""
        return self.ended_at is None and not self.is_gone


def facts(event: TemperatureEvent, found: Excursion | None, now: datetime, *, is_open: bool) -> Facts:
    """What an excursion's page says at its head; `is_open`: it waits for a decision, or for another one."""
    ended = found.end if found else event.ended_at
    return Facts(
        side=side_of(event.side),
        started_at=event.started_at,
        since=found.since if found else event.since_at,
        ended_at=ended,
        lasted=words.span((ended or now) - event.started_at),
        reached=extreme(found.extreme if found else event.extreme_tenths),
        range=range_words(Span(event.low_tenths, event.high_tenths)),
        is_gone=found is None,
        decision=DECISIONS.get(event.decision, ""),
        is_gap=event.side == UNREAD,
        is_open=is_open,
    )


def inside_lines(
    rows: Sequence[Inside], holds: Holds, furthest: int | None, start: datetime, end: datetime
) -> list[InsideLine]:
    """What was inside, each with what its own product's range says of the furthest reading."""
    return [_line(row, holds, furthest, start, end) for row in rows]


def _line(row: Inside, holds: Holds, furthest: int | None, start: datetime, end: datetime) -> InsideLine:
    lot, vial = row.lot, row.vial
    stops = holds.on(
        lot_id=lot.id, product_id=lot.product_id, vial_id=vial.id if vial else None, place_id=None
    )
    exposed = min(row.stay.length, row.stay.within(start, end))
    return InsideLine(
        f"vial-{vial.id}" if vial else f"lot-{lot.id}",
        lot,
        vial,
        lot.quantity(row.stay.most),
        "" if vial else container_count(lot.product, row.stay.most),
        words.span(exposed) if exposed > ZERO else CANNOT_EXCLUDE,
        row.stay.remains,
        lot.product.storage or "not stated",
        *own_range(lot.product.storage, furthest),
        ", ".join(hold.words for hold in stops),
    )


def own_range(stated: str, furthest: int | None) -> tuple[str, str]:
    """Whether the furthest reading lies outside what the catalogue states for a product: unknown where it
    states no two numbers, and where nobody read.
    """
    if furthest is None:
        return "unknown", "nobody knows how warm it was"
    span = span_of(stated)
    if span is None:
        return "unknown", "its own range is unknown"
    return ("stop", "its own range was left") if span.side(furthest) else ("pass", "within its own range")


def reason_for_hold(event: TemperatureEvent, place: Place, told: Facts) -> str:
    """The reason that a hold after an excursion is proposed with."""
    if told.is_gap:
        return f"Excursion {event.code}: nobody read how warm {place.name} was for {told.lasted}."
    return f"Excursion {event.code}: {place.name} was {told.side}, up to {told.reached}, for {told.lasted}."


def not_there_any_more(place: Place) -> Refused:
    """The readings were corrected since the page was opened, or the range was changed."""
    why = f"The readings of {place.name} tell of no excursion that begins then."
    return refuse("excursion.gone", place.name, why, "Look at its temperatures again.")


def nothing_chosen() -> Refused:
    """A hold on nothing."""
    return refuse(
        "excursion.nothing_chosen", "hold", "Nothing is chosen.", "Tick what to hold.", field="chosen"
    )


def was_not_inside(code: str) -> Refused:
    """Only what was inside is held for it."""
    why = "Something that was chosen was not inside."
    return refuse("excursion.not_inside", code, why, "Load the page again and choose anew.", field="chosen")


def decided_already(event: TemperatureEvent) -> Refused:
    """An excursion is decided once."""
    why = f"Somebody has decided excursion {event.code} already."
    return refuse("excursion.decided", event.code, why, "Read what they wrote.")


def no_reason() -> Refused:
    """A decision says why."""
    why = "A decision on an excursion needs a reason."
    return refuse("excursion.no_reason", "decision", why, "Say what it rests on.", field="reason")


def not_held(event: TemperatureEvent) -> Refused:
    """What is to be held or wasted must not be drawn from meanwhile."""
    why = f"No hold from excursion {event.code} stands."
    remedy = "Hold what was inside first, or decide that it is kept in use."
    return refuse("excursion.not_held", event.code, why, remedy, field="decision")


def goes_on(event: TemperatureEvent) -> Refused:
    """Nobody decides on what is not over."""
    why = f"No reading has ended excursion {event.code} yet."
    return refuse("excursion.goes_on", event.code, why, "Record a reading within the range first.")
