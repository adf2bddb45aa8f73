"""Points one by one, one a line, as the picture writes them and as people type them; and a needle's gauge."""

import re
from typing import Any

from wtforms.form import BaseForm
from wtforms.validators import ValidationError

from formulary.administrations.actions import Placed
from formulary.rules import units
from formulary.rules.findings import Refused
from formulary.rules.injecting import LEAST_GAUGE, MOST_GAUGE, WHOLE, gauge_word
from formulary.web import fields as f
from formulary.web import site
from formulary.web.fields.base import quoted, refused

PERCENT = re.compile(r"(100|[0-9]{1,2})(?:[.,]([0-9]{1,2}))?", re.ASCII)
GAUGE = re.compile(r"([0-9]{1,2})\s*[gG]?\s*\(?(thin|thick)?\)?", re.ASCII)
MOST_POINTS = 500


class PlacedField(f.NotesField):
    """Lines of "x y volume": percents from the upper left, then mL; `points` is what was read.

    A line without a volume takes the volume per point of the form.
    """

    def __init__(self, label: str = "", **more: Any) -> None:
        super().__init__(label, most=MOST_POINTS * 30, **more)
        self.points: list[Placed] = []

    def pre_validate(self, form: BaseForm) -> None:
        """Read every line, or say which one is no point."""
        super().pre_validate(form)
        lines = [line.strip() for line in (self.data or "").splitlines() if line.strip()]
        if len(lines) > MOST_POINTS:
            raise ValidationError(f"{len(lines)} points at once are too many. Record {MOST_POINTS} at most.")
        otherwise = form["per_point"].data
        self.points = [_point(number, line, otherwise) for number, line in enumerate(lines, 1)]


class GaugeField(f.TextField):
    """A needle's gauge: a whole number, and the word that goes with it if one is typed; `number` is it."""

    number: int | None = None

    def pre_validate(self, form: BaseForm) -> None:
        """Refuse what is no gauge, and a word that says the opposite of the number."""
        super().pre_validate(form)
        if not self.data:
            return
        found = GAUGE.fullmatch(self.data)
        number = int(found[1]) if found else 0
        if found is None or not LEAST_GAUGE <= number <= MOST_GAUGE:
            raise ValidationError(
                f"{quoted(self.data)} is no gauge. Type a whole number from {LEAST_GAUGE} to {MOST_GAUGE}."
            )
        if found[2] not in (None, gauge_word(number)):
            raise ValidationError(
                f"{number}G is {gauge_word(number)}: the higher the number, the thinner the needle. "
                "Correct the number or the word."
            )
        self.number = number


def _point(number: int, line: str, otherwise: units.Quantity | None) -> Placed:
    parts = line.replace("%", " ").split()
    x, y = (_percent(part) for part in [*parts, "", ""][:2])
    if x is None or y is None:
        raise ValidationError(
            f"Line {number}, {quoted(line)}, is no point. Write x and y in percent, then the volume: "
            f"41{site.mark()}5 33 0{site.mark()}05."
        )
    volume = _volume(number, " ".join(parts[2:]), otherwise)
    return Placed((x, y), volume)


def _percent(text: str) -> int | None:
    found = PERCENT.fullmatch(text.replace(site.mark(), "."))
    at = int(found[1]) * 100 + int((found[2] or "").ljust(2, "0")) if found else None
    return at if at is not None and at <= WHOLE else None


def _volume(number: int, text: str, otherwise: units.Quantity | None) -> units.Quantity:
    if not text and otherwise is not None:
        return otherwise
    try:
        return units.parse(text, "mL", units=(units.unit("mL"),), mark=site.mark()).quantity
    except Refused as refusal:
        raise ValidationError(f"Line {number}: {refused(refusal)}") from refusal
