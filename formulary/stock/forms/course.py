"""How far back the stock of a product is shown."""

from typing import ClassVar

from formulary.web import fields as f
from formulary.web.forms import SearchForm

BACK = {"30": "30 days", "90": "90 days", "365": "a year"}


class CourseForm(SearchForm):
    """The days to show, up to today."""

    DEFAULT: ClassVar = 90

    back = f.ChoiceField("Show the last", choices=f.choices(list(BACK.items())), default="90")

    @property
    def days(self) -> int:
        """How many."""
        return int(self.back.data or self.DEFAULT)
