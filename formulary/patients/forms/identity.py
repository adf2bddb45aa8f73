"""Who a patient is: to register, to edit, to find, to open in an emergency."""

import re
from typing import Any

from formulary.web import fields as f
from formulary.web.forms import Form

SEXES = [("unknown", "Not recorded"), ("female", "Female"), ("male", "Male"), ("other", "Other")]
WRISTBAND = re.compile(r"(?:\][A-Za-z][0-9])?FML1:(P-[0-9]{1,9})", re.ASCII)


class PatientForm(Form):
    """The identity of a patient as people have it: one name, in any script."""

    name = f.TextField("Name", [f.Required()], hint="As the patient writes it.")
    born_on = f.DateField("Date of birth", [f.Required()], hint="The second identifier, beside our own code.")
    sex = f.ChoiceField("Sex", choices=f.choices(SEXES), default="unknown")
    record_number = f.IdentifierField("Record number", [f.Optional()], hint="Of another system.")
    phone = f.TextField("Telephone", [f.Optional()], most=60)


class RegisterForm(PatientForm):
    """A new patient; those who look alike are declared other people, one by one."""

    others = f.IdSeveral("Is it one of these?")


class AdmitForm(Form):
    """A patient of another site, by both identifiers, to be taken into the care of this one."""

    patient = f.IdField()
    name = f.TextField("Name", [f.Required()])
    born_on = f.DateField("Date of birth", [f.Required()])


class FindForm(Form):
    """What is known of a patient: a part of the name, a code, a record number, a birth date."""

    q = f.TextField("Name, code, record number or telephone")
    born_on = f.DateField("Date of birth", [f.Optional()])

    def validate(self, extra_validators: Any = None) -> bool:
        """One of the two must be told; everybody at once is no search."""
        sound: bool = super().validate(extra_validators)
        if sound and not (self.q.data or self.born_on.data):
            self.q.errors = ["Nothing was typed. Type a part of the name, or the date of birth."]
        return sound and not self.errors

    @property
    def wristband(self) -> str:
        """The code of the patient whose wristband was scanned into the box; empty where words were typed."""
        scanned = WRISTBAND.fullmatch(self.q.data or "")
        return scanned[1] if scanned else ""

    @property
    def wanted(self) -> str:
        """What is searched for; of a wristband that was scanned into the box its code."""
        return self.wristband or self.q.data or ""

    def told(self) -> str:
        """What was searched by, for the access log, without the words themselves."""
        by = [name for name, field in (("text", self.q), ("date of birth", self.born_on)) if field.data]
        return f"by {' and '.join(by)}" if by else "by nothing"


class MergeForm(Form):
    """The other record of a person, by both identifiers; then which of the two is kept, and why."""

    identifier = f.TextField(
        "Code or whole name",
        [f.Required()],
        hint="As it stands in the other record; a part does not do here.",
    )
    born_on = f.DateField("Date of birth", [f.Required()], hint="As it stands in the other record.")
    keep = f.OneOf("Which record is kept", [f.Optional()], choices=())
    reason = f.NotesField("How you know that it is one person", most=400)

    def offer(self, this: Any, other: Any | None) -> None:
        """Offer the two records to be kept, this one beforehand; a first look has found no other yet."""
        rows = [row for row in (this, other) if row is not None]
        self.keep.choices = f.choices([(row.id, row.code) for row in rows])
        self.keep.data = self.keep.data or str(this.id)

    def is_complete(self) -> bool:
        """Whether all is answered; the reason is asked for only when one wants to merge."""
        if not self.reason.data:
            self.reason.errors = ["Say how you know that it is one person."]
        return not self.errors


class EmergencyForm(Form):
    """Two identifiers and a reason."""

    identifier = f.TextField(
        "Code or whole name", [f.Required()], hint="A part of the name does not do here."
    )
    born_on = f.DateField("Date of birth", [f.Required()])
    reason = f.NotesField("Why you must see this record now", [f.Required()], most=400)
