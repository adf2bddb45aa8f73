"""Acts on a lot or a vial: open, reconstitute, move, waste, label, release, hold."""

from collections.abc import Collection
from datetime import date

from formulary.accounts.forms import PerhapsSignerForm
from formulary.rules.findings import Refused
from formulary.rules.lot_status import normalise
from formulary.rules.units import VOLUME
from formulary.stock.labels import reasons_for
from formulary.stock.labels.opening_refusals import other_pack
from formulary.web import fields as f
from formulary.web.forms import Form

REASONS = f.choices(reasons_for("waste"), empty="Choose…")


class OpenForm(Form):
    """One container leaves the shelf; a time in the past makes it a late entry."""

    scan = f.ScanField("Code on the pack", hint="It fills in the serial, and tells a pack of something else.")
    place_id = f.IdSelect("From", [f.Required()])
    serial = f.TextField("Serial of the pack", most=20, hint="As printed behind SN, where it has one.")
    opened_at = f.InstantField("Opened at", hint="Leave it empty for now.")
    late_reason = f.TextField("Why it is entered late", most=400)

    def reads(self, today: date, lot: str, gtins: Collection[str]) -> bool:
        """Whether the code, where there is one, is of this lot and product; its serial fills the field.

        A code that cannot be read, or is of something else, is refused at the scan field.
        """
        if not self.scan.data:
            return True
        try:
            scan = self.scan.read(today)
            if normalise(scan.lot) != normalise(lot) or scan.gtin not in gtins:
                raise other_pack(lot)
        except Refused as refusal:
            self.add_findings(finding.at_field("scan") for finding in refusal.findings)
            return False
        self.fill(serial=scan.serial)
        self.scan.data = ""
        return True


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
