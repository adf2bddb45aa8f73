"""The compatibility table over the lines: who matches, on which conditions, and which pairs nobody knows."""

from dataclasses import replace
from fractions import Fraction

import pytest

from formulary.rules.compatibility import Applies, Mixture, examine, keys_of, ph_window, relevant
from tests.rules.builders import (
    ASCORBIC,
    GLUTATHIONE,
    SALINE,
    TRANEXAMIC,
    a_formula,
    a_line,
    a_product,
    a_rule,
    an_excipient,
    melasma_lines,
    per,
)

THIAMINE = a_product(11, "thiamine", of={"groups": frozenset({"b_vitamin"})})
EPINEPHRINE = a_product(
    12,
    "lidocaine + epinephrine",
    "10 mg/mL",
    excipients=(an_excipient(),),
    of={"groups": frozenset({"local_anaesthetic"})},
)
PROCAINE = a_product(13, "procaine", "10 mg/mL", of={"groups": frozenset({"local_anaesthetic"})})


def whole(lines):
    return Mixture(tuple(lines))


def lines(*products):
    return [a_line(number, product, "1 mL") for number, product in enumerate(products, 1)]


def found(rules, *products, concentrations=None, formula=None):
    return examine(rules, Mixture(tuple(lines(*products)), concentrations or {}), formula)


def matched(rules, *products, **more):
    return [
        (m.rule.number, m.a.number, m.others[0].number, m.applies)
        for m in found(rules, *products, **more).matches
    ]


def test_a_product_answers_to_its_ingredient_excipients_and_groups():
    assert keys_of(EPINEPHRINE) == {
        "any",
        "ingredient:12",
        "ingredient:90",
        "group:local_anaesthetic",
        "group:sulfite",
    }


class TestSelectors:
    """A selector sees ingredients, groups and excipients, in either order of the lines, with side a first."""

    @pytest.mark.parametrize("a", ["ingredient:11", "group:b_vitamin"])
    @pytest.mark.parametrize(
        "b", ["ingredient:12", "group:local_anaesthetic", "ingredient:90", "group:sulfite", "any"]
    )
    def test_each_side(self, a, b):
        assert matched([a_rule("9", a, b)], THIAMINE, EPINEPHRINE) == [("9", 1, 2, Applies.YES)]
        assert matched([a_rule("9", a, b)], EPINEPHRINE, THIAMINE) == [("9", 2, 1, Applies.YES)]

    def test_both_sides_must_be_there(self):
        assert matched([a_rule("9", "group:b_vitamin", "group:sulfite")], THIAMINE, TRANEXAMIC) == []
        assert matched([a_rule("9", "group:thiol", "any")], THIAMINE, TRANEXAMIC) == []

    def test_two_substances_of_one_vial_are_not_a_pair(self):
        rule = a_rule("9", "group:b_vitamin", "group:sulfite")
        both = replace(THIAMINE, excipients=(an_excipient(),))
        assert matched([rule], both, TRANEXAMIC) == []
        assert matched([rule], both, both) == []

    def test_two_of_one_group_match_once(self):
        rule = a_rule("29", "group:local_anaesthetic", "group:local_anaesthetic")
        assert matched([rule], EPINEPHRINE, PROCAINE) == [("29", 1, 2, Applies.YES)]

    def test_alone_matches_every_other_line_and_is_one_match(self):
        rule = a_rule("31", "ingredient:11", kind="alone")
        (match,) = found([rule], TRANEXAMIC, THIAMINE, SALINE).matches
        assert (match.a.number, [line.number for line in match.others]) == (2, [1, 3])
        assert matched([rule], THIAMINE) == []

    def test_an_ingredient_of_another_number_does_not_match(self):
        assert matched([a_rule("9", "ingredient:1", "ingredient:12")], THIAMINE, EPINEPHRINE) == []


