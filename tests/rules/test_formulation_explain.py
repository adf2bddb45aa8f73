"""Every number can be explained: the sentences shown at hover and focus."""

from fractions import Fraction

import pytest

from formulary.rules.formulation import (
    Setting,
    about,
    explain_concentration,
    explain_dose,
    explain_total,
    explain_volume,
    solve,
    solve_cocktail,
    value_of,
)
from tests.rules.builders import (
    GLUTATHIONE,
    SALINE,
    SYRINGES,
    TRANEXAMIC,
    a_cocktail,
    a_line,
    a_product,
    per,
    q,
)

N = "\u00a0"


def plain(text: str) -> str:
    return text.replace(N, " ")


def line_of(typed: str, product=TRANEXAMIC, target: str = "4 mL", **setting):
    lines = [a_line(1, product, typed), a_line(2, SALINE, "qs")]
    return solve(lines, q(target), Setting(syringes=SYRINGES, **setting)).line(1)


def test_a_dose_becomes_a_volume():
    found = explain_volume(line_of("50 mg"))
    assert plain(found.text) == (
        "50 mg ÷ 100 mg/mL = 0.5 mL; rounded to 0.01 mL of the 1 mL syringe: 0.5 mL; achieved 50 mg (0 %)"
    )
    assert found.inputs == (("dose", f"50{N}mg"), ("strength", f"100{N}mg/mL"))
    assert found.source == "strength on the label of tranexamic acid 100 mg/mL"


def test_a_volume_without_an_end_is_shown_as_about():
    found = explain_volume(solve_cocktail(a_cocktail()).line(3))
    assert plain(found.text) == (
        "100 mg ÷ 150 mg/mL = about 0.667 mL; rounded to 0.01 mL of the 1 mL syringe: 0.67 mL; "
        "achieved 100.5 mg (+0.5 %)"
    )


def test_a_pinned_volume_says_so():
    assert plain(explain_volume(line_of("0.5 mL")).formula) == "0.5 mL, as typed"
    assert plain(explain_dose(line_of("0.5 mL")).formula) == "0.5 mL × 100 mg/mL = 50 mg"


def test_a_pinned_dose_says_so():
    assert plain(explain_dose(line_of("50 mg")).formula) == "50 mg, as typed"


def test_a_concentration_is_the_dose_in_the_volume_prescribed():
    assert (
        plain(explain_concentration(line_of("50 mg")).text)
        == "50 mg ÷ 4 mL = 12.5 mg/mL; achieved 12.5 mg/mL"
    )
    assert plain(explain_concentration(line_of("4 mg/mL")).formula) == "4 mg/mL, as typed"


def test_what_is_prepared_on_top_is_said():
    found = explain_volume(line_of("50 mg", dead_space=q("0.12 mL")))
    assert plain(found.formula) == "50 mg ÷ 100 mg/mL = 0.5 mL; to prepare: 0.515 mL"


def test_the_total_names_every_line():
    solution = solve(
        [a_line(1, TRANEXAMIC, "50 mg"), a_line(2, SALINE, "qs")],
        q("4 mL"),
        Setting(syringes=SYRINGES, dead_space=q("0.1 mL")),
    )
    found = explain_total(solution)
    assert plain(found.text) == "0.5 mL + 3.5 mL = 4 mL; with 0.1 mL dead space: 4.1 mL; achieved 4.11 mL"
    assert [name for name, _ in found.inputs] == ["line 1, tranexamic acid", "line 2, sodium chloride 0.9 %"]


def test_a_diluent_makes_up_and_has_no_dose_to_achieve():
    found = explain_volume(solve_cocktail(a_cocktail()).line(4))
    assert plain(found.text) == (
        "about 3.833 mL, to make up the target; drawn to the mark of the 5 mL syringe: 3.83 mL"
    )


def test_an_unknown_strength_is_said():
    line = line_of("1 mL", a_product(strength=None))
    assert explain_dose(line).text == "unknown: the strength is not on record"
    assert explain_concentration(line).text == "unknown: the strength is not on record"
    assert explain_volume(line).achieved == ""


def test_a_strength_of_the_lot_names_its_source():
    line = a_line(1, GLUTATHIONE, "50 mg", strength=per("600 mg/5 mL"))
    found = explain_volume(solve([line, a_line(2, SALINE, "qs")], q("5 mL")).line(1))
    assert found.source == f"strength of the lot or vial drawn from ({GLUTATHIONE.name})"
    assert plain(found.text) == (
        "50 mg ÷ 120 mg/mL = about 0.417 mL; not rounded: no syringe is on record; achieved 50 mg (0 %)"
    )


def test_a_comma_country_reads_a_comma():
    assert plain(explain_volume(line_of("50 mg"), ",").formula) == "50 mg ÷ 100 mg/mL = 0,5 mL"


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        (q("0.6666 mL"), "about 0.667 mL"),
        (q("0.667 mL"), "0.667 mL"),
        (q("0.0003 mL"), "0.0003 mL"),  # three decimals would make it nothing
        (q("1 mL") * Fraction(1, 3), "about 0.333 mL"),
        (q("0.0004 mcg"), "less than 0.001 mcg"),
        (q("0 mL"), "0 mL"),
    ],
)
def test_a_figure_in_a_sentence_has_three_decimals_and_says_so(amount, words):
    assert plain(about(amount, ".")) == words


def test_what_a_field_is_filled_with_is_rounded_down_or_up():
    assert value_of(q("1 mL") * Fraction(2, 3), ".") == "0.666 mL"
    assert value_of(q("1 mL") * Fraction(2, 3), ",", up=True) == "0,667 mL"
    assert value_of(q("0.0025 g"), ".") == "2.5 mg"


def test_a_total_with_nothing_on_top_says_nothing_of_it():
    found = explain_total(solve([a_line(1, TRANEXAMIC, "50 mg"), a_line(2, SALINE, "qs")], q("4 mL")))
    assert plain(found.formula) == "0.5 mL + 3.5 mL = 4 mL"
