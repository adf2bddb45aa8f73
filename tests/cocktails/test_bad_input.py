"""What may not be typed beside a line: said at its field, with what was typed, why not, and what would do."""

import sys

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict

from formulary.cocktails.facts import Content
from formulary.cocktails.forms import ComposeForm
from formulary.rules.units import IU, activity
from tests.rules.builders import TRANEXAMIC, a_product

IU_VIAL = a_product(2, "retinol palmitate", None, of={"dimension": IU})
TOXIN = a_product(3, "botulinum toxin", None, of={"dimension": activity(3)})
PRODUCTS = {product.id: product for product in (TRANEXAMIC, IU_VIAL, TOXIN)}
MINUS, FULL = "\N{MINUS SIGN}5", "\N{FULLWIDTH DIGIT FIVE}"
MICRO, MU = "\N{MICRO SIGN}", "\N{GREEK SMALL LETTER MU}"
LONG = "9" * 20_000


@pytest.fixture(scope="module")
def bare():
    """A request without a house around it: a field needs no database."""
    app = Flask("bare")
    app.secret_key = "nothing of it is kept"
    app.config["WTF_CSRF_ENABLED"] = False
    with app.test_request_context(method="POST"):
        yield


def typed(value, unit="mg", product=TRANEXAMIC, mark="."):
    """The field of a line after this was typed and read, and the content it gave."""
    line = {"product_id": str(product.id), "value": value, "unit": unit}
    form = ComposeForm(formdata=MultiDict({f"lines-0-{name}": text for name, text in line.items()}))
    form.offer_units(PRODUCTS)
    form.lines.validate(form)
    content, unread = form.content(Content(patient_id=None), PRODUCTS, mark)
    form.add_findings(unread)
    return form.lines.entries[0].form.value, content


REFUSED = [
    # typed, its unit, product, the mark of the site, what it says
    ("2,5", "mg", TRANEXAMIC, ".", "“2,5” has a comma; this site writes decimals with a point. Type 2.5."),
    ("2.5", "mg", TRANEXAMIC, ",", "“2.5” has a point; this site writes decimals with a comma. Type 2,5."),
    ("1 000", "mg", TRANEXAMIC, ".", "“1 000” has separated digits. Type 1000."),
    ("1,000", "mg", TRANEXAMIC, ".",
     "“1,000” has a comma; this site writes decimals with a point and groups no digits. Type 1000 or 1."),
    (MINUS, "mg", TRANEXAMIC, ".", f"“{MINUS}” has a sign; an amount is written without one. Type 5."),
    (FULL, "mg", TRANEXAMIC, ".", f"“{FULL}” has other digits than 0 to 9. Type 5."),
    ("4 U", "mg", TRANEXAMIC, ".",
     "“4 U” is not accepted: U can be read as 0, and does not say whose units. "
     "This field takes mg, mcg, g or mL."),
    ("4 IU", "mg", TRANEXAMIC, ".",
     "“4 IU” is not accepted: IU is an activity. This field takes mg, mcg, g or mL."),
    ("4 IU", "units", TOXIN, ".", "“4 IU” is not accepted: IU is not offered in this field. "
     "This field takes units or mL."),
    ("982 mg", "IU", IU_VIAL, ".", "“982 mg” is not accepted: mg is a mass. This field takes IU or mL."),
    ("1:1000", "mg", TRANEXAMIC, ".",
     "“1:1000” is a ratio, which can be read in two ways. Type one amount and its unit."),
    ("3 %", "mg", TRANEXAMIC, ".", "“3 %” does not say per cent of what. "
     "Type the number and choose % (w/v): 1 % (w/v) is 10 mg/mL."),
    ("NaN", "mg", TRANEXAMIC, ".", "“NaN” is not a number. Type digits, such as 2 or 0.5."),
    ("infinity", "mg", TRANEXAMIC, ".", "“infinity” is not a number. Type digits, such as 2 or 0.5."),
    ("1e400", "mg", TRANEXAMIC, ".", "“1e400” has an exponent; an amount is written out. "
     "Type its digits, such as 1000."),
    ("4 mL", "mg/mL", TRANEXAMIC, ".", "“4 mL” is not accepted: mL is a volume. This field takes mg."),
    ("0", "mg", TRANEXAMIC, ".", "“0” is nothing, and this field takes more than 0. Type how much."),
    ("-5", "mg", TRANEXAMIC, ".", "“-5” has a sign; an amount is written without one. Type 5."),
    ("5 teaspoons", "mg", TRANEXAMIC, ".", "“5 teaspoons” is not accepted: “teaspoons” is not a unit here. "
     "This field takes mg, mcg, g or mL."),
]  # fmt: skip


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: case[0])
def test_what_cannot_be_meant_is_refused_in_words(bare, case):
    *asked, words = case
    field, content = typed(*asked)
    assert (list(field.errors), content.lines) == ([words], ())


@pytest.mark.parametrize("value", [LONG, f"{LONG} mg", f"0.{LONG}", " " * 20_000 + "x"])
def test_twenty_thousand_characters_are_one_short_message(bare, value):
    field, content = typed(value)
    assert content.lines == ()
    assert len(field.errors) == 1
    assert len(field.errors[0]) < 200


ACCEPTED = [
    (f"50 {MICRO}g", "50 mcg", 50_000),
    (f"50 {MU}g", "50 mcg", 50_000),
    ("50 ug", "50 mcg", 50_000),
    (f"50 {MICRO}g/mL", "typed", 50_000),
    ("50mg", "50 mg", 50_000_000),
]


@pytest.mark.parametrize(("value", "read", "steps"), ACCEPTED)
def test_what_is_meant_is_rewritten_with_a_note(bare, value, read, steps):
    field, content = typed(value)
    assert (list(field.errors), content.lines[0].amount) == ([], steps)
    notes = " ".join(field.notes or ())
    assert (f"“{value}” is read as {read}" in notes) == (value != "50mg")


def test_one_press_writes_it_as_it_is_read(bare):
    line = {"product_id": str(TRANEXAMIC.id), "value": f"50 {MICRO}g", "unit": "mg"}
    form = ComposeForm(formdata=MultiDict({f"lines-0-{name}": text for name, text in line.items()}))
    form.lines.entries[0].form.rewrite(TRANEXAMIC, ".")
    box = form.lines.entries[0].form
    assert (box.value.data, box.unit.data) == ("50", "mcg")


def test_nothing_typed_reaches_pint_and_nothing_takes_many_steps(bare):
    """Work is counted, not time: the calls of Python functions, which grow with what is read."""
    values = [value for value, *_ in REFUSED] + [value for value, *_ in ACCEPTED] + [LONG]
    counts = {value: calls_of(value) for value in values}
    assert {value: seen for value, (_, seen) in counts.items() if seen} == {}
    most, plain = max(number for number, _ in counts.values()), calls_of("5")[0]
    assert most < 4 * plain, counts


def calls_of(value):
    """How many functions reading this calls, and those of Pint among them."""
    calls, pint = [0], []

    def watch(frame, event, _):
        if event == "call":
            calls[0] += 1
            if "/pint/" in frame.f_code.co_filename:
                pint.append(frame.f_code.co_name)

    sys.setprofile(watch)
    try:
        typed(value)
    finally:
        sys.setprofile(None)
    return calls[0], pint
