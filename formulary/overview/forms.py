"""The box at the top of every page, and how far the boards look."""

from datetime import timedelta
from typing import ClassVar

from formulary.web import fields as f
from formulary.web.forms import Form, SearchForm

AHEAD = {"14": "two weeks", "30": "30 days", "90": "90 days", "184": "half a year", "366": "a year"}


class FindForm(Form):
    """A scan, a code, a lot, a product, or a patient's name: sent, never put into the address."""

    q = f.ScanField("Find")


class ScannerForm(Form):
    """One scan of the code that is shown, to tell how the scanner is set."""

    scan = f.ScanField("Scan the code")


class HorizonForm(SearchForm):
    """How far ahead the expiry horizon looks."""

    DEFAULT: ClassVar = timedelta(days=184)

    ahead = f.ChoiceField("Look ahead", choices=f.choices(list(AHEAD.items()), empty=None), default="184")

    @property
    def within(self) -> timedelta:
        """The time ahead; half a year where nobody chose."""
        return timedelta(days=int(self.ahead.data)) if self.ahead.data else self.DEFAULT
