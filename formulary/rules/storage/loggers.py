"""The file of a temperature logger: a row at a time, each read or refused with its reason, never guessed."""

import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from fractions import Fraction
from zoneinfo import ZoneInfo

from formulary.rules.units import Rounding, round_fraction

TENTHS = 10
COLDEST, HOTTEST = -900, 800
TIME_NAMES = ("time", "date", "timestamp", "date/time", "date time", "datetime")
VALUE_NAMES = ("value", "temperature", "temp", "celsius")
TIME = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})[T ]([0-9]{2}):([0-9]{2})(?::([0-9]{2}))?(Z|[+-][0-9]{2}:[0-9]{2})?",
    re.ASCII,
)
VALUE = re.compile(r"([-\N{MINUS SIGN}]?)([0-9]{1,4})(?:([.,])([0-9]{1,6}))?", re.ASCII)
MIDWINTER = datetime(2026, 1, 1, tzinfo=UTC)
MIDSUMMER = datetime(2026, 7, 1, tzinfo=UTC)
LONGEST = 60


class Clocks(StrEnum):
    """How the clock of a logger runs."""

    SITE = "site"
    STANDARD = "standard"
    UTC = "utc"


@dataclass(frozen=True, slots=True)
class Logged:
    """One row that could be read; `rounded` where it said more than a tenth of a degree."""

    row: int
    at: datetime
    tenths: int
    rounded: bool = False


@dataclass(frozen=True, slots=True)
class BadRow:
    """One row that could not be read: its number in the file, what it says, and why it is not taken."""

    row: int
    text: str
    why: str


class _Unreadable(Exception):
    pass


def read_rows(
    lines: Iterable[str], *, clocks: Clocks, zone: ZoneInfo, mark: str
) -> Iterator[Logged | BadRow]:
    """Every row of a file with the columns time and value, in the order of the file.

    Columns are parted by a semicolon, a tab or a comma; a first row with their names may say which is which.
    """
    source = iter(lines)
    first = next((line for line in source if line.strip()), "")
    parted = next((sign for sign in (";", "\t", ",") if sign in first), ",")
    columns, has_names = _columns([cell.strip() for cell in first.split(parted)])
    reader = _Reader(columns, clocks, zone, mark)
    if first and not has_names:
        yield reader.row(1, next(csv.reader([first], delimiter=parted)))
    for number, cells in enumerate(csv.reader(source, delimiter=parted), 2):
        if any(cell.strip() for cell in cells):
            yield reader.row(number, cells)


def read_value(text: str, mark: str) -> tuple[int, bool]:
    """Tenths of a degree, and whether a finer figure was rounded to them (half away from zero).

    Raises ValueError with the reason: no number, the other decimal mark, outside -90 to 80 °C.
    """
    found = VALUE.fullmatch(text.strip())
    if found is None:
        raise ValueError("the value is no number")
    sign, whole, written, part = found.groups()
    if written not in (None, mark):
        words = "comma" if written == "," else "point"
        raise ValueError(f"the value has a decimal {words}, which this site does not write")
    exact = Fraction(f"{'-' if sign else ''}{whole}.{part or 0}") * TENTHS
    tenths = round_fraction(exact, Rounding.HALF_UP)
    if not COLDEST <= exact <= HOTTEST:
        raise ValueError("the value is not between -90 and 80 °C")
    return tenths, exact != tenths


def _columns(names: list[str]) -> tuple[tuple[int, int, int], bool]:
    """Where time and value stand, how many columns there are, and whether this row names them."""
    plain = [name.strip('"').casefold() for name in names]
    times = [n for n, name in enumerate(plain) if name in TIME_NAMES]
    values = [n for n, name in enumerate(plain) if name.split(" ")[0].split("(")[0] in VALUE_NAMES]
    if len(times) == len(values) == 1:
        return (times[0], values[0], len(names)), True
    return (0, 1, 2), False


@dataclass(frozen=True, slots=True)
class _Reader:
    """Where the columns stand, and how times and values are written."""

    columns: tuple[int, int, int]
    clocks: Clocks
    zone: ZoneInfo
    mark: str

    def row(self, number: int, cells: list[str]) -> Logged | BadRow:
        time, value, count = self.columns
        try:
            if len(cells) != count:
                raise _Unreadable(f"it has {len(cells)} columns and not {count}")
            at = _instant(cells[time].strip(), self.clocks, self.zone)
            return Logged(number, at, *read_value(cells[value], self.mark))
        except (_Unreadable, ValueError) as fault:
            return BadRow(number, " | ".join(cells)[:LONGEST], str(fault))


def _instant(text: str, clocks: Clocks, zone: ZoneInfo) -> datetime:
    found = TIME.fullmatch(text)
    if found is None:
        raise _Unreadable("the time cannot be read; write it as 2026-11-24 14:10")
    try:
        told = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        raise _Unreadable("there is no such time") from None
    if told.tzinfo is not None:
        return told.astimezone(UTC)
    if clocks is Clocks.UTC:
        return told.replace(tzinfo=UTC)
    if clocks is Clocks.STANDARD:
        return (told - standard_offset(zone)).replace(tzinfo=UTC)
    return _on_site_clocks(told, zone)


def standard_offset(zone: ZoneInfo) -> timedelta:
    """How far the clocks of a zone go before UTC while they are not set forward."""
    ahead = [moment.astimezone(zone).utcoffset() for moment in (MIDWINTER, MIDSUMMER)]
    return min(offset for offset in ahead if offset is not None)


def _on_site_clocks(told: datetime, zone: ZoneInfo) -> datetime:
    both = [told.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)]
    if both[0].astimezone(zone).replace(tzinfo=None) != told:
        raise _Unreadable("the clocks went forward over this time; it was never shown")
    if both[0] != both[1]:
        raise _Unreadable(
            "the clocks went back over this time; it came twice, and the file does not say which"
        )
    return both[0]
