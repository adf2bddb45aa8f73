"""Temperatures in words: readings, excursions, what was inside, and why an entry is refused."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from formulary.accounts import queries as accounts
from formulary.rules.findings import Refused, refuse
from formulary.rules.storage import COLD, UNREAD, WARM, Excursion, Reading, Span
from formulary.stock import queries
from formulary.stock.models import Place, TemperatureEvent, TemperatureReading
from formulary.web import site, words
from formulary.web.fields.figures import degrees

DEGREES = "\N{NO-BREAK SPACE}°C"
UNKNOWN_RANGE = "unknown range"
KEPT_IN_USE = "kept_in_use"
DECISIONS = {
    KEPT_IN_USE: "kept in use",
    "held": "held",
    "wasted_later": "to be wasted",
}


@dataclass(frozen=True)
class ReadingLine:
    """One reading as the table shows it; `stands` is its state with its words."""

    row: TemperatureReading
    state: str
    words: str
    by: str


@dataclass(frozen=True)
class ExcursionLine:
    """One excursion: what the readings say now, and what a person made of it."""

    excursion: Excursion | None
    event: TemperatureEvent | None
    started_at: datetime
    ended_at: datetime | None
    lasted: str
    reached: str
    state: str
    words: str


def temperature(tenths: int) -> str:
    """Tenths of a degree in words: "4.5 °C"."""
    return f"{degrees(tenths)}{DEGREES}"


def range_words(span: Span | None) -> str:
    """A range in words: "2 to 8 °C"; "unknown range" where nobody has said."""
    return UNKNOWN_RANGE if span is None else f"{degrees(span.low)} to {temperature(span.high)}"


def every_words(place: Place) -> str:
    """How often a place is read, in words."""
    interval = queries.every(place)
    return "no interval is set" if interval is None else f"at least every {words.span(interval)}"


def reading_lines(rows: Sequence[TemperatureReading], span: Span | None) -> list[ReadingLine]:
    """The readings of a page: inside the range, outside it, or of an unknown range; never fine by default."""
    gone = queries.corrected_among({row.id for row in rows})
    names = accounts.person_names({row.by_id for row in rows})
    return [ReadingLine(row, *_stands(row, span, row.id in gone), names.get(row.by_id, "")) for row in rows]


def _stands(row: TemperatureReading, span: Span | None, is_gone: bool) -> tuple[str, str]:
    if is_gone:
        return "info", "was corrected"
    return side_words(row.tenths, span)


def side_words(tenths: int, span: Span | None) -> tuple[str, str]:
    """A state and its words for a temperature against a range."""
    if span is None:
        return "unknown", UNKNOWN_RANGE
    side = span.side(tenths)
    return ("stop", f"too {side}") if side else ("pass", "within the range")


def excursion_lines(
    found: Iterable[Excursion],
    events: Iterable[TemperatureEvent],
    undecided: list[datetime],
    filled: Collection[int],
    now: datetime,
) -> list[ExcursionLine]:
    """Every excursion of the readings and every one or gap that was opened, each once, the newest first.

    `undecided` are the readings outside that no decision has known of; `filled` the gaps, by their keys, that
    were read in between since.
    """
    by_start = {(event.started_at, event.side): event for event in events}
    lines = [_line(one, by_start.pop((one.start, one.side), None), undecided, now) for one in found]
    lines += [_only_opened(event, event.id in filled, now) for event in by_start.values()]
    return sorted(lines, key=lambda line: line.started_at, reverse=True)


def _line(
    one: Excursion, event: TemperatureEvent | None, undecided: list[datetime], now: datetime
) -> ExcursionLine:
    lasted, reached = words.span(one.duration(now)), extreme(one.extreme)
    state, told = _opened(event) if event else ("stop", "not looked at")
    if one.end is None:
        told = f"goes on, {told}"
    if event is not None and event.closed_at and queries.is_open(event, one, undecided):
        state, told = "warn", f"{told}, on fewer readings than there are now: to be decided again"
    return ExcursionLine(one, event, one.start, one.end, lasted, reached, state, told)


def _only_opened(event: TemperatureEvent, is_filled: bool, now: datetime) -> ExcursionLine:
    state, told = _opened(event)
    if event.side == UNREAD and event.closed_at is None:
        state, told = ("info", f"{event.code}, read since") if is_filled else ("unknown", f"not read: {told}")
    lasted = words.span((event.ended_at or now) - event.started_at)
    reached = extreme(event.extreme_tenths)
    return ExcursionLine(None, event, event.started_at, event.ended_at, lasted, reached, state, told)


def _opened(event: TemperatureEvent) -> tuple[str, str]:
    if event.closed_at is None:
        return "warn", f"{event.code}, to be decided"
    return "info", f"{event.code}, {DECISIONS[event.decision]}"


def place_state(
    last: Reading | None, span: Span | None, *, missing: bool, waits: Collection[str] = ()
) -> tuple[str, str]:
    """How a place stands now: its last reading against its range, that one is missing, or what `waits` there
    for a decision: an "excursion", or a "gap" in the readings.
    """
    if missing:
        return "warn", "reading missing"
    state, told = ("unknown", "no reading") if last is None else side_words(last.tenths, span)
    if state == "pass" and "excursion" in waits:
        return "warn", "excursion to be decided"
    return ("unknown", "gap in the readings to be decided") if state == "pass" and waits else (state, told)


def side_of(side: str) -> str:
    """A side in words."""
    return {WARM: "too warm", COLD: "too cold"}.get(side, "not read, so nobody knows how warm")


def extreme(tenths: int | None) -> str:
    """The furthest reading in words; "unknown" of a gap, in which nobody read."""
    return "unknown" if tenths is None else temperature(tenths)


def no_range_here(place: Place) -> Refused:
    """A place on which nothing lies is neither warm nor cold."""
    why = f"Nothing is kept at {place.name}, so it has no temperature."
    return refuse("temperature.no_place", place.name, why, "Choose a place on which stock lies.")


def half_a_range() -> Refused:
    """Both ends of a range, or neither."""
    why = "A range has two ends, the lower one first."
    return refuse("temperature.half_a_range", "range", why, "Type both, or neither.", field="low_tenths")


def no_reason_for_range() -> Refused:
    """A range changes what every reading means."""
    why = "A range decides which readings are excursions, and a change of it needs a reason."
    return refuse("temperature.no_reason", "range", why, "Say who stated it, and where.", field="reason")


def implausible() -> Refused:
    """No thermometer of a clinic shows this."""
    why = "It is not between -90 and 80\N{NO-BREAK SPACE}°C."
    return refuse("temperature.implausible", "value", why, "Look at the thermometer again.", field="tenths")


def in_the_future() -> Refused:
    """A reading that nobody can have taken yet."""
    why = "It says that this was read later than now."
    return refuse("temperature.in_future", "time", why, "Correct the time.", field="taken_at")


def late_without_reason() -> Refused:
    """A late entry keeps its reason."""
    why = "It was read before now, and no reason for the late entry is given."
    remedy = "Say why it is late, or leave the time empty for now."
    return refuse("temperature.late_without_reason", "reading", why, remedy, field="late_reason")


def read_already(tenths: int) -> Refused:
    """One place has one temperature at an instant."""
    why = f"For that instant {temperature(tenths)} is on record."
    return refuse("temperature.read_already", "reading", why, "Correct the one on record.", field="taken_at")


def no_reason_for_correction() -> Refused:
    """A correction says what was wrong."""
    why = "A reading is corrected with a reason."
    return refuse("temperature.no_reason", "reading", why, "Say what was wrong.", field="reason")


def corrected_before() -> Refused:
    """Only the reading that counts is corrected."""
    why = "Somebody has corrected this reading already."
    return refuse("temperature.corrected_already", "reading", why, "Correct the newer one.")


def same_value() -> Refused:
    """Nothing would change."""
    why = "This is the value on record."
    return refuse("temperature.same", "reading", why, "Nothing is left to do.", field="tenths")


def mark_words() -> str:
    """How the site writes decimals."""
    return "comma" if site.mark() == "," else "point"
