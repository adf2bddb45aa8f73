"""What is typed about a cocktail, and how it becomes content."""

import re
from collections.abc import Callable, Mapping

from wtforms import Field

from formulary.accounts.forms import PerhapsSignerForm, own_signature
from formulary.cocktails.facts import Content, TypedLine
from formulary.cocktails.labels import CANCEL_REASONS, RETURN_REASONS, entry
from formulary.cocktails.labels.bounds import LARGEST_FILE, MOST_LINES, ROUTES
from formulary.rules.facts import Product
from formulary.rules.findings import Finding, Refused
from formulary.web import fields as f
from formulary.web.forms import Form, SearchForm, SubForm


class LineForm(SubForm):
    """One line: a product that stays, a number and a unit that says what is pinned."""

    product_id = f.IdField("Product")
    value = f.TextField("Amount", most=40)
    unit = f.ChoiceField("Unit", choices=())

    def take(self, number: str, code: str = "", *, product: Product) -> None:
        """Fill in a number and its unit, where the product is typed in it; else leave what stands there."""
        if code in {option.code for option in entry.options(product)}:
            self.value.data, self.unit.data = number, code

    def rewrite(self, product: Product, mark: str) -> None:
        """Fill in what was typed as it is read; what cannot be read stays."""
        try:
            read = entry.read(self.value.data, self.unit.data, product, mark=mark, field=self.value.name)
        except Refused:
            return
        self.value.data, self.unit.data = entry.written(read, product, mark), read.unit


def _moved(by: int) -> Callable[[list[Field], int], int]:
    def move(entries: list[Field], at: int) -> int:
        to = min(max(at + by, 0), len(entries) - 1)
        entries.insert(to, entries.pop(at))
        return to

    return move


def _removed(entries: list[Field], at: int) -> int:
    del entries[at]
    return -1


def _made_up(entries: list[Field], at: int) -> int:
    entries[at].form.unit.data, entries[at].form.value.data = entry.MAKE_UP, ""
    return at


MOVES: Mapping[str, Callable[[list[Field], int], int]] = {
    "up": _moved(-1),
    "down": _moved(1),
    "remove": _removed,
    "makeup": _made_up,
}
SHORT = re.compile(r"[1-9][0-9]?", re.ASCII)


def _numbered(line: Field, name: str) -> None:
    """Give a line, and what is in it, the name of its place: findings and fixes count from there."""
    line.name = line.id = name
    for field in line.form:
        field.name = field.id = field.label.field_id = f"{name}-{field.short_name}"


class ComposeForm(Form):
    """A cocktail as it is being composed."""

    target = f.QuantityField("Volume for the patient", [f.Required()], units=("mL",))
    route = f.ChoiceField("Route", choices=f.choices(ROUTES, empty=None))
    area = f.TextField("Area", most=120)
    planned_for = f.InstantField("Planned for")
    is_top_up = f.YesField("It is a top-up of the last session")
    lines = f.FieldList(f.FormField(LineForm), "Lines", max_entries=MOST_LINES)
    find = f.TextField("Find a product", hint="A part of any of its names.")
    add = f.IdSelect("Add a line", choices=())
    overfill = f.QuantityField("Overfill", units=("mL",), zero=True, hint="Prepared on top of the volume.")
    with_patient = f.YesField(
        "With weight, allergies, answers and patch tests", hint="A file never holds a name."
    )
    signer = f.FormField(PerhapsSignerForm, "Co-signer")
    own_secret = own_signature()

    def arrange(self, act: str) -> int | None:
        """Do what a button asks of a line (`up-3`, `down-3`, `remove-3`, `makeup-3`), and number all anew.

        Returns the index of the line that it was about, where that is still there.
        """
        what, _, number = act.partition("-")
        entries, at = self.lines.entries, int(number) - 1 if SHORT.fullmatch(number) else -1
        there = what in MOVES and 0 <= at < len(entries)
        if there:
            at = MOVES[what](entries, at)
        for index, line in enumerate(entries):
            _numbered(line, f"{self.lines.name}-{index}")
        self.lines.last_index = len(entries) - 1
        return at if there and 0 <= at < len(entries) else None

    def as_supplied(self) -> None:
        """Leave out what belongs to a mixture: its whole is what its one line says."""
        del self.target
        del self.overfill

    def offer_units(self, products: Mapping[int, Product]) -> None:
        """Give every line the units of its product."""
        for line in self.lines:
            product = products.get(line.form.product_id.data)
            offered = entry.options(product) if product else ()
            line.form.unit.choices = f.choices([(o.code, o.label) for o in offered], empty=None)

    def typed(self, number: int, products: Mapping[int, Product], mark: str) -> TypedLine:
        """What one line says; Refused with what cannot be read of it."""
        return _typed(number, self.lines.entries[number - 1].form, products, mark)

    def content(
        self, was: Content, products: Mapping[int, Product], mark: str
    ) -> tuple[Content, tuple[Finding, ...]]:
        """What was typed as content, and a finding at each field that could not be read."""
        lines, findings = [], []
        for number, line in enumerate(self.lines, start=1):
            if line.form.value.errors or line.form.product_id.data not in products:
                continue  # far too long, not to be shown, or of no product: that is said, and nothing else
            try:
                lines.append(_typed(number, line.form, products, mark))
            except Refused as refusal:
                findings.extend(refusal.findings)
        return self._content(was, tuple(lines)), tuple(findings)

    def _content(self, was: Content, lines: tuple[TypedLine, ...]) -> Content:
        target = None if self.target is None else self.target.data
        overfill = None if self.overfill is None else self.overfill.data
        return Content(
            patient_id=was.patient_id,
            lines=lines,
            target=None if target is None else target.whole(),
            route=self.route.data,
            area=self.area.data,
            overfill=0 if overfill is None else overfill.whole(),
            formula_version_id=was.formula_version_id,
            planned_for=self.planned_for.data,
            is_top_up=bool(self.is_top_up.data),
            is_direct=was.is_direct,
        )


