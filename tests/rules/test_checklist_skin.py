"""T1 T2 T3: patch tests before a cocktail may be signed, claimed and given."""

from dataclasses import replace
from datetime import timedelta

import pytest

from formulary.rules.facts import PatchTestPolicy
from formulary.rules.findings import Level, Result, Stage
from tests.rules.builders import (
    ASCORBIC,
    AT,
    GLUTATHIONE,
    SALINE,
    TRANEXAMIC,
    a_draw,
    a_line,
    a_patient,
    a_product,
    a_stock,
    a_test,
    an_excipient,
    ask,
    codes,
    melasma_lines,
    some_policies,
)

OTHERS = (a_test(TRANEXAMIC), a_test(GLUTATHIONE))


def with_ascorbic(*tests, **more):
    """The patient of the builders, with these tests of ascorbic acid."""
    return {"patient": a_patient(tests=(*OTHERS, *tests)), **more}


def all_three(**more):
    """Findings and unknowns of the three rules together."""
    found = [answer for rule in ("T1", "T2", "T3") for answer in ask(rule, **more)]
    return [(f.rule, f.code, f.level) for f in found if f.result in (Result.FINDING, Result.UNKNOWN)]


def test_three_negative_tests_clear_the_cocktail_and_saline_needs_none():
    answers = ask("T1")
    assert [(f.line, f.code) for f in answers] == [(n, "patch_test.negative") for n in (1, 2, 3)]
    assert {f.result for f in answers} == {Result.PASS}
    assert codes(ask("T2") + ask("T3")) == ["patch_test.none_positive", "patch_test.none_doubtful"]


@pytest.mark.parametrize(
    ("tests", "expected"),
    [
        ((), ("T1", "patch_test.missing", Level.STOP)),
        (
            (a_test(ASCORBIC, "- -", started=AT - timedelta(hours=50)),),
            ("T1", "patch_test.pending", Level.STOP),
        ),
        ((a_test(ASCORBIC, "- - ++"),), ("T2", "patch_test.positive", Level.BLOCK)),
        ((a_test(ASCORBIC, "- - ?+"),), ("T3", "patch_test.doubtful", Level.STOP)),
        ((a_test(ASCORBIC, "-"),), ("T3", "patch_test.unread", Level.STOP)),
        ((a_test(ASCORBIC, started=AT - timedelta(days=400)),), ("T1", "patch_test.lapsed", Level.STOP)),
        ((a_test(ASCORBIC, product_id=99),), ("T1", "patch_test.other_product", Level.STOP)),
        ((a_test(ASCORBIC, is_mixture=True),), ("T1", "patch_test.mixture", Level.STOP)),
    ],
)
def test_what_does_not_clear_is_named_by_its_rule(tests, expected):
    assert all_three(**with_ascorbic(*tests)) == [expected]


def test_the_24_hour_patch_reading_does_not_clear():
    """RULINGS 6, article S1: one look at 24 h alone misses most delayed reactions."""
    just_read = a_test(ASCORBIC, "-", started=AT - timedelta(hours=25))
    (answer,) = (f for f in ask("T1", **with_ascorbic(just_read)) if f.line == 2)
    assert (answer.code, answer.level, answer.stops) == ("patch_test.pending", Level.STOP, True)


@pytest.mark.parametrize("component", [TRANEXAMIC, ASCORBIC, GLUTATHIONE])
@pytest.mark.parametrize("alone", [True, False])
def test_a_positive_patch_test_blocks_every_cocktail_with_that_component(component, alone):
    patient = a_patient(tests=(a_test(component, "- + ++"),))
    lines = (a_line(1, component, "20 mg"), a_line(2, SALINE, "qs")) if alone else melasma_lines()
    barred = [f for f in ask("T2", lines=lines, patient=patient) if f.code == "patch_test.positive"]
    assert [(f.subject, f.level) for f in barred] == [(component.ingredient.name, Level.BLOCK)]


def test_it_names_the_ingredient_and_the_line():
    (finding,) = (f for f in ask("T2", **with_ascorbic(a_test(ASCORBIC, "- ++"))))
    assert (finding.subject, finding.line) == ("ascorbic acid", 2)
    assert finding.reason == "Ascorbic acid: the patch test was positive on 21 Nov 2026."
    assert finding.remedy == (
        "This line cannot be given; a new concluded test or a specialist's note reopens it."
    )


