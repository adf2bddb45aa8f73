"""What the lines of a formula come to, exactly, and what stays open where it leaves something open."""

from dataclasses import replace
from fractions import Fraction

import pytest

from formulary.rules.facts import Pin
from formulary.rules.formulas import UNKNOWN, Content, Written, figures, lines_of
from formulary.rules.formulas.content import Figures
from tests.rules.builders import SALINE, TRANEXAMIC, per, q

BARE = replace(TRANEXAMIC, strength=None)
EMPTY = replace(TRANEXAMIC, strength=per("0 mg/mL"))
MAKES_UP = Written(9, "saline", "qs", SALINE)


def written(pin="dose", product=TRANEXAMIC, **more):
    return Written(1, "tranexamic acid", pin, product, **more)


def shown(found):
    return (found.dose, found.volume, found.concentration and found.concentration.ratio)


@pytest.mark.parametrize(
    ("line", "target", "dose", "volume", "concentration"),
    [
        (written(quantity=q("20 mg")), "5 mL", "20 mg", "0.2 mL", 4),
        (written(quantity=q("20 mg")), None, "20 mg", "0.2 mL", None),
        (written(quantity=q("20 mg"), product=BARE), "5 mL", "20 mg", None, 4),
        (written(quantity=q("20 mg"), product=None), "5 mL", "20 mg", None, 4),
        (written("volume", quantity=q("0.2 mL")), "5 mL", "20 mg", "0.2 mL", 4),
        (written("volume", quantity=q("0.2 mL"), product=BARE), "5 mL", None, "0.2 mL", None),
        (written("concentration", concentration=per("4 mg/mL")), "5 mL", "20 mg", "0.2 mL", 4),
        (written("concentration", concentration=per("8 mg/2 mL")), "5 mL", "20 mg", "0.2 mL", 4),
        (written("concentration", concentration=per("4 mg/mL")), None, None, None, 4),
        (written(quantity=q("20 mg"), product=EMPTY), "5 mL", "20 mg", None, 4),
        (written(UNKNOWN), "5 mL", None, None, None),
        (written(), "5 mL", None, None, None),
        (written("concentration"), "5 mL", None, None, None),
    ],
)
def test_a_line_comes_to_what_follows_from_its_figure(line, target, dose, volume, concentration):
    found = figures(Content("A", (line,), target and q(target)))[1]
    expected = (dose and q(dose), volume and q(volume), concentration and Fraction(concentration))
    assert shown(found) == expected


def test_what_makes_up_is_the_rest_where_all_others_are_known():
    lines = (written(quantity=q("20 mg")), MAKES_UP)
    assert figures(Content("A", lines, q("5 mL")))[9].volume == q("4.8 mL")
    assert figures(Content("A", lines))[9] == Figures()
    unknown = (written(quantity=q("20 mg"), product=BARE), MAKES_UP)
    assert figures(Content("A", unknown, q("5 mL")))[9] == Figures()
    two = (*lines, replace(MAKES_UP, number=10))
    assert [figures(Content("A", two, q("5 mL")))[n] for n in (9, 10)] == [Figures(), Figures()]


def test_the_lines_of_a_formula_as_a_cocktail_holds_them():
    named = written("concentration", concentration=per("4 mg/mL"))
    open_ = Written(2, "tranexamic acid", "dose", None, TRANEXAMIC.ingredient, quantity=q("20 mg"))
    lacking = Written(3, "something else", "dose", quantity=q("1 mg"))
    figureless = written(UNKNOWN)
    first, second = lines_of(Content("A", (named, open_, lacking)))
    assert (first.product, first.pin, first.concentration) == (
        TRANEXAMIC,
        Pin.CONCENTRATION,
        per("4 mg/mL"),
    )
    assert (second.number, second.product.ingredient, second.product.strength, second.quantity) == (
        2,
        TRANEXAMIC.ingredient,
        None,
        q("20 mg"),
    )
    assert second.product.id == -TRANEXAMIC.ingredient.id
    assert not second.product.excipients_known
    assert lines_of(Content("A", (figureless,)))[0].pin is Pin.DOSE
