"""What is typed about a formula: its lines in the order of addition, ranges with their reason, pairs."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from werkzeug.datastructures import MultiDict

from formulary.catalogue.actions import DraftLine, DraftPair
from formulary.rules.facts import Pin
from formulary.rules.findings import Finding, Level, Refused
from formulary.rules.units import VOLUME, Dimension, Quantity, units_of
from formulary.web import fields as f
from formulary.web.forms import Form, SearchForm, SubForm

MOST_LINES, MOST_PAIRS = 20, 190
SHORT = re.compile(r"[0-9]{1,2}", re.ASCII)
ROUTES = (
    ("ID", "intradermal"),
    ("SC", "subcutaneous"),
    ("IM", "intramuscular"),
    ("infiltration", "infiltration"),
)
PINS = (
    ("concentration", "concentration, per mL"),
    ("dose", "dose"),
    ("volume", "volume"),
    ("qs", "makes up to the volume"),
    ("unknown", "not decided yet"),
)
SCALINGS = (("with_volume", "scales with the volume"), ("fixed", "stays as it is"))
RANGE = ("dose_low", "dose_high", "concentration_low", "concentration_high")
ONE_ML = Quantity.of(1, "mL")
WORDS = 400


class FormulaLineForm(SubForm):
    """One line: the substance stays; product, pin, amount, rule of scaling, and what is accepted of it."""

    ingredient_id = f.IdField("Ingredient")
    product_id = f.IdSelect("Product", choices=())
    pin = f.ChoiceField("What is pinned", choices=f.choices(PINS, empty=None))
    amount = f.QuantityField("How much")
    scaling = f.ChoiceField("In another volume", choices=f.choices(SCALINGS, empty=None))
    dose_low = f.QuantityField("Accepted dose, from", zero=True)
    dose_high = f.QuantityField("Accepted dose, to")
    concentration_low = f.QuantityField("Accepted per mL, from", zero=True)
    concentration_high = f.QuantityField("Accepted per mL, to")
    basis = f.ChoiceField("Accepted figures are counted as", choices=())
    reason = f.TextField("Why this is accepted", most=WORDS)
    evidence = f.TextField("Evidence for this product", most=WORDS)

    must_name_product = False
    must_say_basis = False

    def offer(self, measured_in: Dimension, bases: Iterable[str] = (), *, alike: bool = True) -> None:
        """Give the amounts the units of the line's product, and what they may count; `alike`: there is no
        doubt what a strength counts.
        """
        self.basis.choices = f.choices([(basis, basis) for basis in bases], empty="As the strength is")
        self.must_say_basis = not alike
        doses = sorted(units_of(measured_in), key=lambda unit: (unit.code != "mg", unit.steps))
        usual = tuple(unit for unit in doses if unit.code != "kg")
        self.amount.offer((*usual, *units_of(VOLUME)[:1]))
        for name in RANGE:
            self[name].offer(usual)


class FormulaPairForm(SubForm):
    """A pair that the table has no data on, and why it is accepted all the same; empty: it is not."""

    a_id = f.IdField("One")
    b_id = f.IdField("Other")
    reason = f.TextField("Why it is accepted", most=WORDS)


class FormulaForm(Form):
    """A version of a formula as it is being written."""

    name = f.TextField("Name", [f.Required()])
    indication = f.TextField("For")
    source = f.TextField("Source", most=WORDS)
    target = f.QuantityField("Volume it makes", [f.Required()], units=("mL",))
    route = f.ChoiceField("Route", choices=f.choices(ROUTES, empty=None))
    instructions = f.NotesField("Instructions")
    storage = f.TextField("Storage", most=WORDS)
    beyond_use_h = f.CountField(
        "Beyond-use limit of the mixture", word="h", hint="Empty: not known, the site's own limit decides."
    )
    beyond_use_source = f.TextField("Reference of that limit", most=WORDS)
    note = f.NotesField("Schedule and remarks")
    lines = f.FieldList(f.FormField(FormulaLineForm), "Lines", max_entries=MOST_LINES)
    find = f.TextField("Find an ingredient", hint="A part of any of its names.")
    add = f.IdSelect("Add an ingredient", choices=())
    pairs = f.FieldList(f.FormField(FormulaPairForm), "Pairs", max_entries=MOST_PAIRS)
    based_on_id = f.IdField("Based on")

    def draft_lines(self) -> tuple[list[DraftLine], list[Finding]]:
        """The lines as written, and a finding at each field that does not fit the others."""
        read: list[DraftLine] = []
        wrong: list[Finding] = []
        for box in self.lines:
            try:
                read.append(_line(box.form))
            except Refused as refusal:
                wrong.extend(refusal.findings)
        return read, [*wrong, *_two_make_up(self), *_no_reference(self)]

    def draft_pairs(self) -> list[DraftPair]:
        """The pairs that are accepted, each with its reason."""
        boxes = (box.form for box in self.pairs)
        return [DraftPair(b.a_id.data, b.b_id.data, b.reason.data) for b in boxes if b.reason.data]

    def show_pairs(self, wanted: Mapping[frozenset[int], str]) -> None:
        """Ask about these pairs and no others, keeping what was written of them."""
        while self.pairs.entries:
            self.pairs.pop_entry()
        for pair, reason in wanted.items():
            a, b = sorted(pair)
            self.pairs.append_entry({"a_id": a, "b_id": b, "reason": reason})


class GiveBackForm(Form):
    """Why a version in review goes back to its author."""

    reason = f.TextField("Why it goes back", [f.Required()], most=WORDS, id="why-back")


class RetireForm(Form):
    """Why a version is taken out of use."""

    reason = f.TextField("Why it is taken out of use", [f.Required()], most=WORDS, id="why-retired")


class SubmitForm(Form):
    """Handing a draft over for approval."""


class AgainstForm(SearchForm):
    """Which version to compare with."""

    against = f.IdSelect("Compare with", choices=())


def edited(sent: MultiDict[str, str]) -> MultiDict[str, str]:
    """What was sent, with a line removed or moved up where a button asked for it; numbered without gaps."""
    act, _, which = sent.get("act", "").rpartition("-")
    numbers = sorted({int(name.split("-")[1]) for name in sent if _is_of_line(name)})
    if SHORT.fullmatch(which) and int(which) - 1 in range(len(numbers)):
        place = int(which) - 1
        if act == "remove":
            del numbers[place]
        elif act == "up" and place:
            numbers[place - 1], numbers[place] = numbers[place], numbers[place - 1]
    order = {old: new for new, old in enumerate(numbers)}
    return MultiDict(_renumbered(sent, order))


def _is_of_line(name: str) -> bool:
    parts = name.split("-")
    return parts[0] == "lines" and len(parts) > 2 and SHORT.fullmatch(parts[1]) is not None  # noqa: PLR2004 - lines-0-pin


def _renumbered(sent: MultiDict[str, str], order: Mapping[int, int]) -> Iterator[tuple[str, str]]:
    for name, value in sent.items(multi=True):
        if not _is_of_line(name):
            yield name, value
        elif (number := int(name.split("-")[1])) in order:
            yield "-".join(("lines", str(order[number]), *name.split("-")[2:])), value


def _line(form: FormulaLineForm) -> DraftLine:
    if wrong := (*_product_problems(form), *_amount_problems(form), *_range_problems(form)):
        raise Refused(*wrong)
    pin, amount = form.pin.data, form.amount.data
    steps = None if amount is None else amount.whole()
    ranges: dict[str, Any] = {
        name: None if form[name].data is None else form[name].data.whole() for name in RANGE
    }
    return DraftLine(
        ingredient_id=form.ingredient_id.data,
        product_id=form.product_id.data,
        pin=pin,
        amount=None if pin == Pin.VOLUME else steps,
        volume=steps if pin == Pin.VOLUME else ONE_ML.whole() if pin == Pin.CONCENTRATION else None,
        unit=_unit(form),
        scaling=form.scaling.data,
        basis=form.basis.data,
        reason=form.reason.data,
        evidence=form.evidence.data,
        **ranges,
    )


def _unit(form: FormulaLineForm) -> str:
    if form.amount.data is not None and form.amount.unit is not None:
        return form.amount.unit.code
    return form.dose_low.units[0].code if form.dose_low.units else ""


def _product_problems(form: FormulaLineForm) -> Iterator[Finding]:
    if form.must_name_product:
        why = "It is measured in units of activity, which belong to one product."
        yield _at(form.product_id, "product_open", why, "Choose the product.")


def _amount_problems(form: FormulaLineForm) -> Iterator[Finding]:
    pin, amount = form.pin.data, form.amount.data
    if form.amount.errors:
        return
    if pin in ("qs", "unknown"):
        if amount is not None:
            why = "What makes up has no amount of its own." if pin == "qs" else "An amount is typed."
            yield _at(form.amount, "amount_not_asked", why, "Leave it empty, or choose what it pins.")
    elif amount is None:
        yield _at(
            form.amount, "no_amount", "Nothing is typed.", "Type how much, or choose “not decided yet”."
        )
    elif (amount.dimension == VOLUME) != (pin == Pin.VOLUME):
        what = "a volume" if amount.dimension == VOLUME else "no volume"
        yield _at(form.amount, "not_the_pin", f"This is {what}, and the line pins the {pin}.", _TAKE[pin])


_TAKE = {
    Pin.VOLUME: "Type mL, or choose dose or concentration.",
    Pin.DOSE: "Type the dose, or choose volume.",
    Pin.CONCENTRATION: "Type how much is in 1 mL, or choose volume.",
}


def _range_problems(form: FormulaLineForm) -> Iterator[Finding]:
    given = [name for name in RANGE if form[name].data is not None]
    if any(form[name].errors for name in RANGE) or not given:
        return
    for name in RANGE:
        if name not in given:
            why = "The range accepted has four ends, and this one is empty."
            yield _at(form[name], "open_range", why, "Type it, or empty the others.")
    for low, high in (RANGE[:2], RANGE[2:]):
        if low in given and high in given and form[low].data > form[high].data:
            why = "It ends below where it begins."
            yield _at(form[high], "range_backwards", why, "Type the higher end here.")
    if form.must_say_basis and not form.basis.data:
        why = "The products of it count different things, and the line names none of them."
        yield _at(form.basis, "no_basis", why, "Choose what the range counts, or the product.")
    if not form.reason.data:
        yield _at(form.reason, "no_reason", "A range is accepted without a reason.", "Say what it rests on.")


def _two_make_up(form: FormulaForm) -> Iterator[Finding]:
    several = [box.form for box in form.lines if box.form.pin.data == Pin.QS]
    for line in several[1:]:
        yield _at(line.pin, "two_make_up", "Another line makes up to the volume.", "Pin this one.")


def _no_reference(form: FormulaForm) -> Iterator[Finding]:
    if form.beyond_use_h.data is not None and not form.beyond_use_source.data:
        why = "A beyond-use limit needs its reference."
        yield _at(form.beyond_use_source, "no_reference", why, "Name who says so, or leave the limit empty.")


def _at(field: object, code: str, reason: str, remedy: str) -> Finding:
    name = field.name  # type: ignore[attr-defined]
    return Finding(f"formula.{code}", name, reason, remedy, level=Level.BLOCK, field=name)
