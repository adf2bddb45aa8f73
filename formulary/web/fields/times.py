"""The fields of dates and instants: ISO as browsers send it, the site's zone, the two nights a year."""

import re
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any

from wtforms import Field
from wtforms.form import BaseForm
from wtforms.utils import unset_value
from wtforms.validators import ValidationError
from wtforms.widgets import DateInput, DateTimeLocalInput

from formulary.web import site, words
from formulary.web.fields.base import options, quoted, typed, visible

DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})", re.ASCII)
LOCAL = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})[T ]([0-9]{2}):([0-9]{2})(?::([0-9]{2}))?", re.ASCII)
FIRST, LAST = date(1900, 1, 1), date(2100, 12, 31)
Bound = date | Callable[[], date] | None


@lru_cache(4_096)
def read_date(text: str) -> date | None:
    """The date of an ISO text between 1900 and 2100, or None; a list has the same days again and again."""
    found = DATE.fullmatch(text.strip())
    try:
        read = date(*map(int, found.groups())) if found else None
    except ValueError:
        return None
    return read if read and FIRST <= read <= LAST else None


class DateField(Field):  # type: ignore[misc]
    """A date; `earliest` and `latest` (inclusive) may be callables, because today moves on."""

    kind = "date"
    widget = DateInput()

    def __init__(
        self,
        label: str = "",
        validators: Sequence[Any] = (),
        *,
        earliest: Bound = None,
        latest: Bound = None,
        hint: str = "",
        **more: Any,
    ) -> None:
        super().__init__(label, validators, **options(hint, more))
        self.earliest, self.latest = earliest, latest

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read a strict ISO date."""
        if valuelist:
            self.data = read_date(str(valuelist[0]))

    def pre_validate(self, form: BaseForm) -> None:
        """Say what was typed, and what range is taken."""
        text = typed(self).strip()
        if text and self.data is None:
            raise ValidationError(f"{quoted(text)} {_why_no_date(text)}")
        earliest, latest = (bound() if callable(bound) else bound for bound in (self.earliest, self.latest))
        if self.data and earliest and self.data < earliest:
            raise ValidationError(
                f"{self._day(self.data)} is too early here. The first day taken is {self._day(earliest)}."
            )
        if self.data and latest and self.data > latest:
            raise ValidationError(
                f"{self._day(self.data)} is too late here. The last day taken is {self._day(latest)}."
            )

    def _day(self, on: date) -> str:
        return words.day(on, site.zone())

    def _value(self) -> str:
        return visible(typed(self)) if self.raw_data else self.data.isoformat() if self.data else ""


def _why_no_date(text: str) -> str:
    found = DATE.fullmatch(text)
    if found is None:
        return "is not a date this field can read. Write it as 2026-11-24."
    if not FIRST.year <= int(found[1]) <= LAST.year:
        return f"has a year that is not from {FIRST.year} to {LAST.year}. Look at it again."
    return "is no day of the calendar. Look at it again."


class InstantField(Field):  # type: ignore[misc]
    """A date and a time on the site's clocks; `data` is the instant in UTC.

    A time that the clocks skip is refused; one that they show twice asks which (posted as `name-fold`).
    """

    kind = "instant"
    data: datetime | None
    widget = DateTimeLocalInput()

    def __init__(
        self, label: str = "", validators: Sequence[Any] = (), *, hint: str = "", **more: Any
    ) -> None:
        super().__init__(label, validators, **options(hint, more))
        self.fold: str | None = None
        self.twice: tuple[tuple[str, str], ...] = ()

    def process(self, formdata: Any, data: Any = unset_value, extra_filters: Any = None) -> None:
        """Keep the answer to "which of the two" beside the time."""
        self.fold = formdata.get(f"{self.name}-fold") if formdata is not None else None
        super().process(formdata, data, extra_filters)

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Nothing is read before validation: messages belong there."""
        if valuelist:
            self.data = None

    def pre_validate(self, form: BaseForm) -> None:
        """Read the local time and turn it into UTC."""
        text = typed(self).strip()
        if text:
            self.data = self._instant(self._local(text), text)

    def _local(self, text: str) -> datetime:
        found = LOCAL.fullmatch(text)
        try:
            local = datetime(*(int(part or 0) for part in found.groups())) if found else None  # type: ignore[arg-type]  # noqa: DTZ001
        except ValueError:
            local = None
        if local is None or not FIRST <= local.date() <= LAST:
            raise ValidationError(
                f"{quoted(text)} is not a date and time this field can read. Write it as 2026-11-24 14:10."
            )
        return local

    def _instant(self, local: datetime, text: str) -> datetime:
        both = [local.replace(tzinfo=site.zone(), fold=fold).astimezone(UTC) for fold in (0, 1)]
        if both[0].astimezone(site.zone()).replace(tzinfo=None) != local:
            raise ValidationError(
                f"{quoted(text)} was never shown here: the clocks went forward over it. Type another time."
            )
        if both[0] == both[1]:
            return both[0]
        self.twice = tuple(
            (str(fold), f"{at.astimezone(site.zone()):%H:%M %Z}") for fold, at in enumerate(both)
        )
        if self.fold not in ("0", "1"):
            raise ValidationError(
                f"{quoted(text)} came twice here: the clocks went back over it. Choose which it was."
            )
        return both[int(self.fold)]

    def _value(self) -> str:
        if self.raw_data:
            return visible(typed(self))
        return f"{words.in_zone(self.data, site.zone()):%Y-%m-%dT%H:%M}" if self.data else ""
