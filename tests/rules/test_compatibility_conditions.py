"""The conditions of the table, edges first: ratio, a third substance, time, an acid that falls out, order."""

from dataclasses import replace
from fractions import Fraction

import pytest

from formulary.rules.compatibility import (
    Applies,
    Mixture,
    examine,
    onset_ph,
    order_of_addition,
    with_diluents,
)
from formulary.rules.facts import Onset
from tests.rules.builders import SALINE, TRANEXAMIC, a_line, a_product, a_rule, an_excipient, per, q

LIDOCAINE = a_product(21, "lidocaine", "10 mg/mL")
BUFFER = a_product(22, "bicarbonate", "84 mg/mL")
BENZOATE = a_product(
    23, "caffeine and benzoate", "125 mg/mL", ph_low=Fraction("6.5"), ph_high=Fraction("8.5")
)
THIRD = a_product(24, "nicotinamide")
ONSET = Onset(Fraction("4.20"), Fraction("3.4"), Fraction("0.847"))


def mixture(*products, volumes=(), final=(), **more):
    lines = tuple(a_line(number, product, "1 mL") for number, product in enumerate(products, 1))
    return Mixture(
        lines,
        {number: per(text) if text else None for number, text in enumerate(final, 1)},
        {number: q(text) if text else None for number, text in enumerate(volumes, 1)},
        **more,
    )


def answers(rule, *products, **more):
    return [match.applies for match in examine([rule], mixture(*products, **more)).matches]


def with_ph(product, low, high):
    return replace(product, ph_low=Fraction(low), ph_high=Fraction(high))


class TestRatio:
    """Parts of side a to one part of side b, by volume, all lines of each together [LID8]."""

    below = a_rule("25a", "ingredient:21", "ingredient:22", ratio_below=Fraction(9))
    between = a_rule(
        "25b", "ingredient:21", "ingredient:22", ratio_from=Fraction(9), ratio_below=Fraction(10)
    )

    @pytest.mark.parametrize(
        ("lidocaine", "buffer", "too_much", "not_studied"),
        [
            ("10 mL", "1 mL", False, False),
            ("20 mL", "1 mL", False, False),
            ("9.99 mL", "1 mL", False, True),
            ("9 mL", "1 mL", False, True),
            ("8.999 mL", "1 mL", True, False),
            ("1 mL", "1 mL", True, False),
            ("1 mL", "10 mL", True, False),
        ],
    )
    def test_edges(self, lidocaine, buffer, too_much, not_studied):
        volumes = (lidocaine, buffer)
        assert answers(self.below, LIDOCAINE, BUFFER, volumes=volumes) == [Applies.YES] * too_much
        assert answers(self.between, LIDOCAINE, BUFFER, volumes=volumes) == [Applies.YES] * not_studied

    def test_two_lines_of_one_side_count_together(self):
        second = replace(BUFFER, id=99)
        volumes = ("10 mL", "1 mL", "1 mL")
        assert answers(self.below, LIDOCAINE, BUFFER, second, volumes=volumes) == [Applies.YES] * 2

    def test_an_unknown_volume_leaves_it_open_and_is_named(self):
        (match,) = examine([self.below], mixture(LIDOCAINE, BUFFER, volumes=("10 mL", None))).matches
        assert (match.applies, match.unknown) == (Applies.MAYBE, "the volumes of the two")
        assert answers(self.below, LIDOCAINE, BUFFER, volumes=("10 mL", "0 mL")) == [Applies.MAYBE]

    def test_of_a_diluent_inside_a_vial_nobody_knows_how_much_there_is(self):
        whole = mixture(LIDOCAINE, SALINE, volumes=("10 mL", "1 mL"))
        inside = a_line(1, BUFFER, "qs")
        found = with_diluents(examine([], whole), [inside], [self.below], whole)
        assert [match.applies for match in found.matches] == [Applies.MAYBE]

    def test_a_compatible_ratio_makes_the_pair_known_and_another_does_not(self):
        rule = a_rule("K16", "ingredient:21", "ingredient:22", "INFO", "compatible", ratio_from=Fraction(10))
        known = [
            examine([rule], mixture(LIDOCAINE, BUFFER, volumes=volumes)).known
            for volumes in (("10 mL", "1 mL"), ("9 mL", "1 mL"), (None, "1 mL"))
        ]
        assert known == [1, 0, 0]


