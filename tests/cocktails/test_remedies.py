"""The buttons that answer a finding, pressed and asked about again; and the waste in words."""

import re
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from formulary.cocktails.labels.pressing import edits_a_number, pressed
from formulary.cocktails.labels.remedies import with_remedies
from formulary.cocktails.labels.waste import Waste, waste_today
from formulary.rules import checklist
from formulary.rules.facts import Container, Line, Pin, Usual
from formulary.rules.findings import Stage
from formulary.rules.formulation import solve_cocktail
from tests.rules.builders import (
    ASCORBIC,
    GLUTATHIONE,
    SALINE,
    TRANEXAMIC,
    a_cocktail,
    a_formula,
    a_limit,
    a_line,
    a_range,
    a_stock,
    melasma_lines,
    q,
)

SPACE = "\N{NO-BREAK SPACE}"
BARE = Line(1, TRANEXAMIC, Pin.DOSE)
LIMITED = replace(TRANEXAMIC, limits=(a_limit(dose="30 mg", concentration="4.5 mg/mL"),))


def lines(first, *others):
    return (first, *(others or melasma_lines()[1:]))


def told(cocktail):
    """What the page would offer, by the code of each finding."""
    solution = solve_cocktail(cocktail)
    found = checklist.run(cocktail, Stage.SIGN).findings
    return {f.code: with_remedies(f, cocktail, solution).fixes for f in found if not f.accepted}


def after(cocktail, fix):
    """The cocktail as it is once this button was pressed."""
    if edits_a_number(fix):
        return pressed(cocktail, fix)
    number = int(re.search(r"-(\d+)", fix.field)[1])
    kept = {line.number: line for line in cocktail.lines}
    if fix.field.endswith("-remove"):
        del kept[number]
    else:
        kept[number] = Line(number, kept[number].product, Pin.QS)
    return replace(cocktail, lines=tuple(kept.values()))


FIXED = (
    # what is wrong, the finding, the buttons
    (lines(a_line(1, TRANEXAMIC, "40 mg/mL")), "dose.outside_formula",
     ["Set tranexamic acid to 5 mg/mL", "Leave out tranexamic acid"]),
    (lines(a_line(1, TRANEXAMIC, "200 mg")), "dose.outside_formula",
     ["Set tranexamic acid to 25 mg", "Leave out tranexamic acid"]),
    (lines(a_line(1, TRANEXAMIC, "1 mg/mL")), "dose.outside_formula",
     ["Set tranexamic acid to 2 mg/mL", "Leave out tranexamic acid"]),
    (lines(a_line(1, TRANEXAMIC, "40 mg/mL")), "concentration.outside_formula",
     ["Set tranexamic acid to 5 mg/mL", "Leave out tranexamic acid"]),
    (lines(a_line(1, TRANEXAMIC, "200 mg")), "concentration.outside_formula",
     ["Set tranexamic acid to 25 mg", "Leave out tranexamic acid"]),
    (lines(a_line(1, LIMITED, "40 mg")), "dose.above_max",
     ["Set tranexamic acid to 30 mg", "Leave out tranexamic acid"]),
    (lines(a_line(1, LIMITED, "8 mg/mL")), "dose.above_max",
     ["Set tranexamic acid to 6 mg/mL", "Leave out tranexamic acid"]),
    (lines(a_line(1, LIMITED, "25 mg")), "concentration.above_max",
     ["Set tranexamic acid to 22 mg", "Leave out tranexamic acid"]),
    (lines(a_line(1, LIMITED, "0.25 mL")), "concentration.above_max",
     ["Set tranexamic acid to 0.22 mL", "Leave out tranexamic acid"]),
    (lines(a_line(1, LIMITED, "5 mg/mL")), "concentration.above_max",
     ["Set tranexamic acid to 4.4 mg/mL", "Leave out tranexamic acid"]),
    (lines(BARE, *melasma_lines()[1:3], a_line(4, SALINE, "3 mL")), "line.incomplete",
     ["Let tranexamic acid make up the volume", "Leave out tranexamic acid"]),
    (lines(BARE), "line.incomplete", ["Leave out tranexamic acid"]),
    ((*melasma_lines()[:3], a_line(4, SALINE, "1 mL")), "volume.below_target",
     [f"Let {SALINE.ingredient.name} make up the volume"]),
    ((a_line(1, TRANEXAMIC, "20 mg"), a_line(2, SALINE, "1 mL")), "volume.below_target",
     ["Lower the target to 1.2 mL", f"Let {SALINE.ingredient.name} make up the volume"]),
    (lines(Line(1, TRANEXAMIC, Pin.QS)), "mix.two_make_up",
     ["Leave out tranexamic acid", f"Leave out {SALINE.ingredient.name}"]),
)  # fmt: skip


