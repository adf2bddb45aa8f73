"""The field of an expiry as packs print it; digits that two people read differently are refused."""

import re
from datetime import date
from typing import Any

from wtforms.form import BaseForm
from wtforms.utils import unset_value
from wtforms.validators import ValidationError

from formulary.rules.findings import Finding, Level
from formulary.rules.lot_status import day_words, month_end
from formulary.web.fields.base import quoted, typed
from formulary.web.fields.times import FIRST, LAST, DateField
from formulary.web.words import MONTHS

FULL = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
    "november", "december",
)  # fmt: skip
NAMES = {name: n for names in (map(str.lower, MONTHS), FULL) for n, name in enumerate(names, 1)} | {"sept": 9}
PARTS = re.compile(r"[0-9]+|[A-Za-z]+", re.ASCII)
JOINTS = re.compile(r"[\s./-]*", re.ASCII)
YEAR = 4
AS_PRINTED = "As printed: 30 Jun 2029, 2029-06-30, or 06/2029 for the last day of that month."
REMEDY = "Write it as 30 Jun 2029, as 2029-06-30, or as 06/2029 for the last day of that month."


class ExpiryField(DateField):
    """An expiry typed from a pack; month and year alone are the last day of it, and a note says so."""

    kind = "expiry"
    notes: tuple[Finding, ...] = ()

    def process(self, formdata: Any, data: Any = unset_value, extra_filters: Any = None) -> None:
        """Let go of what was said of a day that stood here before, as when a scan fills in another."""
        self.notes = ()
        super().process(formdata, data, extra_filters)

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read what can be read; what cannot says why when the form is validated."""
        if not valuelist:
            return
        try:
            self.data, is_whole = read_expiry(str(valuelist[0]))
        except ValueError:
            self.data = None
        else:
            if self.data and not is_whole:
                reason = f"Month and year alone: taken as {day_words(self.data)}."
                self.notes = (Finding("expiry.month_only", "expiry", reason, "", level=Level.INFO),)

    def pre_validate(self, form: BaseForm) -> None:
        """Say what was typed, why it is no expiry, and what would be one."""
        try:
            read_expiry(typed(self))
        except ValueError as fault:
            raise ValidationError(str(fault)) from None
        super().pre_validate(form)


def read_expiry(text: str) -> tuple[date | None, bool]:
    """The last day of use, and whether the day was printed; None for nothing. ValueError says why not."""
    if not text.strip():
        return None, True
    parts = PARTS.findall(text)
    if not JOINTS.fullmatch(PARTS.sub("", text)) or len(parts) not in (2, 3):
        raise _unread(text, "is not an expiry this field can read.")
    year, month, day = _ordered(text, parts)
    _is_possible(text, year, month, day)
    end = month_end(year, month)
    return (end, False) if day is None else (date(year, month, day), True)


def _is_possible(text: str, year: int, month: int, day: int | None) -> None:
    if not 1 <= month <= len(MONTHS):
        raise _unread(text, f"has the month {month}.")
    if day == 0:
        remedy = f"Where month and year alone are printed, write {month:02}/{year}."
        raise _unread(text, "has the day 00.", remedy)
    days = month_end(year, month).day
    if day is not None and day > days:
        why = f"is no day: {FULL[month - 1].title()} {year} has {days} days."
        raise _unread(text, why, "Look at the pack again.")


def _ordered(text: str, parts: list[str]) -> tuple[int, int, int | None]:
    """Year, month and day (None where none was typed), in whichever order packs print them."""
    years = [n for n, part in enumerate(parts) if part.isdigit() and len(part) == YEAR]
    if len(years) != 1 or years[0] not in (0, len(parts) - 1):
        raise _without_year(text, parts)
    year = int(parts.pop(years[0]))
    if not FIRST.year <= year <= LAST.year:
        raise _unread(text, f"has the year {year:04}.", "Look at the pack again.")
    if years[0] == 0:  # what begins with the year goes on with the month
        parts.reverse()
    named = [part for part in parts if not part.isdigit()]
    if named:
        return _with_name(text, year, parts, named)
    if any(len(part) > 2 for part in parts):  # noqa: PLR2004 - a day or a month has two digits
        raise _unread(text, "is not an expiry this field can read.")
    if len(parts) == 1:
        return year, int(parts[0]), None
    day, month = map(int, parts)
    return _day_and_month(text, year, day, month, is_iso=years[0] == 0)


def _with_name(text: str, year: int, parts: list[str], named: list[str]) -> tuple[int, int, int | None]:
    month = NAMES.get(named[0].lower())
    days = [part for part in parts if part.isdigit()]
    if month is None or len(named) > 1 or any(len(part) > 2 for part in days):  # noqa: PLR2004 - as above
        raise _unread(text, f"has no month in it that is known here: {' '.join(named)}.")
    return year, month, int(days[0]) if days else None


def _day_and_month(text: str, year: int, day: int, month: int, *, is_iso: bool) -> tuple[int, int, int]:
    """Day first, as the countries of mesotherapy print it; the other way where only that can be meant."""
    both = all(1 <= number <= len(MONTHS) for number in (day, month))
    if not is_iso and both and day != month:
        first, second = date(year, month, day), date(year, day, month)
        raise _unread(
            text,
            f"can be read as {day_words(first)} and as {day_words(second)}. Write the month as a word.",
            "",
        )
    return (year, day, month) if not is_iso and month > len(MONTHS) >= day else (year, month, day)


def _without_year(text: str, parts: list[str]) -> ValueError:
    if all(len(part) <= 2 for part in parts if part.isdigit()) and parts[-1].isdigit():  # noqa: PLR2004 - "06/29"
        return _unread(text, "has a year of two digits. Write all four.")
    return _unread(text, "is not an expiry this field can read.")


def _unread(text: str, why: str, remedy: str = REMEDY) -> ValueError:
    return ValueError(f"{quoted(text.strip())} {why} {remedy}".strip())
