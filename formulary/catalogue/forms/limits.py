"""The forms of limits and syringes: what is proposed, what is signed."""

from collections.abc import Iterable
from typing import Any

from formulary.catalogue.labels.limits import LEVELS, PER, ROUTES
from formulary.rules.units import Dimension
from formulary.web import fields as f
from formulary.web.forms import Form

KINDS = [
    ("label_limit", "A limit of the label, with its edition"),
    ("clinic_limit", "A limit of the clinic's own"),
    ("highest_published", "A published figure: shown, and limits nothing"),
]
HOURS_A_DAY = 24
LONGEST = 3650


class LimitForm(Form):
    """One figure, what it is for, how far it stops, and by whose word."""

    kind = f.OneOf("What it is", [f.Required("Choose one.")], choices=f.choices(KINDS))
    in_place_of = f.IdSelect(
        "In place of",
        hint="Route, area and stretch stay those of the figure it replaces. The clinic's own in place of a "
        "label's is a governance entry.",
    )
    corrects = f.YesField(
        "What it replaces was typed by mistake",
        hint="Also a 0. It says why, and another person approves it; a label's needs no other edition then.",
    )
    dose = f.QuantityField("Highest dose", zero=True, hint="0: must not be used that way.")
    per_kg = f.QuantityField("Per kg of body weight", hint="Beside a dose, the lower of the two counts.")
    minimum = f.QuantityField("Least that has an effect")
    concentration = f.QuantityField("Highest concentration, per mL")
    volume = f.QuantityField("Highest volume of the mixture", units=("mL",))
    points = f.CountField("Most points", word="points")
    per = f.ChoiceField("What it is for", choices=f.choices(PER.items()))
    within_days = f.CountField("How long the stretch is", most=LONGEST, word="days")
    route = f.ChoiceField("Route", choices=f.choices(ROUTES.items()))
    area = f.TextField("Area", most=60, hint="Empty: every area.")
    basis = f.ChoiceField("Counted as", choices=(), hint="Where the source counts another than the strength.")
    level = f.OneOf("Beyond it", [f.Required("Choose one.")], choices=f.choices(LEVELS.items()))
    source = f.TextField("Source", [f.Required()], most=400, hint="Where it can be read again.")
    edition = f.TextField("Edition", hint="Of the label or of your own document.")
    jurisdiction = f.TextField("Country", most=60)
    valid_from = f.DateField("In force from", [f.Required()], hint="Never before the day it is approved.")
    reason = f.TextField("Why", most=400)

    def offer(
        self,
        measured_in: Dimension,
        standing: Iterable[tuple[int, str]],
        bases: Iterable[str],
        unit: str | None = None,
    ) -> None:
        """Give the figures the units of the product, its own first; say what could be replaced, counted."""
        self.basis.choices = f.choices([(basis, basis) for basis in bases], empty="As the strength is")
        for field in (self.dose, self.per_kg, self.minimum, self.concentration):
            field.offer(measured_in, unit)
        self.in_place_of.choices = f.choices(standing, empty="Nothing: it stands beside the others")

    def figures(self) -> dict[str, Any]:
        """The figures that were typed."""
        names = ("dose", "per_kg", "minimum", "concentration", "volume", "points")
        return {name: self[name].data for name in names}

    def terms(self) -> dict[str, Any]:
        """What it holds for and by whose word."""
        what = ("kind", "source", "route", "per", "area", "basis", "level")
        names = (*what, "edition", "jurisdiction", "valid_from", "reason")
        days = self.within_days.data
        told = {"within_h": days and days * HOURS_A_DAY, "corrects": bool(self.corrects.data)}
        return {name: self[name].data for name in names} | told


class WithdrawForm(Form):
    """Why what waits is not wanted."""

    reason = f.TextField("Why", [f.Required()], most=400)


class EndForm(WithdrawForm):
    """From when a limit of the clinic's own no longer holds, and why."""

    valid_from = f.DateField("No longer from", [f.Required()])


class DeviceForm(Form):
    """A syringe: what it holds, its marks, and who says so."""

    name = f.TextField("Name", [f.Required()], most=60, hint="Such as syringe 2 mL.")
    capacity = f.QuantityField("Capacity", [f.Required()], units=("mL",))
    graduation = f.QuantityField("One mark", [f.Required()], units=("mL",))
    dead_space = f.QuantityField("Dead space", units=("mL",), zero=True, hint="Empty: unknown.")
    source = f.TextField("Source", [f.Required()], most=400, hint="The maker's table, or who measured it.")
    other_sources = f.TextField("What other sources say", most=400, hint="Where they differ.")
    reason = f.TextField("Why it is changed", most=400)
    retired = f.YesField("It is not stocked any more", hint="It then measures nothing.")
    secret = f.SecretField("Your password", [f.Required("This is signed. Type your password.")])
