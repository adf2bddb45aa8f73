"""The form of a rule that the clinic adds to the compatibility table."""

from collections.abc import Iterable
from typing import Any

from wtforms.form import BaseForm

from formulary.rules.findings import Refused
from formulary.rules.units import MASS, parse_number
from formulary.web import fields as f
from formulary.web import site
from formulary.web.fields.base import refused
from formulary.web.forms import Form

KINDS = [
    ("pair", "These two do not go together"),
    ("alone", "The one side is never mixed with anything"),
    ("handling", "To be said whenever the one side is in it"),
    ("compatible", "These two are known to go together"),
]
LEVELS = [
    ("block", "Block: nobody passes"),
    ("stop", "Stop: a second person co-signs"),
    ("warn", "Warn: a reason is given"),
    ("info", "Info: it is shown"),
]
GRADES = [
    ("H", "High: a label, a pharmacopoeia or a study that was read"),
    ("M", "Medium: a secondary text"),
    ("L", "Low: one weak text"),
]
ORDERS = [
    ("", "Not stated"),
    ("a", "The one side first"),
    ("b", "The other side first"),
    ("unknown", "It matters, and the source does not say which"),
]
MOST_HOURS = 8760


class FigureField(f.TextField):
    """A bare number such as a pH or a ratio; `figure` is its text with a point, None where nothing stands."""

    figure: str | None = None

    def pre_validate(self, form: BaseForm) -> None:
        """Read it as every number of the site is read."""
        super().pre_validate(form)
        if not self.data:
            return
        try:
            self.figure = format(parse_number(self.data, site.mark()), "f")
        except Refused as refusal:
            raise refused(refusal) from refusal


class RuleForm(Form):
    """Two sides, what it means, on which conditions, and by whose word."""

    kind = f.OneOf("What it says", [f.Required("Choose one.")], choices=f.choices(KINDS))
    a = f.ChoiceField("The one side", [f.Required("Choose what it is about.")])
    b = f.ChoiceField("The other side")
    level = f.OneOf("How far it stops", [f.Required("Choose one.")], choices=f.choices(LEVELS))
    mechanism = f.TextField("What happens", [f.Required()], most=400, hint="Such as: the base precipitates.")
    source = f.TextField("Source", [f.Required("Cite it, so that it can be read again.")], most=400)
    confidence = f.OneOf("How good it is", [f.Required("Choose one.")], choices=f.choices(GRADES))
    concentration_from = f.QuantityField("From this concentration of the one side on, per mL", units=MASS)
    concentration_below = f.QuantityField("Below this concentration of the one side, per mL", units=MASS)
    ratio_from = FigureField("From so many parts to one part of the other side", most=10)
    ratio_below = FigureField("Below so many parts to one part of the other side", most=10)
    ph_from = FigureField("From this pH of the mixture on", most=10)
    ph_below = FigureField("Below this pH of the mixture", most=10)
    kept_above_h = f.CountField("Where the mixture is kept longer than", word="hours", most=MOST_HOURS)
    condition = f.TextField("Conditions in words", most=400, hint="What no figure says. It is shown.")
    first = f.ChoiceField("Which goes into the syringe first", choices=f.choices(ORDERS))
    loosens = f.ChoiceField("In the place of a stricter row", hint="A governance entry: it says why.")
    reason = f.TextField("Why it is written", most=400)

    def offer(self, sides: Iterable[tuple[str, str]], rows: Iterable[tuple[str, str]]) -> None:
        """Say what a side may be, and which rows it could stand in the place of."""
        known = list(sides)
        self.a.choices = f.choices(known, empty="Choose")
        self.b.choices = f.choices([("any", "anything"), *known])
        self.loosens.choices = f.choices(rows, empty="It stands beside the others")

    def terms(self) -> dict[str, Any]:
        """What was said, as the action takes it."""
        words = ("kind", "a", "b", "level", "mechanism", "source", "confidence", "condition", "first")
        figures = ("ratio_from", "ratio_below", "ph_from", "ph_below")
        amounts = ("concentration_from", "concentration_below")
        return {
            **{name: self[name].data or "" for name in (*words, "loosens", "reason")},
            **{name: self[name].figure for name in figures},
            **{name: None if self[name].data is None else self[name].data.whole() for name in amounts},
            "kept_above_h": self.kept_above_h.data,
        }


class EndRuleForm(Form):
    """Why a rule of the clinic no longer holds."""

    why = f.TextField("Why", [f.Required()], most=400)