class TestConcentration:
    """Side a from a limit on, all its lines together; nobody knows the concentration of an excipient."""

    rule = a_rule("12", "ingredient:11", "ingredient:1", concentration_from=per("25 mg/mL"))

    @pytest.mark.parametrize(
        ("final", "applies"),
        [
            ("24.999999 mg/mL", None),
            ("25 mg/mL", Applies.YES),
            ("100 mg/mL", Applies.YES),
            ("1 mg/mL", None),
            ("30 IU/mL", Applies.MAYBE),
            (None, Applies.MAYBE),
        ],
    )
    def test_of_the_final_mixture(self, final, applies):
        concentrations = {1: per(final) if final else None}
        answers = [m[3] for m in matched([self.rule], THIAMINE, TRANEXAMIC, concentrations=concentrations)]
        assert answers == ([applies] if applies else [])

    def test_of_an_excipient_is_unknown(self):
        rule = a_rule("5", "group:sulfite", "ingredient:1", concentration_from=per("1 mg/mL"))
        concentrations = {1: per("10 mg/mL")}
        assert matched([rule], EPINEPHRINE, TRANEXAMIC, concentrations=concentrations)[0][3] is Applies.MAYBE

    @pytest.mark.parametrize(("second", "applies"), [("14 mg/mL", None), ("15 mg/mL", Applies.YES)])
    def test_two_lines_of_one_substance_count_together(self, second, applies):
        other = replace(THIAMINE, id=99)
        concentrations = {1: per("10 mg/mL"), 2: per(second)}
        answers = matched([self.rule], THIAMINE, other, TRANEXAMIC, concentrations=concentrations)
        assert [answer[3] for answer in answers] == ([applies] * 2 if applies else [])

    @pytest.mark.parametrize(
        ("final", "applies"), [("0.949 mg/mL", Applies.YES), ("0.95 mg/mL", None), (None, Applies.MAYBE)]
    )
    def test_of_what_is_worse_when_it_is_dilute(self, final, applies):
        rule = a_rule("15b", "ingredient:11", kind="handling", concentration_below=per("0.95 mg/mL"))
        concentrations = {1: per(final) if final else None}
        answers = [m[3] for m in matched([rule], THIAMINE, TRANEXAMIC, concentrations=concentrations)]
        assert answers == ([applies] if applies else [])


def with_ph(product, low, high):
    return replace(product, ph_low=Fraction(low), ph_high=Fraction(high))


class TestPh:
    """The mixture lies within the lowest and highest pH of its lines; one unknown leaves it open."""

    # Windows of side a and side b, rule below, rule above, what applies [CAF1, TRIS-B1].
    @pytest.mark.parametrize(
        ("a", "b", "below", "above", "applies"),
        [
            (("2.5", "4.5"), ("3", "5.9"), "6", None, Applies.YES),
            (("2.5", "4.5"), ("3", "6"), "6", None, Applies.MAYBE),
            (("6", "7"), ("6.5", "8.5"), "6", None, None),
            (("5.9", "7"), ("6.5", "8.5"), "6", None, Applies.MAYBE),
            (("7.1", "8"), ("8", "9"), None, "7", Applies.YES),
            (("6", "7"), ("5", "6"), None, "7", None),
            (("6", "8"), ("5", "6"), None, "7", Applies.MAYBE),
            (("5.1", "6.9"), ("5.1", "6.9"), "7", "5", Applies.YES),
            (("4", "6.9"), ("5.1", "6.9"), "7", "5", Applies.MAYBE),
            (("7", "8"), ("7", "8"), "7", "5", None),
        ],
    )
    def test_windows(self, a, b, below, above, applies):
        rule = a_rule(
            "23",
            "ingredient:11",
            "ingredient:1",
            ph_below=Fraction(below) if below else None,
            ph_above=Fraction(above) if above else None,
        )
        answers = [m[3] for m in matched([rule], with_ph(THIAMINE, *a), with_ph(TRANEXAMIC, *b))]
        assert answers == ([applies] if applies else [])

    def test_one_unknown_ph_leaves_it_open(self):
        rule = a_rule("23", "ingredient:11", "ingredient:1", ph_below=Fraction(6))
        assert matched([rule], with_ph(THIAMINE, 2, 3), TRANEXAMIC)[0][3] is Applies.MAYBE

    def test_the_window_spans_every_line(self):
        assert ph_window(lines(with_ph(THIAMINE, 2, 3), with_ph(TRANEXAMIC, "6.5", 8))) == (2, 8)
        assert ph_window([]) is None


