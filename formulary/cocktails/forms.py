"""What is typed about a cocktail, and how it becomes content."""

from collections.abc import Mapping

from formulary.accounts.forms import PerhapsSignerForm
from formulary.cocktails.facts import Content, TypedLine
from formulary.cocktails.labels import CANCEL_REASONS, RETURN_REASONS, entry
from formulary.rules.facts import Product
from formulary.rules.findings import Finding, Refused
from formulary.web import fields as f
from formulary.web.forms import Form, SubForm

ROUTES = (
    ("ID", "intradermal"),
    ("SC", "subcutaneous"),
    ("IM", "intramuscular"),
    ("infiltration", "infiltration"),
)
MOST_LINES = 20


class LineForm(SubForm):
    """One line: a product that stays, a number and a unit that says what is pinned."""

    product_id = f.IdField("Product")
    value = f.TextField("Amount", most=40)
    unit = f.ChoiceField("Unit", choices=())


class ComposeForm(Form):
    """A cocktail as it is being composed."""

    target = f.QuantityField("Volume for the patient", [f.Required()], units=("mL",))
    route = f.ChoiceField("Route", choices=f.choices(ROUTES, empty=None))
    area = f.TextField("Area", most=120)
    planned_for = f.InstantField("Planned for")
    lines = f.FieldList(f.FormField(LineForm), "Lines", max_entries=MOST_LINES)
    add = f.IdSelect("Add a line", choices=())
    signer = f.FormField(PerhapsSignerForm, "Co-signer")

    def offer_units(self, products: Mapping[int, Product]) -> None:
        """Give every line the units of its product."""
        for line in self.lines:
            product = products.get(line.form.product_id.data)
            offered = entry.options(product) if product else ()
            line.form.unit.choices = f.choices([(o.code, o.label) for o in offered], empty=None)

    def content(
        self, was: Content, products: Mapping[int, Product], mark: str
    ) -> tuple[Content, tuple[Finding, ...]]:
        """What was typed as content, and a finding at each field that could not be read."""
        lines, findings = [], []
        for number, line in enumerate(self.lines, start=1):
            try:
                lines.append(_typed(number, line.form, products, mark))
            except Refused as refusal:
                findings.extend(refusal.findings)
        return self._content(was, tuple(lines)), tuple(findings)

    def _content(self, was: Content, lines: tuple[TypedLine, ...]) -> Content:
        target = self.target.data
        return Content(
            patient_id=was.patient_id,
            lines=lines,
            target=None if target is None else target.whole(),
            route=self.route.data,
            area=self.area.data,
            formula_version_id=was.formula_version_id,
            planned_for=self.planned_for.data,
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


class ReturnForm(Form):
    """Give a prescription back."""

    reason = f.ChoiceField("Reason", [f.Required()], choices=f.choices([(r, r) for r in RETURN_REASONS]))


class CancelForm(Form):
    """Call a cocktail off."""

    reason = f.ChoiceField("Reason", [f.Required()], choices=f.choices([(r, r) for r in CANCEL_REASONS]))


class VerifyForm(Form):
    """The blind entry: the total and a dose per asked line, typed before they are shown."""

    total = f.QuantityField("Total volume", [f.Required()], units=("mL",))
    doses = f.FieldList(f.FormField(BlindDoseForm), "Doses", max_entries=MOST_LINES)
