"""The forms of what is stated of a product or a substance, each with its source."""

from typing import Any

from formulary.catalogue.forms.rules import FigureField
from formulary.catalogue.labels.bases import BASES
from formulary.web import fields as f
from formulary.web.forms import Form


class StatementForm(Form):
    """By whose word, and why where something else is on record."""

    kind: str = ""
    said: tuple[str, ...] = ()

    source = f.TextField("Source", [f.Required()], most=400, hint="Where it can be read again.")
    reason = f.TextField("Why it takes the place of what is on record", most=400)

    def stated(self) -> dict[str, Any]:
        """What was typed, as the action takes it; figures with a point."""
        told = {name: getattr(self[name], "figure", None) or self[name].data for name in self.said}
        return {"kind": self.kind, "source": self.source.data, "reason": self.reason.data, **told}


class BasisForm(StatementForm):
    """What a strength counts."""

    kind = "basis"
    said = ("basis", "basis_kind")

    basis = f.TextField("The strength counts", [f.Required()], most=80, hint="Such as zinc, or its salt.")
    basis_kind = f.ChoiceField("That is", [f.Required()], choices=f.choices(BASES.items(), empty="Choose"))


class FactorForm(StatementForm):
    """So many mg of a salt hold so many mg of a base or an element."""

    kind = "factor"
    said = ("low", "basis", "high", "to_basis")

    low = FigureField("So many mg", [f.Required()], most=10)
    basis = f.TextField("Of this", [f.Required()], most=80, hint="Such as zinc sulfate heptahydrate.")
    high = FigureField("Hold so many mg", [f.Required()], most=10)
    to_basis = f.TextField("Of that", [f.Required()], most=80, hint="Such as zinc.")


class OsmolalityForm(StatementForm):
    """The osmolality of a product as it is drawn."""

    kind = "osmolality"
    said = ("low", "high")

    low = FigureField("From, in mOsm/kg", [f.Required()], most=10)
    high = FigureField("To, in mOsm/kg", [f.Required()], most=10, hint="The same where one figure is stated.")