class TestPairs:
    def test_every_pair_is_counted_diluents_too(self):
        examined = examine([], whole(melasma_lines()))
        assert (len(examined.pairs), examined.known, examined.words) == (6, 0, "0 of 6 pairs known")
        assert [pair.words for pair in examined.without_data][:2] == [
            "tranexamic acid with ascorbic acid",
            "tranexamic acid with glutathione",
        ]

    def test_a_compatible_pair_is_known_and_no_finding(self):
        rule = a_rule("c1", "ingredient:1", "ingredient:4", "INFO", kind="compatible")
        examined = found([rule], TRANEXAMIC, SALINE)
        assert (examined.known, examined.matches, examined.without_data) == (1, (), ())

    def test_a_condition_in_words_does_not_make_a_pair_known(self):
        rule = a_rule(
            "c2", "ingredient:1", "ingredient:4", "INFO", kind="compatible", condition="10:1 at 5 C"
        )
        (pair,) = found([rule], TRANEXAMIC, SALINE).without_data
        assert pair.only_when == "10:1 at 5 C"

    def test_what_goes_with_an_excipient_says_nothing_of_its_vial(self):
        rule = a_rule("c3", "group:sulfite", "ingredient:4", "INFO", kind="compatible")
        sulfited = replace(TRANEXAMIC, excipients=(an_excipient(),))
        assert found([rule], sulfited, SALINE).known == 0

    def test_handling_is_said_and_is_no_data_on_a_pair(self):
        rule = a_rule("17", "ingredient:1", "any", "INFO", kind="handling")
        examined = found([rule], TRANEXAMIC, SALINE)
        assert (len(examined.matches), examined.known) == (1, 0)

    def test_a_warning_is_data_and_so_is_alone(self):
        assert (
            found([a_rule("36", "group:thiol", "ingredient:1", "WARN")], GLUTATHIONE, TRANEXAMIC).known == 1
        )
        assert found([a_rule("1", "ingredient:1", kind="alone")], TRANEXAMIC, SALINE, ASCORBIC).known == 2

    def test_what_is_about_an_excipient_leaves_the_pair_of_actives_open_unless_it_blocks(self):
        sulfited = replace(TRANEXAMIC, excipients=(an_excipient(),))
        known = {
            level: found([a_rule("9", "group:sulfite", "ingredient:2", level)], sulfited, ASCORBIC).known
            for level in ("INFO", "WARN", "STOP", "BLOCK")
        }
        assert known == {"INFO": 0, "WARN": 0, "STOP": 0, "BLOCK": 1}
        assert found([a_rule("9", "ingredient:2", "group:sulfite", "WARN")], sulfited, ASCORBIC).known == 0

    def test_a_rule_that_may_apply_or_does_not_makes_nothing_known(self):
        rule = a_rule("12", "ingredient:1", "ingredient:4", concentration_from=per("25 mg/mL"))
        assert found([rule], TRANEXAMIC, SALINE).known == 0
        assert found([rule], TRANEXAMIC, SALINE, concentrations={1: per("1 mg/mL")}).known == 0

    def test_an_approved_formula_accepts_its_pairs(self):
        examined = examine([], whole(melasma_lines()), a_formula())
        assert (examined.known, len(examined.accepted), examined.without_data) == (0, 6, ())

    def test_an_unapproved_one_accepts_none(self):
        assert examine([], whole(melasma_lines()), a_formula(approved=False)).accepted == ()

    def test_the_pairs_of_another_product_were_signed_by_nobody(self):
        other = replace(GLUTATHIONE, id=99)
        lines = [*melasma_lines()[:2], a_line(3, other, "20 mg/mL"), melasma_lines()[3]]
        examined = examine([], whole(lines), a_formula())
        assert (len(examined.accepted), len(examined.without_data)) == (3, 3)
        unnamed = a_formula(any_product_of=frozenset({GLUTATHIONE.ingredient.id}))
        assert len(examine([], whole(lines), unnamed).accepted) == 6

    def test_a_changed_line_leaves_only_the_new_pairs(self):
        changed = [*melasma_lines()[:3], a_line(4, PROCAINE, "qs")]
        examined = examine([], whole(changed), a_formula())
        assert {pair.b.name for pair in examined.without_data} == {"procaine"}
        assert len(examined.without_data) == 3

    def test_two_products_of_one_ingredient_are_no_pair(self):
        other = replace(TRANEXAMIC, id=99)
        assert found([], TRANEXAMIC, other).pairs == ()


