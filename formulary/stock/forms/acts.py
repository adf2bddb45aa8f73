"""Acts on a lot or a vial: open, reconstitute, move, waste, label, release, hold."""

from datetime import date

from formulary.accounts.forms import PerhapsSignerForm
from formulary.rules.findings import Refused
from formulary.rules.units import VOLUME
from formulary.stock.labels import reasons_for
from formulary.web import fields as f
from formulary.web.fields.base import typed
from formulary.web.forms import Form
from formulary.web.gs1 import Scan

REASONS = f.choices(reasons_for("waste"), empty="Choose…")


class OpenForm(Form):
    """One container leaves the shelf; a time in the past makes it late. `scan_of` is what a code said."""

    scan = f.ScanField(
        "Code on the pack",
        hint="It fills in the serial, and tells a pack of something else. A label of ours is read too.",
    )
    place_id = f.IdSelect("From", [f.Required()])
    serial = f.TextField("Serial of the pack", most=20, hint="As printed behind SN, where it has one.")
    opened_at = f.InstantField("Opened at", hint="Leave it empty for now.")
    late_reason = f.TextField("Why it is entered late", most=400)

    scan_of: Scan | None = None

    def read(self, today: date) -> None:
        """Read the code, if there is one; what is wrong with it stands at the scan field."""
        if not (self.scan.data or self.reading):
            return
        try:
            self.scan_of = self.scan.read(today)
        except Refused as refusal:
            self.add_findings(finding.at_field("scan") for finding in refusal.findings)

    @property
    def only_reads(self) -> bool:
        """Whether the code was read and nothing is opened yet: by the scanner, or typed and sent with Enter
        before its serial is filled in. A label of ours has none to fill in.
        """
        code = self.scan_of
        return self.reading or (code is not None and not code.own and not typed(self.serial).strip())

    @property
    def own(self) -> str:
        """The label of ours that was read, or nothing."""
        return self.scan_of.own if self.scan_of else ""

    def take_over(self) -> None:
        """Let the serial of the pack stand in its field, and empty that of its code; a label of ours stays in
        it until its vial is opened.
        """
        if self.scan_of and not self.own:
            self.fill(serial=self.scan_of.serial)
            self.scan.data = ""


class ReconstituteForm(Form):
    """Diluent, its lot, volume and time; the source is `lot-<lot>-<place>` or `vial-<vial>`."""

    diluent = f.ChoiceField("Diluent", [f.Required("Choose what it is dissolved in.")])
    volume = f.QuantityField(
        "Volume of diluent", [f.Required("Type the volume that was added.")], units=VOLUME
    )
    displacement = f.QuantityField(
        "Volume the powder takes up", units=VOLUME, hint="From the label, if known."
    )
    reconstituted_at = f.InstantField("Done at", hint="Leave it empty for now.")
    late_reason = f.TextField("Why it is entered late", most=400)


class AssayForm(Form):
    """What the certificate of a lot says is in it, and who confirms it."""

    amount = f.QuantityField("The certificate says", [f.Required()])
    volume = f.QuantityField("in", [f.Required()], units=VOLUME)
    source = f.TextField("Certificate", [f.Required()], most=400, hint="Its number, who issued it, when.")
    signer = f.FormField(PerhapsSignerForm, "Second person")


class NumberForm(Form):
    """The number that the pack of a lot prints, what the correction rests on, and who read it as well."""

    number = f.LotField("Number on the pack", [f.Required("Type the lot from the pack.")])
    reason = f.TextField("What it rests on", [f.Required("Say which pack or note was read.")], most=400)
    signer = f.FormField(PerhapsSignerForm, "Second person")


class PriceForm(Form):
    """What a pack of a delivery cost; a reason where one is corrected."""

    price = f.MoneyField("Price of one pack", [f.Required("Type the price; 0 is free of charge.")])
    per_pack = f.CountField("Containers in a pack", [f.Required()])
    reason = f.TextField("Why it is corrected", most=400)
    seen_id = f.IdField()


class MoveLotForm(Form):
    """Sealed containers from place to place."""

    source_id = f.IdSelect("From", [f.Required()])
    target_id = f.IdSelect("To", [f.Required()])
    containers = f.CountField("Containers", [f.Required()])
    remark = f.TextField("Remark")


class MoveVialForm(Form):
    """An open vial with all that is in it."""

    target_id = f.IdSelect("To", [f.Required()])
    remark = f.TextField("Remark")


class WasteLotForm(Form):
    """Sealed containers, thrown away for a reason."""

    place_id = f.IdSelect("From", [f.Required()])
    containers = f.CountField("Containers", [f.Required()])
    reason = f.ChoiceField("Why", [f.Required("Choose why.")], choices=REASONS)
    stream_id = f.IdSelect("Into which bin")
    remark = f.TextField("What happened")
    signer = f.FormField(PerhapsSignerForm, "Witness")


class WasteVialForm(Form):
    """What is left in a vial, or a volume of it."""

    reason = f.ChoiceField("Why", [f.Required("Choose why.")], choices=REASONS)
    volume = f.QuantityField("Volume", units=VOLUME, hint="Leave it empty to waste all that is left.")
    stream_id = f.IdSelect("Into which bin")
    remark = f.TextField("What happened")
    signer = f.FormField(PerhapsSignerForm, "Witness")


class LabelForm(Form):
    """Labels of our own for sealed containers."""

    place_id = f.IdSelect("Which lie at", [f.Required()])
    count = f.CountField("Labels", [f.Required()], most=200)


class ReleaseLotForm(Form):
    """From quarantine to a shelf."""

    place_id = f.IdSelect("Put into", [f.Required()])
    damaged = f.YesField("Release what arrived damaged, and only that")
    remark = f.TextField("What you looked at", most=400)


class HoldForm(Form):
    """A stop, with its reason."""

    reason = f.NotesField("Why", [f.Required("Say what was seen.")])
    source = f.TextField(
        "Who says so", hint="A maker, an authority or a recall; it is shown wherever the stock is."
    )


class ReleaseHoldForm(Form):
    """The end of a stop, with its reason."""

    reason = f.NotesField("Why it ends", [f.Required("Say what was found.")])


class ExplainForm(Form):
    """Why more was used than the ledger knew of."""

    explanation = f.NotesField("What had happened", [f.Required("Say what was found out.")])
