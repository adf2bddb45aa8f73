"""A delivery: the scan, what the pack says, how sure each of that is, and what came with it."""

import hashlib
from datetime import date

from formulary.accounts.forms import PerhapsSignerForm
from formulary.rules.findings import Refused
from formulary.web import fields as f
from formulary.web.forms import Form
from formulary.web.gs1 import Scan

PRINTED = ("product_id", "number", "expires_on")
CONFIRM = {"product_id": "product", "number": "lot", "expires_on": "expiry"}


class ReceiveForm(Form):
    """Scan first; what a trusted scan says is taken whole, anything else is compared with the pack.

    Without a scan lot and expiry are typed twice. `scan_of` is what the code said, `known_as` the product
    that it names here (None while the code is new).
    """

    scan = f.ScanField("Code on the pack")
    was_read = f.IdentifierField("What the form was filled from", most=64)
    by_hand = f.YesField("The pack has no code that can be read")
    product_id = f.IdSelect("Product", [f.Required("Choose the product.")])
    number = f.LotField("Lot", [f.Required("Type the lot from the pack.")])
    number_again = f.LotField("Lot, once more")
    expires_on = f.ExpiryField("Expires", [f.Required("Type the expiry from the pack.")], hint=f.AS_PRINTED)
    expires_on_again = f.ExpiryField("Expires, once more")
    compared_product_id = f.YesField("I compared the product with the pack")
    compared_number = f.YesField("I compared the lot with the pack")
    compared_expires_on = f.YesField("I compared the expiry with the pack")
    packs = f.CountField("Packs", [f.Required("Say how many packs came.")])
    per_pack = f.CountField("Containers in a pack", [f.Required("Say how many one pack holds.")], default=1)
    place_id = f.IdSelect("Put into", [f.Required("Choose a place.")])
    order_line_id = f.IdSelect("Order that it fills")
    supplier = f.TextField("Supplier", [f.Required("Say who delivered it.")])
    note_number = f.IdentifierField("Delivery note")
    price = f.MoneyField("Price of one pack", hint="Empty while nobody knows it; it can be recorded later.")
    arrived_at_tenths = f.DegreesField("Temperature on arrival", hint="As measured at the door, if it was.")
    damage = f.TextField("Damage", most=400, hint="What is broken, wet or dented; empty where nothing is.")
    remark = f.TextField("Remark", most=400)
    second_record = f.YesField("Another lot than the one on record")
    signer = f.FormField(PerhapsSignerForm, "Second person")

    OF_THE_DELIVERY = ("supplier", "note_number", "arrived_at_tenths")
    scan_of: Scan | None = None
    known_as: int | None = None

    def read(self, today: date) -> None:
        """Read the scan, if there is one; what is wrong with it stands at the scan field."""
        if not self.scan.data:
            return
        try:
            self.scan_of = self.scan.read(today)
        except Refused as refusal:
            self.add_findings(finding.at_field("scan") for finding in refusal.findings)

    @property
    def fingerprint(self) -> str:
        """Names the code that the form is filled from, so that reading it again leaves corrections alone."""
        return hashlib.sha256((self.scan.data or "").encode()).hexdigest()

    @property
    def is_new_code(self) -> bool:
        """Whether "Read" was pressed on another code than the one the form is filled from."""
        return self.reading and self.was_read.data != self.fingerprint

    def fill_blanks(self, **answers: object) -> None:
        """Fill in what an order says, only where nothing was typed and the code said nothing."""
        if self.known_as is not None:
            answers.pop("per_pack", None)
        self.fill(**{name: answer for name, answer in answers.items() if self._is_blank(name)})

    def _is_blank(self, name: str) -> bool:
        field = self[name]
        typed = any(str(text).strip() for text in field.raw_data or ())
        return not typed and field.data in {None, "", field.default}

    def follow_fix(self) -> None:
        """A button that corrects lot or expiry corrects what was typed the second time as well."""
        name, _ = self.fix or ("", "")
        if name in {"number", "expires_on"}:
            self.fill(**{f"{name}_again": self[name].data})

    @property
    def is_filled(self) -> bool:
        """Whether the rest of the form is to be seen: after a scan, or by hand."""
        return self.scan_of is not None or bool(self.by_hand.data)

    @property
    def unsure(self) -> tuple[str, ...]:
        """The fields that are not just what a trusted scan said, and so are compared with the pack."""
        scan = self.scan_of
        if scan is None:
            return ()
        said = {"product_id": self.known_as, "number": scan.lot, "expires_on": scan.expires_on}
        return tuple(n for n in PRINTED if not (scan.trusted and said[n] and said[n] == self[n].data))

    @property
    def grade(self) -> str:
        """How sure the lot is: scanned, compared with the pack, or typed twice."""
        if self.scan_of is None:
            return "typed"
        return "compared" if self.unsure else "scanned"

    def validate(self, extra_validators: object = None) -> bool:
        """The fields by themselves, then what must be compared or typed twice."""
        fine = super().validate(extra_validators) and not self.errors
        return all([fine, self._typed_twice() if self.scan_of is None else self._compared()])

    def _compared(self) -> bool:
        missing = [name for name in self.unsure if not self[f"compared_{name}"].data]
        for name in missing:
            self._say(f"compared_{name}", f"Compare the {CONFIRM[name]} with the pack and tick it.")
        return not missing

    def _typed_twice(self) -> bool:
        differing = [
            name for name in ("number", "expires_on") if self[name].data != self[f"{name}_again"].data
        ]
        for name in differing:
            self._say(
                f"{name}_again",
                f"The {CONFIRM[name]} differs from what was typed first. Look at the pack again.",
            )
        return not differing

    def _say(self, name: str, words: str) -> None:
        self[name].errors = [*self[name].errors, words]
