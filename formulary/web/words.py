"""How dates, times, spans and counts are written: never digits only, always with their unit."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from formulary.rules.lot_status import NOT_ON_RECORD

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
SPACE = "\N{NO-BREAK SPACE}"
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
KILO, MEGA = 1024, 1024 * 1024


def in_zone(at: datetime, zone: ZoneInfo) -> datetime:
    """The instant as the clocks of that zone show it; a naive one raises, because it is nobody's time."""
    if at.tzinfo is None:
        raise ValueError("An instant has a zone; this one has none")
    return at.astimezone(zone)


def day(on: date, zone: ZoneInfo) -> str:
    """A date, "24 Nov 2026"; of an instant the date in that zone."""
    if on == NOT_ON_RECORD:
        return "not on record"
    return f"{day_short(on, zone)}{SPACE}{_date(on, zone).year}"


def day_short(on: date, zone: ZoneInfo) -> str:
    """A date without its year, "24 Nov", where nothing is misread."""
    found = _date(on, zone)
    return f"{found.day}{SPACE}{MONTHS[found.month - 1]}"


def weekday(on: date, zone: ZoneInfo) -> str:
    """The day of the week, "Tuesday"."""
    return DAYS[_date(on, zone).weekday()]


def clock_time(at: datetime, zone: ZoneInfo) -> str:
    """A time of day, "14:10"; in the hour that the clocks show twice with its zone, "02:30 CET"."""
    local = in_zone(at, zone)
    is_twice = local.replace(fold=1 - local.fold).utcoffset() != local.utcoffset()
    return f"{local:%H:%M}{SPACE}{local:%Z}" if is_twice else f"{local:%H:%M}"


def instant(at: datetime, zone: ZoneInfo) -> str:
    """A date and a time, "24 Nov 2026, 14:10"."""
    return f"{day(at, zone)}, {clock_time(at, zone)}"


def span(length: timedelta) -> str:
    """How long: "41 s", "18 min", "5 h 58 min", "12 days"."""
    if length < MINUTE:
        return f"{length // timedelta(seconds=1)}{SPACE}s"
    if length < HOUR:
        return f"{length // MINUTE}{SPACE}min"
    if length < DAY:
        hours, minutes = divmod(length // MINUTE, 60)
        return f"{hours}{SPACE}h {minutes}{SPACE}min" if minutes else f"{hours}{SPACE}h"
    return plural(length // DAY, "day")


def distance(then: date, now: datetime, zone: ZoneInfo) -> str:
    """How far away: "in 5 h 58 min", "12 days ago", "today"; dates count whole days in that zone."""
    if not isinstance(then, datetime):
        return _days((then - in_zone(now, zone).date()).days)
    length = then - now
    if abs(length) < MINUTE:
        return "now"
    return f"in {span(length)}" if length > timedelta() else f"{span(-length)} ago"


def _days(number: int) -> str:
    if number == 0:
        return "today"
    return f"in {plural(number, 'day')}" if number > 0 else f"{plural(-number, 'day')} ago"


def plural(number: int, word: str, many: str | None = None) -> str:
    """A count with its word: "1 vial", "3 vials", "1,204 vials"."""
    return f"{number:,}{SPACE}{word if number == 1 else many or word + 's'}"


def size(most: int) -> str:
    """How large a file may be, rounded down, since "8,388,608 bytes" is read by nobody: "8 MB", "64 kB"."""
    return f"{most // MEGA:,}{SPACE}MB" if most >= MEGA else f"{most // KILO:,}{SPACE}kB"


def _date(on: date, zone: ZoneInfo) -> date:
    return in_zone(on, zone).date() if isinstance(on, datetime) else on


def utc(at: datetime) -> str:
    """The instant for machines, in a `datetime` attribute."""
    return in_zone(at, ZoneInfo("UTC")).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
