"""What a formula's own figures do not fit is found at its field; an unknown figure fits everything."""

from dataclasses import replace

import pytest

from formulary.rules.findings import Level
from formulary.rules.formulas import Content, Written, misfits
from tests.rules.builders import ASCORBIC, SALINE, TRANEXAMIC, per, q

TXA = Written(
    1,
    "tranexamic acid",
    "concentration",
    TRANEXAMIC,
    concentration=per("4 mg/mL"),
    dose=(q("20 mg"), q("20 mg")),
    mixture=(per("4 mg/mL"), per("4 mg/mL")),
)
GLOW = Content("Glow v1", (TXA, Written(2, "saline", "qs", SALINE)), q("5 mL"), "ID")


def found(content):
    return [(f.field, f.reason.replace("\N{NO-BREAK SPACE}", " ")) for f in misfits(content)]


def with_line(**changed):
    return replace(GLOW, lines=(replace(TXA, **changed), GLOW.lines[1]))


def test_figures_on_the_very_edge_of_their_ranges_fit():
    assert found(GLOW) == []


@pytest.mark.parametrize(
    ("changed", "field", "reason"),
    [
        ({"dose": (q("4 mg"), q("19 mg"))}, "lines-0-dose_high", "own dose, 20 mg, is outside"),
        ({"dose": (q("21 mg"), q("30 mg"))}, "lines-0-dose_high", "own dose, 20 mg, is outside"),
        (
            {"mixture": (per("5 mg/mL"), per("6 mg/mL"))},
            "lines-0-concentration_high",
            "own concentration, 4 mg/mL, is outside",
        ),
    ],
)
def test_a_figure_outside_its_own_range_is_found_at_the_range(changed, field, reason):
    ((where, words),) = found(with_line(**changed))
    assert (where, reason in words) == (field, True)


def test_lines_that_come_to_more_than_the_volume_are_found_at_the_volume():
    line = Written(2, "ascorbic acid", "volume", ASCORBIC, quantity=q("4.9 mL"))
    full = replace(GLOW, lines=(TXA, line))
    assert found(full) == [("target", "Its lines come to 5.1 mL, more than 5 mL.")]
    assert found(replace(GLOW, lines=(TXA, replace(line, quantity=q("4.8 mL"))))) == []


def test_what_does_not_fit_blocks_under_its_own_name():
    told = with_line(dose=(q("4 mg"), q("19 mg")))
    full = replace(GLOW, lines=(Written(1, "ascorbic acid", "volume", ASCORBIC, quantity=q("5.1 mL")),))
    assert [(f.code, f.level) for content in (told, full) for f in misfits(content)] == [
        ("formula.outside_own_range", Level.BLOCK),
        ("formula.too_much", Level.BLOCK),
    ]


def test_what_is_unknown_fits():
    assert found(with_line(pin="unknown", concentration=None)) == []
    assert found(replace(GLOW, target=None)) == []
