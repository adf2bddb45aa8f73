"""What is typed and scanned at the bench."""

from formulary.accounts.forms import PerhapsSignerForm
from formulary.preparations.actions import INSPECTED
from formulary.web import fields as f
from formulary.web.forms import Form

GIVE_BACK = ("Called away", "Vial missing", "Question to the prescriber")
WASTE = ("Particles or colour", "Wrong volume", "Contaminated", "Beyond its time", "Session called off")


class ClaimForm(Form):
    """Take a verified cocktail in hand."""


class ScanForm(Form):
    """The vial of the step: scanned, or lot and expiry typed twice where no code can be read."""

    scan = f.ScanField("Scan the vial")
    lot = f.LotField("Lot, as printed")
    expires_on = f.DateField("Expiry, as printed")
    lot_again = f.LotField("Lot, once more")
    expires_on_again = f.DateField("Expiry, once more")
    signer = f.FormField(PerhapsSignerForm, "Second person")


class MixForm(Form):
    """The diluent of a powder: which lot, how much."""

    diluent_lot_id = f.IdSelect("Diluent", [f.Required()], choices=())
    volume = f.QuantityField("Volume added", [f.Required()], units=("mL",))


class DrawForm(Form):
    """What the syringe shows; empty on purpose until somebody has read it."""

    measured = f.QuantityField("Measured", [f.Required()], units=("mL",))
    reason = f.TextField("Why it differs", most=200)
    signer = f.FormField(PerhapsSignerForm, "Second person")


class UndoForm(Form):
    """Nothing left the vial."""

    nothing_left = f.YesField("Nothing left the vial", [f.Required("Confirm that nothing left the vial.")])


class FinishForm(Form):
    """The bench work is done; what is left in single-dose vials is discarded now."""

    waste_rest = f.IdSeveral("Discard what is left in", choices=())


class ReleaseForm(Form):
    """What was looked at before release."""

    inspection = f.SeveralOf("Looked at", choices=f.choices([(what, what) for what in INSPECTED], empty=None))


class GiveBackForm(Form):
    """Leave it to others."""

    reason = f.ChoiceField("Reason", [f.Required()], choices=f.choices([(r, r) for r in GIVE_BACK]))


class WasteForm(Form):
    """Discard what was mixed."""

    reason = f.ChoiceField("Reason", [f.Required()], choices=f.choices([(r, r) for r in WASTE]))
    again = f.YesField("Prepare it again")
