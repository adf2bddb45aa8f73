"""What is typed when it is over: an emergency, and the second signature."""

from collections.abc import Sequence
from typing import Any

from formulary.accounts.forms import own_signature
from formulary.administrations.actions import How, Laid
from formulary.administrations.forms.placed import MOST_POINTS
from formulary.administrations.labels import LAYER, OUTCOMES, areas
from formulary.administrations.labels.afterwards import INDICATIONS
from formulary.cocktails.labels.bounds import MOST_LINES, ROUTES
from formulary.rules.units import Quantity
from formulary.web import fields as f
from formulary.web.forms import Form, SubForm

SITES = 4
"""So many areas a worksheet names at most."""


def whole(form: Any, *names: str, beside: Sequence[str] = ()) -> bool:
    """Whether all of these are typed, or none and nothing `beside`; what is missing says so at its field."""
    missing = [form[name] for name in names if not _typed(form[name])]
    nothing = len(missing) == len(names) and not any(_typed(form[name]) for name in beside)
    if not missing or nothing:
        return True
    for field in missing:
        field.errors = [*field.errors, f"{field.label.text} is missing beside what was typed with it."]
    return False


def _typed(field: Any) -> bool:
    return bool(str(getattr(field, "text", field.data) or "").strip())


class EmergencyForm(Form):
    """What was given for what: the vial's identity is asked, and whom, how much, when, by whom."""

    indication = f.ChoiceField(
        "For what", [f.Required()], choices=f.choices(INDICATIONS.items(), empty="Choose…")
    )
    scan = f.ScanField("Scan the vial", hint="The pack's code, or the code of our own label.")
    product_id = f.IdSelect("Or the product", choices=())
    lot = f.LotField("and its lot, as printed", hint="Also where the code leaves it out.")
    expires_on = f.ExpiryField("and its expiry", hint="Where the lot has several; as printed, or 06/2029.")
    which = f.OneOf("Which lot it was")
    volume = f.QuantityField(
        "How much of the product was given, undiluted",
        [f.Required()],
        units=("mL",),
        hint="Of a powder: of what it was dissolved to.",
    )
    diluent = f.LotField("Lot of the diluent", hint="Where a powder was dissolved, or a solution diluted.")
    diluent_volume = f.QuantityField("Volume of the diluent", units=("mL",))
    which_diluent = f.OneOf("Which diluent it was")
    route = f.ChoiceField("By which way", choices=f.choices(ROUTES, empty="Not said"))
    area = f.TextField("Where", most=120)
    done_at = f.InstantField("When it was given", [f.Required()])
    given_by_id = f.IdSelect("Who gave it", [f.Required()], choices=())
    words = f.NotesField("What happened, what was seen", [f.Required()], most=2000)
    reason = f.TextField("Why it is entered only now", most=200, hint="Where it is more than an hour ago.")
    sure = f.TextField("Looked at again: why it was so", most=200)

    def validate(self, extra_validators: Any = None) -> bool:
        """Refuse a diluent of which only the lot or only the volume was typed."""
        valid = super().validate(extra_validators)
        return whole(self, "diluent", "diluent_volume") and valid


class PaperLineForm(SubForm):
    """One row of a worksheet: out of which lot, how much was measured; what a powder was mixed with."""

    line = f.IdField("Line")
    lot = f.LotField("Lot", hint="Or our own label: V-0007.")
    expires_on = f.ExpiryField("Expiry", hint="Where the lot has several; as printed, or 06/2029.")
    which = f.OneOf("Which lot it was")
    measured = f.QuantityField("Measured, undiluted", units=("mL",))
    diluent = f.LotField("Lot of the diluent")
    diluent_volume = f.QuantityField("Volume of the diluent", units=("mL",))
    which_diluent = f.OneOf("Which diluent it was")

    @property
    def is_empty(self) -> bool:
        """Whether nothing was typed into this row."""
        typed = (self.lot, self.expires_on, self.measured, self.diluent, self.diluent_volume)
        return not any(map(_typed, typed))

    def validate(self, extra_validators: Any = None) -> bool:
        """Refuse a row that is filled in by half: what was used would be missing from the record."""
        valid = super().validate(extra_validators)
        mixed = ("diluent", "diluent_volume") if _typed(self.diluent) or _typed(self.diluent_volume) else ()
        printed = ("expires_on",) if _typed(self.expires_on) else ()
        return whole(self, "lot", "measured", *printed, *mixed) and valid


class PaperSiteForm(SubForm):
    """One area as the paper names it: so many points of so much, how deep and in which layer."""

    area = f.ChoiceField("Area", choices=lambda: f.choices([(a, a) for a in areas()], empty="Not said"))
    points = f.CountField("Points", most=MOST_POINTS)
    per_point = f.QuantityField("Volume per point", units=("mL",))
    layer = f.ChoiceField("Layer", choices=f.choices(LAYER.items(), empty="Not said"))
    depth = f.QuantityField("Depth", units=("mm",), most=Quantity.of("100", "mm"), hint="1 to 4 expected.")
    depth_why = f.TextField("Why this depth", most=200, hint="Where it is another one.")

    def validate(self, extra_validators: Any = None) -> bool:
        """Refuse an area of which nobody says how many points of how much it got, and a depth of no area."""
        valid = super().validate(extra_validators)
        beside = ("layer", "depth", "depth_why")
        return whole(self, "area", "points", "per_point", beside=beside) and valid

    def told(self) -> tuple[Laid, How] | None:
        """What the row says; None where nothing was typed."""
        if not self.area.data:
            return None
        how = How(layer=self.layer.data, depth=self.depth.data, depth_why=self.depth_why.data)
        return Laid(self.area.data, self.points.data, self.per_point.data), how


class LateForm(Form):
    """A worksheet on paper: its draws, who prepared, released and gave it, when, and how it ended."""

    rows = f.FieldList(f.FormField(PaperLineForm), "Draws", max_entries=2 * MOST_LINES)
    prepared_by_id = f.IdSelect("Prepared by", [f.Required()], choices=())
    prepared_at = f.InstantField("Prepared at", [f.Required()])
    released_by_id = f.IdSelect("Looked at and released by", [f.Required()], choices=())
    given_by_id = f.IdSelect("Given by", [f.Required()], choices=())
    done_at = f.InstantField("Given at", [f.Required()])
    outcome = f.OneOf("Outcome", [f.Required()], choices=f.choices(OUTCOMES))
    given = f.QuantityField("How much of the mixture was given", [f.Required()], units=("mL",), zero=True)
    leftover = f.QuantityField("Left in the syringe", units=("mL",), zero=True)
    dead_space = f.QuantityField("Kept by needle and hub", units=("mL",), zero=True)
    sites = f.FieldList(f.FormField(PaperSiteForm), "Areas", max_entries=SITES)
    words = f.TextField("What happened", most=200, hint="Where it was not given whole, say why.")
    reason = f.TextField("Why it is entered from paper", [f.Required()], most=200)
    sure = f.TextField("Looked at again: why it was so", most=200)


class CountersignForm(Form):
    """The second look, in one's own words, signed with one's own password."""

    words = f.NotesField("What you looked at, and what you think of it", [f.Required()], most=2000)
    own_secret = own_signature()