def plain(fixes):
    return [fix.label.replace(SPACE, " ") for fix in fixes]


@pytest.mark.parametrize(("typed_lines", "code", "buttons"), FIXED)
def test_what_a_single_edit_mends_has_a_button_for_it(typed_lines, code, buttons):
    assert plain(told(a_cocktail(lines=typed_lines))[code]) == buttons


@pytest.mark.parametrize(("typed_lines", "code", "buttons"), FIXED)
def test_each_button_mends_the_finding_that_offers_it(typed_lines, code, buttons):
    cocktail = a_cocktail(lines=typed_lines)
    for fix in told(cocktail)[code]:
        assert code not in told(after(cocktail, fix)), fix


@pytest.mark.parametrize(
    ("typed_as", "button"),
    [("200 mg", "20 mg"), ("2 mL", "0.2 mL"), ("40 mg/mL", "4 mg/mL"), ("2 mg", "20 mg")],
)
def test_a_slip_of_a_decimal_place_is_taken_back(typed_as, button):
    usual = (Usual(TRANEXAMIC.ingredient.id, q("20 mg"), 5),)
    cocktail = a_cocktail(lines=lines(a_line(1, TRANEXAMIC, typed_as)), usual=usual)
    [fix] = told(cocktail)["dose.unusual"]
    assert fix.label.replace(SPACE, " ") == f"Set tranexamic acid to {button}"
    assert "dose.unusual" not in told(after(cocktail, fix))


ROUND = (
    # the most or the least, the syringe's mark, what the button types
    ({"limits": (a_limit(dose="30.6 mg"),)}, "40 mg", "dose.above_max", "30 mg"),
    ({"limits": (a_limit(dose="30.6 mg"),)}, "0.4 mL", "dose.above_max", "0.3 mL"),
    ({"limits": (a_limit(dose="30.6 mg"),)}, "8 mg/mL", "dose.above_max", "6 mg/mL"),
    ({"limits": (a_limit(concentration="4.499 mg/mL"),)}, "25 mg", "concentration.above_max", "22 mg"),
    ({"signed": ("10.4 mg", "25 mg")}, "8 mg", "dose.outside_formula", "11 mg"),
    ({"signed": ("10.4 mg", "25 mg")}, "0.08 mL", "dose.outside_formula", "0.11 mL"),
    ({"signed": ("10.4 mg", "25 mg")}, "1.6 mg/mL", "dose.outside_formula", "2.2 mg/mL"),
    ({"signed": ("10.4 mg", "25.7 mg")}, "30 mg", "dose.outside_formula", "25 mg"),
    ({"signed": ("10.2 mg", "10.8 mg")}, "8 mg", "dose.outside_formula", "10.2 mg"),
)


@pytest.mark.parametrize(("known", "typed_as", "code", "value"), ROUND)
def test_the_most_is_rounded_down_to_a_mark_and_the_least_up(known, typed_as, code, value):
    product = replace(TRANEXAMIC, limits=known.get("limits", ()))
    signed = known.get("signed", ("1 mg", "900 mg"))
    ranges = (a_range(product, signed, ("0.1 mg/mL", "90 mg/mL")), *a_formula().ranges[1:])
    cocktail = a_cocktail(lines=lines(a_line(1, product, typed_as)), formula=a_formula(ranges=ranges))
    fix = told(cocktail)[code][0]
    assert fix.value == value
    assert code not in told(after(cocktail, fix))


FIGURES = st.integers(1, 400_000)


