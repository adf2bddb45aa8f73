"""What is scanned, asked and recorded while a cocktail is given."""

from formulary.accounts.forms import PerhapsSignerForm
from formulary.administrations.labels import ANYTHING_NEW, AREAS, OUTCOMES, TECHNIQUES
from formulary.rules.units import Quantity
from formulary.web import fields as f
from formulary.web.forms import Form

MOST_POINTS = 500
POINT = Quantity.of("0.05", "mL")


class StartForm(Form):
    """Whom, with what: the label scanned, the patient identified twice, the question asked."""

    label = f.ScanField("Label of the cocktail", [f.Required()])
    patient_code = f.IdentifierField(
        "Patient's code", [f.Required()], hint="from the wristband or the chart: P-12"
    )
    born_on = f.DateField("Date of birth", [f.Required()], hint="as the patient says it")
    anything_new = f.OneOf(
        "Anything new since it was prescribed?", [f.Required()], choices=f.choices(ANYTHING_NEW)
    )

    @property
    def is_only_a_label(self) -> bool:
        """Whether only the label was read so far: the scanner pressed the button."""
        return self.reading and not (self.patient_code.data or self.born_on.data or self.anything_new.data)


class SiteForm(Form):
    """So many points of so much in one area."""

    area = f.ChoiceField(
        "Area", [f.Required()], choices=f.choices([(area, area) for area in AREAS], empty="Choose…")
    )
    points = f.CountField("Points", [f.Required()], most=MOST_POINTS)
    per_point = f.QuantityField("Volume per point", [f.Required()], units=("mL",), default=POINT)
    technique = f.ChoiceField(
        "Technique", choices=f.choices([(t, t) for t in TECHNIQUES], empty="Not recorded")
    )
    depth = f.QuantityField("Depth", units=("mm",))


class RemoveSiteForm(Form):
    """Take back a site that was entered by mistake."""

    number = f.IdField("Site")


class CloseForm(Form):
    """How it ended, and what is left; empty on purpose until somebody has read it."""

    outcome = f.OneOf("Outcome", [f.Required()], choices=f.choices(OUTCOMES))
    leftover = f.QuantityField("Left in the syringe", [f.Required()], units=("mL",), zero=True)
    reason = f.TextField("Why", most=200, hint="where it was not given whole, or the volumes do not add up")
    signer = f.FormField(PerhapsSignerForm, "Second person")