class TestAThirdSubstance:
    rule = a_rule(
        "12",
        "ingredient:1",
        "ingredient:21",
        concentration_from=per("25 mg/mL"),
        also="ingredient:24",
        also_from=per("25 mg/mL"),
    )

    @pytest.mark.parametrize(
        ("one", "third", "expected"),
        [
            ("25 mg/mL", "25 mg/mL", [Applies.YES]),
            ("24.9 mg/mL", "100 mg/mL", []),
            ("100 mg/mL", "24.9 mg/mL", []),
            ("25 mg/mL", None, [Applies.MAYBE]),
            (None, "25 mg/mL", [Applies.MAYBE]),
            (None, "1 mg/mL", []),
        ],
    )
    def test_both_must_be_strong_enough(self, one, third, expected):
        assert answers(self.rule, TRANEXAMIC, LIDOCAINE, THIRD, final=(one, "1 mg/mL", third)) == expected

    def test_without_it_the_rule_is_about_nothing(self):
        assert answers(self.rule, TRANEXAMIC, LIDOCAINE, SALINE, final=("99 mg/mL", "1 mg/mL", None)) == []


class TestTime:
    """The longest that the mixture may be kept, by the site's limit and its lines."""

    @pytest.mark.parametrize(
        ("kept", "longer", "up_to"),
        [("4", [], [Applies.YES]), ("4.01", [Applies.YES], []), (None, [Applies.MAYBE], [Applies.MAYBE])],
    )
    def test_edges(self, kept, longer, up_to):
        kept_h = None if kept is None else Fraction(kept)
        above = a_rule("a", "ingredient:1", "ingredient:21", kept_above_h=Fraction(4))
        below = a_rule("b", "ingredient:1", "ingredient:21", kept_up_to_h=Fraction(4))
        assert answers(above, TRANEXAMIC, LIDOCAINE, kept_h=kept_h) == longer
        assert answers(below, TRANEXAMIC, LIDOCAINE, kept_h=kept_h) == up_to


class TestAnAcidThatFallsOut:
    """pKa + log10((C - S) / S): the second read's own figures (A4)."""

    @pytest.mark.parametrize(
        ("benzoate", "ph"),
        [("125 mg/mL", "5.7"), ("62.5 mg/mL", "5.4"), ("25 mg/mL", "4.9"), ("12.5 mg/mL", "4.5")],
    )
    def test_the_more_there_is_the_sooner(self, benzoate, ph):
        assert round(onset_ph(ONSET, per(benzoate)), 1) == Fraction(ph)

    def test_what_stays_dissolved_falls_out_at_no_ph(self):
        assert onset_ph(ONSET, per("4.014 mg/mL")) is None
        assert onset_ph(ONSET, per("4.1 mg/mL")) is not None

    @pytest.mark.parametrize(
        ("acid", "strength", "expected"),
        [
            (("2.5", "4.5"), "62.5 mg/mL", [Applies.MAYBE]),
            (("5.7", "7"), "62.5 mg/mL", []),
            (("2.5", "4.5"), "4 mg/mL", []),
            (None, "62.5 mg/mL", [Applies.MAYBE]),
            (("2.5", "4.5"), None, [Applies.MAYBE]),
        ],
    )
    def test_it_depends_on_the_mixture(self, acid, strength, expected):
        rule = a_rule("23", "ingredient:23", onset=ONSET)
        other = TRANEXAMIC if acid is None else with_ph(TRANEXAMIC, *acid)
        assert answers(rule, BENZOATE, other, final=(strength, "1 mg/mL")) == expected

    def test_below_the_onset_it_is_sure(self):
        rule, acid = a_rule("23", "ingredient:23", onset=ONSET), with_ph(TRANEXAMIC, 2, 3)
        (match,) = examine([rule], mixture(with_ph(BENZOATE, 4, 5), acid, final=("62.5 mg/mL", None))).matches
        assert match.applies is Applies.YES
        assert round(dict(match.figures)["falls out below pH"], 2) == Fraction("5.36")

    @pytest.mark.parametrize(
        ("window", "expected"),
        [(("5.2", "6"), []), (("5.19", "6"), [Applies.MAYBE]), (("4", "5.19"), [Applies.YES])],
    )
    def test_at_the_very_onset_it_stays_dissolved(self, window, expected):
        # 37.4 mg/mL of acid is eleven times its solubility: 4.20 + log10(10).
        rule = a_rule("23", "ingredient:23", onset=replace(ONSET, share=Fraction(1)))
        products = with_ph(BENZOATE, *window), with_ph(TRANEXAMIC, *window)
        assert answers(rule, *products, final=("37.4 mg/mL", None)) == expected

    def test_a_diluent_brings_no_acid(self):
        rule = a_rule("23", "ingredient:23", onset=ONSET)
        assert answers(rule, BENZOATE, with_ph(SALINE, "4.5", 7), final=("62.5 mg/mL", None)) == []


