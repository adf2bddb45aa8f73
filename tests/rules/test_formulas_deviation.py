"""What a cocktail does otherwise than its formula: another volume alone is nothing, each change is told."""

from dataclasses import replace

import pytest

from formulary.rules.formulas import Kind, content_of_lines, deviations
from tests.rules.builders import ASCORBIC, TRANEXAMIC, a_line, melasma_lines, q

MELASMA = content_of_lines(melasma_lines(), name="Melasma v1", target=q("5 mL"), route="ID")
OTHER = replace(TRANEXAMIC, id=77, name="tranexamic acid (import)")


def told(lines, target="5 mL", route="ID"):
    found = deviations(MELASMA, lines, target=q(target), route=route)
    return [(change.kind, change.subject) for change in found]


def changed(number, line):
    return tuple(line if each.number == number else each for each in melasma_lines())


@pytest.mark.parametrize("target", ["5 mL", "2.5 mL", "8 mL"])
def test_the_formula_in_another_volume_is_no_change(target):
    assert told(melasma_lines(), target) == []


def test_the_same_figure_pinned_another_way_is_no_change():
    assert told(changed(1, a_line(1, TRANEXAMIC, "20 mg"))) == []


def test_another_dose_is_one_change_and_what_makes_up_follows_from_it():
    found = deviations(MELASMA, changed(1, a_line(1, TRANEXAMIC, "25 mg")), target=q("5 mL"), route="ID")
    assert [change.words.replace("\N{NO-BREAK SPACE}", " ") for change in found] == [
        "Tranexamic acid, dose: 20 mg becomes 25 mg (+25 %).",
        "Tranexamic acid, concentration: 4 mg/mL becomes 5 mg/mL (+25 %).",
    ]


def test_a_line_gone_another_product_another_order_and_another_route_are_told():
    assert told(melasma_lines()[1:]) == [(Kind.LOST, "tranexamic acid")]
    assert told(changed(1, a_line(1, OTHER, "4 mg/mL"))) == [(Kind.PRODUCT, "tranexamic acid, product")]
    first, second, *rest = melasma_lines()
    turned = (replace(second, number=1), replace(first, number=2), *rest)
    assert told(turned) == [(Kind.ORDER, "order of addition")]
    assert told(melasma_lines(), route="SC") == [(Kind.ROUTE, "route")]


def test_a_formula_that_names_no_product_is_kept_to_by_any():
    bare = replace(MELASMA, lines=tuple(replace(line, product=None) for line in MELASMA.lines))
    assert deviations(bare, melasma_lines(), target=q("5 mL"), route="ID") == ()
    more = (*melasma_lines()[:3], a_line(9, ASCORBIC, "1 mg/mL"), melasma_lines()[3])
    found = deviations(bare, more, target=q("5 mL"), route="ID")
    assert [change.kind for change in found] == [Kind.GAINED]


def test_a_formula_that_names_no_product_is_still_kept_to_in_its_dose():
    bare = replace(MELASMA, lines=tuple(replace(line, product=None) for line in MELASMA.lines))
    found = deviations(bare, changed(1, a_line(1, TRANEXAMIC, "25 mg")), target=q("5 mL"), route="ID")
    assert (Kind.CONCENTRATION, "tranexamic acid, concentration") in [(c.kind, c.subject) for c in found]
