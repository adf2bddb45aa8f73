"""Whether a patient's patch tests clear a product: T1, T2 and T3, by product, lot, mixture, age."""

from dataclasses import replace
from datetime import timedelta

import pytest

from formulary.rules.facts import PatchTest, PatchTestPolicy
from formulary.rules.findings import Level, Result
from formulary.rules.patch_test import Clearance, clears, standing_positive
from tests.rules.builders import ASCORBIC, AT, TRANEXAMIC, a_test

POLICY = PatchTestPolicy(valid_for=timedelta(days=180), source="clinic policy")
BOUND = replace(POLICY, bound_to_lot=True)
LOT, OTHER_LOT, OTHER_PRODUCT = 10, 11, 99


def ago(days: float, grades: str = "- - -", **more) -> PatchTest:
    return a_test(TRANEXAMIC, grades, started=AT - timedelta(days=days), **more)


def asked(
    *tests: PatchTest, policy: PatchTestPolicy = POLICY, lot: int | None = LOT, product: int = 1
) -> Clearance:
    return clears(tests, 1, product, lot, at=AT, policy=policy, zone="Europe/Paris")


# tests, state, rule, code, level, result
ANSWERS = [
    ([], "missing", "T1", "patch_test.missing", Level.STOP, Result.FINDING),
    ([ago(10)], "negative", "T1", "patch_test.negative", None, Result.PASS),
    ([ago(10, "- - +")], "positive", "T2", "patch_test.positive", Level.BLOCK, Result.FINDING),
    ([ago(10, "- ?+ -")], "doubtful", "T3", "patch_test.doubtful", Level.STOP, Result.FINDING),
    ([ago(10, "- - IR")], "doubtful", "T3", "patch_test.doubtful", Level.STOP, Result.FINDING),
    ([ago(1, "-")], "pending", "T1", "patch_test.pending", Level.STOP, Result.FINDING),
    ([ago(10, "- -")], "invalid", "T3", "patch_test.unread", Level.STOP, Result.FINDING),
    ([ago(200)], "lapsed", "T1", "patch_test.lapsed", Level.STOP, Result.FINDING),
    ([ago(-1)], "missing", "T1", "patch_test.missing", Level.STOP, Result.FINDING),
    (
        [ago(10, product_id=OTHER_PRODUCT)],
        "missing",
        "T1",
        "patch_test.other_product",
        Level.STOP,
        Result.FINDING,
    ),
    ([ago(10, is_mixture=True)], "missing", "T1", "patch_test.mixture", Level.STOP, Result.FINDING),
    ([a_test(ASCORBIC)], "missing", "T1", "patch_test.missing", Level.STOP, Result.FINDING),
    ([a_test(ASCORBIC, "- - +")], "missing", "T1", "patch_test.missing", Level.STOP, Result.FINDING),
]


@pytest.mark.parametrize("row", ANSWERS, ids=lambda row: row[3])
def test_one_test_answers(row) -> None:
    tests, state, rule, code, level, result = row
    answer = asked(*tests)
    finding = answer.finding
    assert (answer.state, finding.rule, finding.code) == (state, rule, code)
    assert (finding.level, finding.result) == (level, result)
    assert answer.cleared == (result is Result.PASS)
    assert answer.words and (finding.remedy or answer.cleared)


def test_a_negative_test_whose_validity_nobody_decided_is_unknown_and_shown() -> None:
    answer = asked(ago(10), policy=PatchTestPolicy())
    assert (answer.state, answer.finding.code) == ("unknown", "patch_test.validity_unknown")
    assert (answer.finding.result, answer.finding.level) == (Result.UNKNOWN, Level.STOP)
    assert not answer.cleared


def test_a_test_is_bound_to_a_lot_only_by_policy() -> None:
    assert asked(ago(10), lot=OTHER_LOT).state == "negative"
    assert asked(ago(10), lot=None).state == "negative"
    other = asked(ago(10), lot=OTHER_LOT, policy=BOUND)
    assert (other.state, other.finding.code) == ("missing", "patch_test.other_lot")
    assert asked(ago(10), policy=BOUND).state == "negative"
    assert asked(ago(10, lot_id=None), policy=BOUND).finding.code == "patch_test.other_lot"


def test_before_a_lot_is_chosen_a_bound_test_cannot_be_judged() -> None:
    answer = asked(ago(10), lot=None, policy=BOUND)
    assert (answer.state, answer.finding.code) == ("unknown", "patch_test.lot_open")
    assert answer.finding.result is Result.UNKNOWN
    assert asked(ago(10, "- - +"), lot=None, policy=BOUND).state == "positive"


def test_a_positive_test_bars_every_product_and_lot_of_the_ingredient() -> None:
    positive = ago(30, "- - +")
    assert asked(positive, product=OTHER_PRODUCT).state == "positive"
    assert asked(positive, lot=OTHER_LOT, policy=BOUND).state == "positive"
    assert asked(positive, ago(60)).state == "positive"


def test_a_later_negative_test_of_the_product_lifts_it() -> None:
    assert asked(ago(60, "- - +"), ago(30)).state == "negative"
    assert asked(ago(30, "- - +"), ago(60)).state == "positive"
    assert asked(ago(30, "- - +"), ago(30)).state == "positive"
    assert asked(ago(400, "- - +"), ago(200)).state == "lapsed"


def test_a_later_test_that_is_not_concluded_negative_lifts_nothing() -> None:
    for later in (ago(1, "-"), ago(10, "- ?+ -"), ago(10, "- -"), ago(10, is_mixture=True)):
        assert asked(ago(60, "- - +"), later).state == "positive"