def test_it_names_the_test_and_what_was_applied():
    test = a_test(ASCORBIC, "- ++", label="T-7, ascorbic acid 500 mg/mL")
    (finding,) = (f for f in ask("T2", **with_ascorbic(test)))
    assert finding.reason == (
        "Ascorbic acid: the patch test was positive on 21 Nov 2026: T-7, ascorbic acid 500 mg/mL."
    )


def test_a_new_concluded_negative_test_lifts_a_positive_one():
    old = a_test(ASCORBIC, "- ++", started=AT - timedelta(days=30))
    assert all_three(**with_ascorbic(old, a_test(ASCORBIC))) == []


def test_a_positive_test_of_an_excipient_bars_too():
    sulfited = a_product(50, "procaine", "10 mg/mL", excipients=(an_excipient("metabisulfite", 90),))
    positive = a_test(a_product(90, "metabisulfite"), "- ++")
    lines = (a_line(1, sulfited, "10 mg"), a_line(2, SALINE, "qs"))
    (finding,) = ask("T2", lines=lines, patient=a_patient(tests=(a_test(sulfited), positive)))
    assert (finding.code, finding.level, finding.line) == ("patch_test.positive_excipient", Level.BLOCK, 1)


def test_a_positive_test_bars_also_where_none_is_asked_for():
    positive = a_test(SALINE, "- ++")
    (finding,) = ask("T2", **with_ascorbic(a_test(ASCORBIC), positive))
    assert (finding.code, finding.level, finding.line) == ("patch_test.positive", Level.BLOCK, 4)
    lifted = a_test(SALINE, "- ++", started=AT - timedelta(days=30))
    assert codes(ask("T2", **with_ascorbic(lifted, a_test(SALINE)))) == ["patch_test.none_positive"]


def test_where_none_is_asked_for_a_products_own_later_negative_test_frees_that_product():
    other = a_test(SALINE, "- ++", started=AT - timedelta(days=30), product_id=4711)
    assert codes(ask("T2", **with_ascorbic(other))) == ["patch_test.positive"]
    assert codes(ask("T2", **with_ascorbic(other, a_test(SALINE)))) == ["patch_test.none_positive"]
    elsewhere = a_test(SALINE, product_id=98)
    assert codes(ask("T2", **with_ascorbic(other, elsewhere))) == ["patch_test.positive"]


class TestPolicies:
    def test_a_site_that_asks_for_none(self):
        none = some_policies(patch_test=PatchTestPolicy(required=False))
        answers = ask("T1", **with_ascorbic(), policies=none)
        assert {f.result for f in answers} == {Result.NOT_APPLICABLE}

    def test_a_site_that_has_not_said_how_long_a_test_counts(self):
        undecided = some_policies(patch_test=PatchTestPolicy())
        assert all_three(policies=undecided) == [("T1", "patch_test.validity_unknown", Level.STOP)] * 3

    def test_a_site_that_binds_tests_to_lots(self):
        bound = some_policies(patch_test=PatchTestPolicy(bound_to_lot=True, valid_for=timedelta(days=180)))
        picked = tuple(a_stock(product) for product in (TRANEXAMIC, ASCORBIC, GLUTATHIONE, SALINE))
        assert all_three(policies=bound, picked=picked) == []
        other = (*picked[:1], replace(picked[1], lot_id=4711), *picked[2:])
        assert all_three(policies=bound, picked=other) == [("T1", "patch_test.other_lot", Level.STOP)]
        assert {code for _, code, _ in all_three(policies=bound)} == {"patch_test.lot_open"}

    def test_in_the_end_the_lots_drawn_from_count(self):
        bound = some_policies(patch_test=PatchTestPolicy(bound_to_lot=True, valid_for=timedelta(days=180)))
        lines = melasma_lines()
        draws = tuple(a_draw(line, "1 mL") for line in lines)
        draws += (a_draw(lines[1], "0.1 mL", stock=a_stock(ASCORBIC, lot_id=4711)),)
        found = ask("T1", Stage.ADMINISTER, policies=bound, draws=draws)
        assert [f.code for f in found if f.result is Result.FINDING] == ["patch_test.other_lot"]


@pytest.mark.parametrize("rule", ["T1", "T2", "T3"])
def test_without_a_patient_nothing_is_asked(rule):
    assert [f.result for f in ask(rule, patient=None)] == [Result.NOT_APPLICABLE]
