"""What is typed and scanned at the bench."""

from formulary.accounts.forms import PerhapsSignerForm, own_signature
from formulary.patients.forms import photo_field
from formulary.preparations.actions import INSPECTED, REASONS
from formulary.preparations.labels import STORAGES
from formulary.web import fields as f
from formulary.web.fields.base import typed
from formulary.web.forms import Form

PAPERS = {"label": "label stock, 90 by 50 mm", "a4": "a sheet of A4"}
GIVE_BACK = ("Called away", "Vial missing or damaged", "Question to the prescriber", "Taken by mistake")
TAKE_OVER = ("End of their shift", "Called away", "Taken ill", "They asked me to")
ANOTHER = (
    "Too little left in it",
    "Broken or spilt",
    "Not where it should be",
    "On hold or past its time",
    "Does not look as it should",
)


class ClaimForm(Form):
    """Take a verified cocktail in hand."""


class ScanForm(Form):
    """The vial of the step, scanned."""

    scan = f.ScanField("Scan the vial")


class ByHandForm(Form):
    """Lot and expiry typed twice, where no code can be read; a second person where the site asks for one."""

    lot = f.LotField("Lot, as printed", [f.Required()])
    expires_on = f.ExpiryField("Expiry, as printed", [f.Required()], hint=f.AS_PRINTED)
    lot_again = f.LotField("Lot, once more", [f.Required()])
    expires_on_again = f.ExpiryField("Expiry, once more", [f.Required()])
    signer = f.FormField(PerhapsSignerForm, "Second person")


class MixForm(Form):
    """What a powder was mixed with: the diluent's lot, chosen or scanned, how much, and when."""

    scan = f.ScanField("Scan the diluent")
    diluent_lot_id = f.IdSelect("Diluent and its lot", choices=())
    volume = f.QuantityField("Volume added", [f.Required()], units=("mL",))
    displacement = f.QuantityField("Volume the powder adds", units=("mL",), hint="where the label states it")
    mixed_at = f.InstantField("Mixed at, if not now")
    late_reason = f.TextField("Why it is entered late", most=400)

    @property
    def reads_the_diluent(self) -> bool:
        """Whether a code was read so far and no volume: by the scanner, or typed and sent with Enter."""
        return self.reading or bool(self.scan.data and not typed(self.volume))


class DrawForm(Form):
    """What the syringe shows; empty on purpose until somebody has read it."""

    measured = f.QuantityField("Measured in the syringe", [f.Required()], units=("mL",))
    scan = f.ScanField("Or scan the vial once more")
    photo = photo_field("Photo of the syringe")
    reason = f.TextField("Why it is kept", most=200)
    signer = f.FormField(PerhapsSignerForm, "Second person")


class AnotherForm(Form):
    """Another vial for the rest of a step, or for all of it."""

    from_this = f.QuantityField("Still drawn from this vial", units=("mL",))
    reason = f.ChoiceField(
        "Why", [f.Required()], choices=f.choices([(r, r) for r in ANOTHER], empty="Choose…")
    )


class UndoForm(Form):
    """Nothing left the vial."""

    nothing_left = f.YesField("Nothing left the vial", [f.Required("Confirm that nothing left the vial.")])


class FinishForm(Form):
    """The bench work is done; what is left in single-dose vials is discarded now."""

    storage = f.OneOf(
        "Kept until it is given", [f.Required()], choices=f.choices(STORAGES.items()), default="room"
    )
    waste_rest = f.IdSeveral("Discard what is left in", choices=())
    own_secret = own_signature()


class ReleaseForm(Form):
    """What was looked at before release, and who releases where it is not the person signed in."""

    inspection = f.SeveralOf("Looked at, and as it should be", choices=f.choices([(w, w) for w in INSPECTED]))
    total = f.QuantityField(
        "What the syringe holds", units=("mL",), hint="Read it anew; in all, where there are several."
    )
    own_secret = own_signature()
    signer = f.FormField(PerhapsSignerForm, "Released by")


class PrintForm(Form):
    """On which paper the labels are printed."""

    paper = f.OneOf("Paper", choices=f.choices(PAPERS.items()), default="label")


class TakeOverForm(Form):
    """Go on with what another person is preparing."""

    reason = f.ChoiceField(
        "Why", [f.Required()], choices=f.choices([(r, r) for r in TAKE_OVER], empty="Choose…")
    )
    own_secret = own_signature()


class GiveBackForm(Form):
    """Leave it to others."""

    reason = f.ChoiceField(
        "Why", [f.Required()], choices=f.choices([(r, r) for r in GIVE_BACK], empty="Choose…")
    )


class WasteForm(Form):
    """Discard what was mixed, and what is left of the vials opened for it."""

    reason = f.ChoiceField(
        "Why",
        [f.Required()],
        choices=f.choices([(k, words) for k, (words, _) in REASONS.items()], empty="Choose…"),
    )
    again = f.YesField("Prepare it again", hint="the cocktail goes back to the bench as verified")
    waste_rest = f.IdSeveral("Discard what is left in", choices=())
    signer = f.FormField(PerhapsSignerForm, "Witness")
    remark = f.TextField(
        "What you did and saw", most=200, hint="In the place of a witness, where you work alone."
    )