def test_a_positive_test_of_another_product_is_lifted_by_a_test_of_either() -> None:
    positive = ago(60, "- - +", product_id=OTHER_PRODUCT)
    assert asked(positive, ago(30)).state == "negative"
    lifted = asked(positive, ago(30, product_id=OTHER_PRODUCT))
    assert lifted.finding.code == "patch_test.other_product"
    assert asked(positive, ago(30, product_id=98)).state == "positive"


def test_a_positive_mixture_bars_until_the_component_is_tested_alone() -> None:
    mixture = ago(60, "- - +", is_mixture=True)
    answer = asked(mixture)
    assert answer.finding.reason == "The patch test of a mixture with it was positive on 29 Sep 2026."
    assert asked(mixture, ago(30)).state == "negative"
    assert asked(mixture, ago(30, is_mixture=True)).state == "positive"


def test_a_negative_mixture_clears_no_component() -> None:
    assert asked(ago(10, is_mixture=True), ago(400)).state == "lapsed"


def test_the_newest_concluded_test_decides() -> None:
    assert asked(ago(60), ago(10, "- ?+ -")).state == "doubtful"
    assert asked(ago(60, "- ?+ -"), ago(10)).state == "negative"
    assert asked(ago(200), ago(10)).state == "negative"


def test_a_test_that_says_nothing_takes_nothing_away() -> None:
    assert asked(ago(60), ago(1, "-")).state == "negative"
    assert asked(ago(60), ago(10, "- -")).state == "negative"
    assert asked(ago(200), ago(1, "-")).state == "lapsed"
    assert asked(ago(20, "- -"), ago(1, "-")).state == "pending"


def test_where_no_test_is_asked_for_only_a_reaction_counts() -> None:
    free = replace(POLICY, required=False)
    for tests in ([], [ago(1, "-")], [ago(10, "- -")], [ago(200)]):
        answer = asked(*tests, policy=free)
        assert (answer.state, answer.finding.result) == ("not_applicable", Result.NOT_APPLICABLE)
        assert answer.cleared
    assert asked(ago(10, "- - +"), policy=free).finding.rule == "T2"
    assert asked(ago(10, "- ?+ -"), policy=free).finding.rule == "T3"
    assert asked(ago(10), policy=free).state == "not_applicable"


def test_the_words_name_the_day_at_the_site() -> None:
    assert asked(ago(10)).words == "negative 18 Nov 2026"
    assert asked(ago(10, "- - +")).words == "positive 18 Nov 2026"
    assert asked(ago(200)).words == "lapsed 8 Nov 2026"
    assert asked().words == "none on record"
    assert asked(ago(1, "-")).words == "48 h reading to come"


def test_a_positive_test_says_what_reopens_the_line() -> None:
    finding = asked(ago(10, "- - +")).finding
    assert finding.reason == "The patch test was positive on 18 Nov 2026."
    assert (
        finding.remedy == "This line cannot be given; a new concluded test or a specialist's note reopens it."
    )


def test_a_positive_ingredient_bars_where_it_is_an_excipient() -> None:
    positive = ago(60, "- - +")
    assert standing_positive([positive], 1, at=AT, policy=POLICY) is positive
    assert standing_positive([positive], 2, at=AT, policy=POLICY) is None
    assert standing_positive([positive, ago(30)], 1, at=AT, policy=POLICY) is None
    assert standing_positive([positive, ago(30, is_mixture=True)], 1, at=AT, policy=POLICY) is positive
    assert standing_positive([ago(-1, "+")], 1, at=AT, policy=POLICY) is None
    assert standing_positive([], 1, at=AT, policy=POLICY) is None


def standing(*tests: PatchTest, policy: PatchTestPolicy = POLICY, **asked_for) -> PatchTest | None:
    return standing_positive(tests, 1, at=AT, policy=policy, **asked_for)


def test_a_negative_test_of_another_product_leaves_the_ingredient_barred() -> None:
    positive, other = ago(60, "- - +"), ago(30, product_id=OTHER_PRODUCT)
    assert standing(positive, other) is positive
    assert standing(positive, other, product_id=1) is positive
    assert standing(positive, other, product_id=OTHER_PRODUCT) is None
    assert standing(positive, other, product_id=98) is positive


def test_where_tests_are_bound_to_lots_a_negative_of_another_lot_lifts_nothing() -> None:
    positive, other = ago(60, "- - +"), ago(30, lot_id=OTHER_LOT)
    assert standing(positive, other, policy=BOUND) is positive
    assert standing(positive, other, policy=BOUND, product_id=1, lot_id=LOT) is positive
    assert standing(positive, other, policy=BOUND, product_id=1, lot_id=OTHER_LOT) is None
    assert standing(positive, ago(30), policy=BOUND, product_id=1, lot_id=OTHER_LOT) is None
    assert standing(positive, other) is None


@pytest.mark.parametrize("policy", [POLICY, BOUND], ids=["by product", "by lot"])
def test_an_ingredient_is_barred_exactly_where_one_of_its_tested_products_is(policy) -> None:
    positive = ago(60, "- - +")
    for later in ([], [ago(30)], [ago(30, product_id=OTHER_PRODUCT)], [ago(30, lot_id=OTHER_LOT)]):
        tests = [positive, *later]
        tested = {(test.product_id, test.lot_id) for test in tests}
        answers = {asked(*tests, policy=policy, product=p, lot=lot).state for p, lot in tested}
        assert ("positive" in answers) == (standing(*tests, policy=policy) is not None)


def test_a_test_counts_from_the_moment_it_is_applied() -> None:
    assert asked(ago(0, "")).state == "pending"
    assert asked(ago(-0.0001, "")).state == "missing"