class TestPhFrom:
    @pytest.mark.parametrize(
        ("window", "expected"),
        [
            (("7", "8"), [Applies.YES]),
            (("6.9", "8"), [Applies.MAYBE]),
            (("6", "7"), [Applies.MAYBE]),  # 7 itself is within
            (("5", "6.9"), []),
        ],
    )
    def test_from_seven_on(self, window, expected):
        rule = a_rule("10c", "ingredient:1", "ingredient:21", ph_from=Fraction(7))
        assert answers(rule, with_ph(TRANEXAMIC, *window), with_ph(LIDOCAINE, *window)) == expected


class TestOnlyWords:
    def test_what_only_words_decide_is_never_sure(self):
        rule = a_rule("21", "ingredient:1", "ingredient:21", decidable=False, condition="some product")
        (match,) = examine([rule], mixture(TRANEXAMIC, LIDOCAINE)).matches
        assert (match.applies, match.unknown) == (Applies.MAYBE, "some product")

    def test_what_is_only_said_is_said(self):
        rule = a_rule("17", "ingredient:1", "any", "INFO", "handling", decidable=False, condition="in light")
        assert answers(rule, TRANEXAMIC, LIDOCAINE) == [Applies.YES]

    def test_what_is_known_not_to_apply_stays_so(self):
        rule = a_rule(
            "21", "ingredient:1", "ingredient:21", decidable=False, condition="x", kept_above_h=Fraction(4)
        )
        assert answers(rule, TRANEXAMIC, LIDOCAINE, kept_h=Fraction(1)) == []


def test_a_rule_about_actives_passes_over_components():
    combined = a_product(25, "combined", excipients=(an_excipient("epinephrine", 26),))
    plain = a_product(26, "epinephrine")
    rule = a_rule("M2d", "ingredient:26", "ingredient:22", actives_only=True)
    assert answers(rule, combined, BUFFER) == []
    assert answers(rule, plain, BUFFER) == [Applies.YES]


class TestOrder:
    """Lines keep their order, but for what the table says; a cycle is told, never guessed."""

    def order(self, rules, *products):
        whole = mixture(*products)
        return order_of_addition(whole.lines, examine(rules, whole))

    def numbers(self, order):
        return [line.number for line in order.lines]

    def test_nothing_is_said(self):
        order = self.order([a_rule("1", "ingredient:1", "ingredient:21")], TRANEXAMIC, LIDOCAINE)
        assert (self.numbers(order), order.known, order.given) == ([1, 2], (), True)

    @pytest.mark.parametrize(("first", "expected"), [("a", [2, 1, 3]), ("b", [1, 2, 3])])
    def test_one_side_goes_first(self, first, expected):
        rule = a_rule("25", "ingredient:21", "ingredient:22", "INFO", first=first)
        order = self.order([rule], BUFFER, LIDOCAINE, SALINE)
        assert (self.numbers(order), bool(order.broken), order.given) == (expected, first == "a", True)

    def test_also_a_pair_that_goes_together_has_an_order(self):
        rule = a_rule("K16", "ingredient:21", "ingredient:22", "INFO", "compatible", first="a")
        assert self.numbers(self.order([rule], BUFFER, LIDOCAINE)) == [2, 1]

    def test_where_it_matters_and_nobody_says_it_is_not_given(self):
        rule = a_rule("21", "ingredient:21", "ingredient:22", first="unknown")
        order = self.order([rule], BUFFER, LIDOCAINE)
        assert (len(order.open), order.given) == (1, False)

    def test_a_contradiction_is_told(self):
        rules = [
            a_rule("1", "ingredient:21", "ingredient:22", first="a"),
            a_rule("2", "ingredient:21", "ingredient:22", first="b"),
        ]
        order = self.order(rules, LIDOCAINE, BUFFER, SALINE)
        assert (len(order.contradiction), order.given, self.numbers(order)) == (2, False, [3, 1, 2])

    def test_a_contradiction_is_of_those_alone_that_cannot_all_be_followed(self):
        rules = [
            a_rule("1", "ingredient:21", "ingredient:22", first="a"),
            a_rule("2", "ingredient:21", "ingredient:22", first="b"),
            a_rule("3", "ingredient:1", "ingredient:21", first="a"),
        ]
        order = self.order(rules, LIDOCAINE, BUFFER, TRANEXAMIC)
        assert ([each.rule.number for each in order.contradiction], self.numbers(order)) == (
            ["1", "2"],
            [3, 1, 2],
        )