def test_relevant_rules_are_those_whose_sides_are_both_there():
    rules = [a_rule("1", "ingredient:1", "ingredient:2"), a_rule("2", "ingredient:1", "ingredient:77")]
    assert relevant(melasma_lines(), rules) == (rules[0],)
    assert relevant(melasma_lines()[:1], rules) == ()


def test_the_order_of_lines_changes_nothing():
    rules = [a_rule("1", "ingredient:2", "ingredient:1"), a_rule("2", "any", "group:thiol", "WARN")]
    assert examine(rules, whole(melasma_lines())) == examine(rules, whole(melasma_lines()[::-1]))


def test_a_rule_about_one_vial_alone_is_not_relevant():
    both = replace(THIAMINE, excipients=(an_excipient(),))
    rule = a_rule("9", "group:b_vitamin", "group:sulfite")
    assert relevant(lines(both, TRANEXAMIC), [rule]) == ()
    assert relevant(lines(THIAMINE, EPINEPHRINE), [rule]) == (rule,)


def test_of_two_readings_of_one_rule_the_sure_one_is_told():
    rule = a_rule("9", "any", "any", "WARN", concentration_from=per("1 mg/mL"))
    for sure, other in ((1, 2), (2, 1)):
        (match,) = found([rule], THIAMINE, EPINEPHRINE, concentrations={sure: per("5 mg/mL")}).matches
        assert (match.applies, match.a.number, match.others[0].number) == (Applies.YES, sure, other)


class TestARuleThatLoosensAnother:
    """It stands in the place of the stricter one only between two lines of which it surely speaks."""

    BLOCKS = a_rule("26", "ingredient:1", "ingredient:4", level="BLOCK")

    def asked(self, loosening, *products, **more):
        """The numbers of the rules that apply or may, in their order."""
        return [number for number, *_ in matched([self.BLOCKS, loosening], *products, **more)]

    def test_without_figures_it_stands_for_it_everywhere(self):
        assert self.asked(a_rule("K1", "ingredient:4", "ingredient:1", loosens="26"), TRANEXAMIC, SALINE) == [
            "K1"
        ]

    @pytest.mark.parametrize(
        ("strength", "rules"), [("4 mg/mL", ["K1"]), ("5 mg/mL", ["26"]), (None, ["26", "K1"])]
    )
    def test_where_its_figures_do_not_surely_hold_the_stricter_one_is_asked(self, strength, rules):
        loosening = a_rule(
            "K1", "ingredient:1", "ingredient:4", loosens="26", concentration_below=per("5 mg/mL")
        )
        known = {} if strength is None else {1: per(strength)}
        assert self.asked(loosening, TRANEXAMIC, SALINE, concentrations=known) == rules

    def test_between_other_lines_the_stricter_one_is_asked(self):
        broad = replace(self.BLOCKS, b="any")
        loosening = a_rule("K1", "ingredient:1", "ingredient:4", loosens="26")
        rules = [broad, loosening]
        assert [row[:3] for row in matched(rules, TRANEXAMIC, SALINE, PROCAINE)] == [
            ("K1", 1, 2),
            ("26", 1, 3),
        ]


@pytest.mark.parametrize(("low", "high"), [(None, 7), (6, None), (None, None)])
def test_a_ph_of_which_one_end_is_missing_leaves_the_window_open(low, high):
    half = replace(
        TRANEXAMIC,
        ph_low=None if low is None else Fraction(low),
        ph_high=None if high is None else Fraction(high),
    )
    assert ph_window(lines(with_ph(THIAMINE, 2, 3), half)) is None
