"""A formula made in another volume: each line by its rule, and what did not scale is named."""

from dataclasses import replace
from fractions import Fraction

import pytest

from formulary.rules.formulas import Content, Scaling, Written, figures, scale
from tests.rules.builders import ASCORBIC, GLUTATHIONE, SALINE, TRANEXAMIC, per, q

BY_CONCENTRATION = Written(1, "tranexamic acid", "concentration", TRANEXAMIC, concentration=per("4 mg/mL"))
BY_DOSE = Written(2, "ascorbic acid", "dose", ASCORBIC, quantity=q("150 mg"))
BY_VOLUME = Written(3, "glutathione", "volume", GLUTATHIONE, quantity=q("0.5 mL"))
DILUENT = Written(4, "sodium chloride 0.9 %", "qs", SALINE)
GLOW = Content("Glow v1", (BY_CONCENTRATION, BY_DOSE, BY_VOLUME, DILUENT), q("5 mL"), "ID")


def fixed(line, content=GLOW):
    lines = (replace(x, scaling=Scaling.FIXED) if x is line else x for x in content.lines)
    return replace(content, lines=tuple(lines))


@pytest.mark.parametrize("target", ["2.5 mL", "5 mL", "10 mL", "7.3 mL"])
def test_lines_that_scale_keep_every_concentration_exactly(target):
    was, becomes = figures(GLOW), figures(scale(GLOW, q(target)).content)
    for number, found in was.items():
        assert becomes[number].concentration.ratio == found.concentration.ratio
        assert becomes[number].volume / found.volume == q(target) / q("5 mL")
    assert sum((x.volume.steps for x in becomes.values()), Fraction(0)) == q(target).steps


def test_its_own_volume_changes_nothing():
    assert scale(fixed(BY_DOSE), q("5 mL")).content == fixed(BY_DOSE)
    assert scale(fixed(BY_DOSE), q("5 mL")).unscaled == ()


@pytest.mark.parametrize(
    ("line", "quantity", "words"),
    [
        (BY_CONCENTRATION, "20 mg", "Tranexamic acid stays at 20 mg: it is fixed."),
        (BY_DOSE, "150 mg", "Ascorbic acid stays at 150 mg: it is fixed."),
        (BY_VOLUME, "0.5 mL", "Glutathione stays at 0.5 mL: it is fixed."),
    ],
)
def test_a_fixed_line_keeps_what_the_session_gets_and_is_named(line, quantity, words):
    found = scale(fixed(line), q("10 mL"))
    stayed = found.content.lines[line.number - 1]
    assert (stayed.quantity, stayed.concentration) == (q(quantity), None)
    assert [x.words.replace("\N{NO-BREAK SPACE}", " ") for x in found.unscaled] == [words]
    before = figures(GLOW)[line.number].concentration.ratio
    assert figures(found.content)[line.number].concentration.ratio == before / 2


def test_what_has_no_amount_did_not_scale():
    unknown = Written(2, "buflomedil", "unknown")
    found = scale(replace(GLOW, lines=(BY_CONCENTRATION, unknown)), q("10 mL"))
    assert [x.words for x in found.unscaled] == ["Buflomedil did not scale: its amount is not stated."]


@pytest.mark.parametrize(
    "line",
    [
        replace(BY_DOSE, quantity=None),  # nobody says how much
        replace(
            BY_CONCENTRATION, quantity=q("20 mg")
        ),  # what a concentration came to is no figure of its own
        replace(DILUENT, quantity=q("1 mL")),
    ],
)
def test_only_a_dose_or_a_volume_that_is_stated_grows_with_the_whole(line):
    content = replace(GLOW, lines=(line,))
    assert scale(content, q("10 mL")).content.lines == (line,)


def test_a_formula_without_a_volume_scales_its_concentrations_only():
    found = scale(replace(GLOW, target=None), q("10 mL"))
    assert (found.factor, found.content.target) == (None, q("10 mL"))
    assert [x.substance for x in found.unscaled] == ["ascorbic acid", "glutathione"]
    assert found.content.lines == GLOW.lines
