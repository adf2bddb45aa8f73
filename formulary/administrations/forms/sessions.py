"""What is scanned, asked and recorded while a cocktail is given."""

import re
from datetime import date
from typing import Any

from wtforms.widgets import HiddenInput

from formulary import clock
from formulary.accounts.forms import PerhapsSignerForm
from formulary.administrations.actions import How, Laid
from formulary.administrations.forms.placed import MOST_POINTS, GaugeField, PlacedField
from formulary.administrations.labels import (
    ANAESTHETIC,
    ANGLE,
    ANYTHING_NEW,
    DEVICE,
    LAYER,
    OUTCOMES,
    TECHNIQUES,
    areas,
)
from formulary.administrations.queries import NAMES
from formulary.rules.units import Quantity
from formulary.web import fields as f
from formulary.web import site
from formulary.web.fields.base import typed
from formulary.web.forms import Form

SAID = "Not said"
OWN = "FML1:"
"""What a code of ours begins with in its DataMatrix."""
AIM = re.compile(r"^\][A-Za-z][0-9]", re.ASCII)
"""What a scanner may send before a code, to say of which kind it is."""
POINT = Quantity.of("0.05", "mL")
BORN = "As the patient says it: day, month, year. 12 Apr 1985 is 120485."
PATIENT, COCKTAIL = "P-", "C-"


def _own_in(text: object) -> str:
    """A code of ours as it is typed, or as a scanner sends it."""
    return AIM.sub("", str(text or "")).removeprefix(OWN)


def _scanned_in(text: object) -> str:
    """The code of ours that a scanner read and nothing else; "" for what was typed."""
    raw = AIM.sub("", str(text or ""))
    code = raw.removeprefix(OWN)
    return code if raw.startswith(OWN) and OWN not in code else ""


def _today() -> date:
    """The day on the site's clocks."""
    return clock.now().astimezone(site.zone()).date()


class StartForm(Form):
    """Whom, with what: the label scanned, the patient identified twice, the question asked.

    `wristband` keeps from page to page which code was scanned, and not typed.
    """

    label = f.ScanField("Label of the cocktail", [f.Required()])
    patient_code = f.IdentifierField(
        "Patient's code", [f.Required()], hint="Scan the wristband, or type it from the chart: P-12"
    )
    born_on = f.BirthField("Date of birth", [f.Required()], today=_today, hint=BORN)
    anything_new = f.OneOf(
        "Anything new since it was prescribed?", [f.Required()], choices=f.choices(ANYTHING_NEW)
    )
    wristband = f.TextField(widget=HiddenInput(), most=40)

    @property
    def goes_on(self) -> bool:
        """Whether codes are read and nothing is started: by Enter or a scanner."""
        if self.anything_new.data or (typed(self.born_on) and self.born_on.data is None):
            return False
        return self.reading or (OWN in (self.patient_code.data or "") and self.born_on.data is None)

    @property
    def whose(self) -> str:
        """The patient's code, typed or as the wristband holds it; two codes in the field are nobody's."""
        return _own_in(self.patient_code.data)

    @property
    def is_scanned(self) -> bool:
        """Whether the patient's code, as it stands in the field now, was scanned off a wristband."""
        return self.whose.startswith(PATIENT) and self.whose == self.wristband.data

    def sort_codes(self) -> None:
        """Each code to its field: a wristband scanned for the label, and a label for the wristband."""
        label, whose = _own_in(self.label.data), self.whose
        scanned = {_scanned_in(self.label.data), _scanned_in(self.patient_code.data)}
        if label.startswith(PATIENT):
            self.label.data, whose = "", label
        elif whose.startswith(COCKTAIL):
            self.label.data, whose = whose, ""
        self.patient_code.process(None, whose)
        self.patient_code.raw_data = None
        if whose in scanned:
            self.wristband.process(None, whose)
            self.wristband.raw_data = None


class PointsForm(Form):
    """Points of so much each: one by one on a picture, and so many of an area, laid out in a grid."""

    per_point = f.QuantityField("Volume per point", [f.Required()], units=("mL",), default=POINT)
    map = f.ChoiceField("Picture", choices=f.choices([(name, name) for name in NAMES]), default="face")
    placed = PlacedField("Points one by one")
    area = f.ChoiceField("Area", choices=lambda: f.choices([(a, a) for a in areas()], empty="Choose…"))
    points = f.CountField("Points", most=MOST_POINTS)
    spacing = f.QuantityField(
        "Apart", units=("mm",), least=Quantity.of("1", "mm"), most=Quantity.of("100", "mm")
    )
    layer = f.ChoiceField("Layer", choices=f.choices(LAYER.items(), empty=SAID))
    depth = f.QuantityField("Depth", units=("mm",), most=Quantity.of("100", "mm"), hint="1 to 4 expected.")
    depth_why = f.TextField("Why this depth", most=200, hint="Where it is another one.")
    angle = f.ChoiceField("Angle", choices=f.choices(ANGLE.items(), empty=SAID))
    device = f.ChoiceField("Device", choices=f.choices(DEVICE.items(), empty=SAID))
    gauge = GaugeField("Gauge", most=12, hint="30 is thin, 18 is thick.")
    technique = f.ChoiceField("Technique", choices=f.choices([(t, t) for t in TECHNIQUES], empty=SAID))
    paused_why = f.TextField("Why it is recorded during the pause", most=200)

    def validate(self, extra_validators: Any = None) -> bool:
        """An area needs a number of points, and the other way round."""
        is_valid = bool(super().validate(extra_validators))
        if bool(self.area.data) != bool(self.points.data) and not self.errors:
            field = self.points if self.area.data else self.area
            field.errors = [*field.errors, f"{field.label.text} is not filled in. The other one is."]
            return False
        return is_valid

    def laid(self) -> Laid | None:
        """So many points of an area, if that was asked for."""
        if not self.area.data:
            return None
        return Laid(self.area.data, self.points.data, self.per_point.data, self.spacing.data)

    def how(self) -> How:
        """How they were given."""
        names = ("layer", "depth", "depth_why", "angle", "device", "technique")
        return How(**{name: self[name].data for name in names}, gauge=self.gauge.number)


class AnaestheticForm(Form):
    """What was done against the pain, and when."""

    kind = f.ChoiceField(
        "Against the pain", [f.Required()], choices=f.choices(ANAESTHETIC.items(), empty=SAID)
    )
    what = f.TextField("Which", hint="As its pack says it.")
    put_on_at = f.InstantField("Put on or given at", hint="A cream is put on 20 min before.")


class PauseForm(Form):
    """Why a session is left for a while."""

    why = f.TextField("Why it is paused", [f.Required()], most=200)


class ResumeForm(Form):
    """The label and the patient again, before one goes on."""

    label = f.ScanField("Label of the cocktail", [f.Required()])
    patient_code = f.IdentifierField("Patient's code", [f.Required()])
    born_on = f.BirthField("Date of birth", [f.Required()], today=_today, hint=BORN)


class RemoveSiteForm(Form):
    """Take back a site that was entered by mistake."""

    number = f.IdField("Site")


class CloseForm(Form):
    """How it ended, and what is left; empty on purpose until somebody has read it."""

    outcome = f.OneOf("Outcome", [f.Required()], choices=f.choices(OUTCOMES))
    leftover = f.QuantityField("Left in the syringe", [f.Required()], units=("mL",), zero=True)
    reason = f.TextField("Why", most=200, hint="where it was not given whole, or the volumes do not add up")
    signer = f.FormField(PerhapsSignerForm, "Second person")
