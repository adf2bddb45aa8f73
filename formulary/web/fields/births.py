"""A date of birth as it is said and typed: day, month and year in digits, not chosen from a calendar."""

import re
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from wtforms.validators import ValidationError
from wtforms.widgets import TextInput

from formulary.web.fields.base import quoted, typed
from formulary.web.fields.times import DateField, read_date

SAID = re.compile(r"([0-9]{2})[ ./-]?([0-9]{2})[ ./-]?([0-9]{2}|[0-9]{4})", re.ASCII)
TWO = 2
"""So many digits of a year do not say the century."""
EXAMPLE = "12 Apr 1985 is 120485 or 12041985"


class BirthField(DateField):
    """A date of birth: `120485`, `12041985`, `12.04.1985` or ISO; the day comes first, always.

    Two digits of a year are the latest such year in which the day is not still to come, so whoever is a
    hundred or older is typed with four. It is compared with a record, never kept from here.
    """

    kind = "birth"
    widget = TextInput()

    def __init__(
        self, label: str = "", validators: Sequence[Any] = (), *, today: Callable[[], date], **more: Any
    ) -> None:
        super().__init__(label, validators, **more)
        self.today = today

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read the day, the month and the year."""
        if valuelist:
            text = str(valuelist[0])
            self.data = read_date(text) or read_birth(text, self.today())

    def pre_validate(self, form: Any) -> None:
        """Say what was typed, and how it is written."""
        text = typed(self).strip()
        if text and self.data is None:
            raise ValidationError(
                f"{quoted(text)} is not a date of birth this field can read. Day, month, year: {EXAMPLE}."
            )


def read_birth(text: str, today: date) -> date | None:
    """The date of day, month and year in digits, not after `today`; None where there is no such day."""
    found = SAID.fullmatch(text.strip())
    if found is None:
        return None
    day, month, year = found.groups()
    years = (f"20{year}", f"19{year}") if len(year) == TWO else (year,)
    read = (read_date(f"{each}-{month}-{day}") for each in years)
    return next((on for on in read if on is not None and on <= today), None)
