"""What one cell of a seed file may hold: each kind reads the text, or says what would do."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from enum import Enum
from typing import Annotated, Any, TypeVar

from formulary.rules.units import UnknownUnit
from formulary.rules.units import unit as find_unit
from formulary.seed import identifiers

Parser = Callable[[str], Any]
T = TypeVar("T")


class Unknown(Enum):
    """The file says `unknown`: nobody has established it. An empty cell says that it does not apply."""

    UNKNOWN = "unknown"


UNKNOWN = Unknown.UNKNOWN
_NUMBER = re.compile(r"(0|[1-9][0-9]{0,8})(\.[0-9]{1,6})?", re.ASCII)
_DAYS = re.compile(r"[+-][0-9]{1,4}", re.ASCII)


class BadCell(ValueError):
    """A cell that cannot be read; `remedy` says what would do."""

    def __init__(self, why: str, remedy: str) -> None:
        """Take what is wrong and what would do."""
        self.why, self.remedy = why, remedy
        super().__init__(why)


def text(cell_text: str) -> str:
    """Words, which must be there."""
    if not cell_text:
        raise BadCell("is empty", "Write what it is.")
    return cell_text


def words(cell_text: str) -> str:
    """Words, or nothing."""
    return cell_text


def number(cell_text: str) -> Decimal:
    """A plain number with a point, never a float."""
    if not _NUMBER.fullmatch(cell_text):
        raise BadCell(
            "is no plain number", "Write digits with a point, such as 12.5; the unit has its column."
        )
    return Decimal(cell_text)


def whole(cell_text: str) -> int:
    """A whole number."""
    if not re.fullmatch(r"0|[1-9][0-9]{0,8}", cell_text, re.ASCII):
        raise BadCell("is not a whole number", "Write digits only.")
    return int(cell_text)


def yes_no(cell_text: str) -> bool:
    """yes or no."""
    return one_of("yes", "no")(cell_text) == "yes"


def iso_date(cell_text: str) -> date:
    """A date as 2026-11-30."""
    try:
        return date.fromisoformat(cell_text)
    except ValueError as fault:
        raise BadCell("is not a date", "Write it as 2026-11-30.") from fault


def date_or_days(cell_text: str) -> date | timedelta:
    """A date, or days from the day of seeding as +20 or -5."""
    return timedelta(days=int(cell_text)) if _DAYS.fullmatch(cell_text) else iso_date(cell_text)


def unit(cell_text: str) -> str:
    """The code of a unit that a clinic writes, or `units` of activity."""
    try:
        if cell_text != "units":
            find_unit(cell_text)
    except UnknownUnit as fault:
        raise BadCell("is not a unit of the table", "Write mcg, mg, g, mL, IU or units.") from fault
    return cell_text


def unii(cell_text: str) -> str:
    """A UNII whose check character is right."""
    if not identifiers.is_unii(cell_text):
        raise BadCell("fails the check character of a UNII", "Copy all ten characters again.")
    return cell_text


def cas(cell_text: str) -> str:
    """A CAS number, as text, whose check digit is right."""
    if not identifiers.is_cas(cell_text):
        raise BadCell(
            "fails the check digit of a CAS number",
            "Copy it again as text, such as 6493-05-6: spreadsheets turn such numbers into dates.",
        )
    return cell_text


def gtin(cell_text: str) -> str:
    """A GTIN of fourteen digits whose check digit is right."""
    if not identifiers.is_gtin(cell_text):
        raise BadCell("fails the check digit of a GTIN", "Copy all fourteen digits again.")
    return cell_text


def one_of(*allowed: str) -> Parser:
    """One of these words."""

    def parse(cell_text: str) -> str:
        if cell_text not in allowed:
            raise BadCell("is not one of the words of this column", f"Write {' or '.join(allowed)}.")
        return cell_text

    return parse


def or_nothing(parse: Parser) -> Parser:
    """An empty cell is None: it does not apply."""
    return lambda cell_text: parse(cell_text) if cell_text else None


def or_unknown(parse: Parser) -> Parser:
    """`unknown` is UNKNOWN, an empty cell None."""
    return lambda cell_text: UNKNOWN if cell_text == "unknown" else or_nothing(parse)(cell_text)


def several(parse: Parser = text, mark: str = ";") -> Parser:
    """Any number of values, parted by a mark."""
    return lambda cell_text: tuple(parse(part.strip()) for part in cell_text.split(mark)) if cell_text else ()


def known(value: "T | Unknown | None") -> "T | None":
    """The value, or None where it is unknown or does not apply."""
    return None if isinstance(value, Unknown) else value


Text = Annotated[str, text]
Words = Annotated[str, words]
Whole = Annotated[int, whole]
YesNo = Annotated[bool, yes_no]
Figure = Annotated[Decimal | Unknown | None, or_unknown(number)]
Hours = Annotated[int | Unknown | None, or_unknown(whole)]
MaybeText = Annotated[str | Unknown | None, or_unknown(text)]
MaybeUnit = Annotated[str | Unknown | None, or_unknown(unit)]
Several = Annotated[tuple[str, ...], several()]