class TestWhatDoesNotCompare:
    least = a_rule("1", "ingredient:21", "ingredient:22", concentration_from=per("5 IU/mL"))
    most = a_rule("2", "ingredient:21", "ingredient:22", concentration_below=per("5 IU/mL"))

    def test_a_concentration_in_another_unit_is_open(self):
        final = ("10 mg/mL", "1 mg/mL")
        for rule in (self.least, self.most):
            assert answers(rule, LIDOCAINE, BUFFER, final=final) == [Applies.MAYBE]

    @pytest.mark.parametrize(("least", "applies"), [("10 mg/mL", [Applies.YES]), ("10.000001 mg/mL", [])])
    def test_two_lines_add_up_in_whatever_volume_they_are_told(self, least, applies):
        rule = replace(self.least, concentration_from=per(least))
        other = replace(LIDOCAINE, id=98)
        final = ("10 mg/2 mL", "1 mg/mL", "5 mg/mL")
        found = answers(rule, LIDOCAINE, BUFFER, other, final=final)
        assert found == applies * 2

    def test_what_speaks_of_actives_alone_says_nothing_of_a_diluents_excipient(self):
        inside = replace(SALINE, id=97, excipients=(an_excipient("bicarbonate", 22),))
        whole = mixture(LIDOCAINE, THIRD, volumes=("10 mL", "1 mL"))
        rule = a_rule("3", "ingredient:21", "ingredient:22")
        for actives_only, count in ((False, 1), (True, 0)):
            rules = [replace(rule, actives_only=actives_only)]
            found = with_diluents(examine([], whole), [a_line(2, inside, "qs")], rules, whole)
            assert len(found.matches) == count


def test_an_acid_of_which_only_a_part_is_known_may_fall_out():
    rule = a_rule("4", "ingredient:23", "ingredient:21", onset=ONSET)
    other = with_ph(replace(BENZOATE, id=96), "6.5", "8.5")
    lines = (BENZOATE, with_ph(LIDOCAINE, "5", "7"), other)
    known = answers(rule, *lines, final=("0.1 mg/mL", "1 mg/mL", "0.1 mg/mL"))
    partly = answers(rule, *lines, final=("0.1 mg/mL", "1 mg/mL", None))
    assert (known, partly) == ([], [Applies.MAYBE] * 2)


def test_what_not_even_words_decide_says_so():
    rule = a_rule("21", "ingredient:1", "ingredient:21", decidable=False)
    (match,) = examine([rule], mixture(TRANEXAMIC, LIDOCAINE)).matches
    assert (match.applies, match.unknown) == (Applies.MAYBE, "what the source does not say")


def test_concentrations_in_two_units_do_not_add_up():
    group = {"groups": frozenset({"vitamin"})}
    one, two = (a_product(n, f"vitamin {n}", of=group) for n in (31, 32))
    rule = a_rule("5", "group:vitamin", "ingredient:22", concentration_from=per("5 mg/mL"))
    for other, applies in (("1 mg/mL", [Applies.YES] * 2), ("1 IU/mL", [Applies.MAYBE] * 2)):
        assert answers(rule, one, BUFFER, two, final=("5 mg/mL", "1 mg/mL", other)) == applies