@settings(max_examples=40, deadline=None)
@given(FIGURES, FIGURES, FIGURES, st.booleans(), st.sampled_from(["0 mL", "0.06 mL", "0.12 mL"]))
def test_pressing_a_button_ends_what_it_was_offered_for(limit, dose, second, makes_up, hub):
    """Limits, doses and volumes of any figure, drawn with what a hub keeps: nothing goes round in circles."""
    product = replace(TRANEXAMIC, limits=(a_limit(f"{limit / 10_000:.4f} mg"),))
    whole = [
        a_line(1, product, f"{dose / 5000:.4f} mg"),
        a_line(2, ASCORBIC, f"{second / 1000:.3f} mg"),
    ]
    cocktail = a_cocktail(lines=(*whole, *([a_line(3, SALINE, "qs")] if makes_up else [])), dead_space=q(hub))
    solution = solve_cocktail(cocktail)
    for finding in checklist.run(cocktail, Stage.SIGN).findings:
        for fix in filter(edits_a_number, with_remedies(finding, cocktail, solution).fixes):
            left = checklist.run(after(cocktail, fix), Stage.SIGN).findings
            assert (finding.code, finding.line) not in {(x.code, x.line) for x in left}, fix


def test_of_two_lines_of_one_ingredient_nobody_says_which_is_reduced():
    two = (*lines(a_line(1, TRANEXAMIC, "15 mg/mL")), a_line(5, TRANEXAMIC, "100 mg"))
    assert plain(told(a_cocktail(lines=two))["dose.outside_formula"]) == ["Leave out tranexamic acid"]


def test_what_passes_or_is_accepted_offers_nothing():
    cocktail = a_cocktail()
    report, solution = checklist.run(cocktail, Stage.SIGN), solve_cocktail(cocktail)
    untouched = [a for a in report.answers if a.accepted or a.result == "pass"]
    assert untouched
    assert {with_remedies(a, cocktail, solution).fixes for a in untouched} == {()}


def waste(*stock, **more):
    cocktail = a_cocktail(stock=stock, **more)
    found = waste_today(cocktail, solve_cocktail(cocktail))
    return found.words, [words.replace(SPACE, " ") for words in found.lines]


def a_vial(product, whole, **more):
    return a_stock(product, one_container=q(whole), **more)


def test_waste_is_the_rest_of_each_vial_that_serves_one_patient():
    words, by_line = waste(
        a_vial(TRANEXAMIC, "5 mL"),
        a_vial(ASCORBIC, "50 mL", container=Container.MULTI_DOSE),
        a_vial(GLUTATHIONE, "600 mg"),
        a_vial(SALINE, "10 mL"),
    )
    assert by_line == [
        "tranexamic acid: opens one of lot L1231, and 4.8 mL of 5 mL is thrown away",
        "ascorbic acid: opens one of lot L2231, and nothing is thrown away",
        "glutathione: opens one of lot L3231, and 499.5 mg of 600 mg is thrown away",
        f"{SALINE.ingredient.name}: opens one of lot L4231, and 6.17 mL of 10 mL is thrown away",
    ]
    assert words == "2.4 vials"


def test_what_a_container_holds_is_not_known_and_so_is_the_waste():
    words, by_line = waste(a_vial(TRANEXAMIC, "0.4 mL"), lines=melasma_lines()[:2])
    assert by_line[1] == "ascorbic acid: no usable source"
    assert words == "at least 0.5 vial"
    nobody = waste(a_stock(TRANEXAMIC), lines=melasma_lines()[:1])
    assert nobody == (
        "unknown", ["tranexamic acid: opens one of lot L1231, and what would be left is not known"],
    )  # fmt: skip


def test_the_words_of_the_waste_round_to_a_tenth_and_never_to_nothing():
    shares = [Fraction(0), Fraction(1, 100), Fraction(1, 2), Fraction(1), Fraction(24, 10)]
    said = [Waste(share, known=True, lines=(), mark=",").words for share in shares]
    assert said == ["nothing", "less than 0,1 vial", "0,5 vial", "1 vial", "2,4 vials"]