def _typed(number: int, form: LineForm, products: Mapping[int, Product], mark: str) -> TypedLine:
    product = products[form.product_id.data]
    read = entry.read(form.value.data, form.unit.data, product, mark=mark, field=form.value.name)
    form.value.notes = read.notes
    return TypedLine(number, product.id, read.pin, read.amount, read.volume, read.unit, read.entered)


class BlindDoseForm(SubForm):
    """The dose of one line, as the verifier works it out from the prescription's source."""

    line = f.IdField("Line")
    dose = f.QuantityField("Dose", [f.Required()], units=("mg",))


class StartForm(Form):
    """Begin a cocktail: for whom, and from which formula."""

    patient_id = f.IdField("Patient")
    formula_version_id = f.IdSelect("Formula", choices=())
    target = f.QuantityField(
        "Volume", units=("mL",), hint="Empty: as the formula has it. Each line scales by its own rule."
    )


class SuppliedForm(Form):
    """Begin with one product that is given as supplied."""

    patient_id = f.IdField("Patient")
    product_id = f.IdSelect("Product", [f.Required()], choices=())


class OpenFileForm(Form):
    """A cocktail that was saved as a file, or its text."""

    patient_id = f.IdField("Patient")
    file = f.UploadField(
        "File",
        most=LARGEST_FILE,
        hint="As “Save as a file” writes it. What it says of a patient stays out: "
        "answers are recorded on the patient's page.",
    )
    text = f.NotesField("Or paste what stands in it", most=LARGEST_FILE)

    @property
    def raw(self) -> bytes:
        """What the file holds; the text where no file was chosen."""
        return self.file.data or (self.text.data or "").encode()


class SaveFileForm(SearchForm):
    """What of a patient goes into the file of a cocktail."""

    with_patient = f.YesField(
        "With weight, allergies, answers and patch tests", hint="A file never holds a name."
    )


class ReturnForm(Form):
    """Give a prescription back."""

    reason = f.ChoiceField("Reason", [f.Required()], choices=f.choices([(r, r) for r in RETURN_REASONS]))


class CancelForm(Form):
    """Call a cocktail off."""

    reason = f.ChoiceField("Reason", [f.Required()], choices=f.choices([(r, r) for r in CANCEL_REASONS]))


class AmendForm(Form):
    """What is added to a cocktail that is over."""

    words = f.NotesField("What was wrong or is missing, and what is right", [f.Required()], most=2000)
    reason = f.TextField("Why it is amended now", [f.Required()], most=400)
    own_secret = own_signature()


class VerifyForm(Form):
    """The blind entry: the total and a dose per asked line, typed before they are shown."""

    total = f.QuantityField("Total volume", [f.Required()], units=("mL",))
    doses = f.FieldList(f.FormField(BlindDoseForm), "Doses", max_entries=MOST_LINES)
    own_secret = own_signature()
