"""C5 and the order of addition: what the pH of the lines tells of the whole, as an estimate that says so."""

from dataclasses import replace
from fractions import Fraction

import pytest

from formulary.rules.findings import Level, Result
from tests.rules.builders import GLUTATHIONE, SALINE, TRANEXAMIC, a_line, a_product, a_rule, ask, codes, q

THIAMINE = a_product(31, "thiamine")
BELOW = a_rule("M5d", "any", kind="mixture", ph_below=Fraction(4), condition="below pH 4")
ABOVE = a_rule("M5e", "any", kind="mixture", ph_above=Fraction(9), condition="above pH 9")
APART = a_rule("37", "any", "any", "WARN", "mixture", ph_gap=Fraction(2))
RULES = (BELOW, ABOVE, APART)


def with_ph(product, low, high):
    return replace(product, ph_low=Fraction(low), ph_high=Fraction(high))


def c5(*products, rules=RULES, **more):
    lines = tuple(a_line(number, product, "1 mL") for number, product in enumerate(products, 1))
    found = ask("C5", lines=lines, target=q("2 mL"), formula=None, compatibilities=rules, **more)
    return tuple(answer for answer in found if answer.code.startswith("ph."))


class TestC5:
    @pytest.mark.parametrize(
        ("one", "other", "expected"),
        [
            (("6.5", "8"), ("5.5", "7"), ["ph.fits"]),
            (("2", "3.9"), ("2.5", "3.5"), ["ph.outside"]),
            (("9.1", "10"), ("9.1", "11"), ["ph.outside"]),
            (("2", "4"), ("4", "5"), ["ph.may_be_outside"]),
            (("4", "9"), ("4", "9"), ["ph.fits"]),
            (("4", "5"), ("7", "8"), ["ph.fits"]),
            (("4", "4.9"), ("7", "8"), ["ph.far_apart"]),
        ],
    )
    def test_edges(self, one, other, expected):
        assert codes(c5(with_ph(THIAMINE, *one), with_ph(TRANEXAMIC, *other))) == expected

    def test_outside_blocks_and_says_that_it_is_an_estimate(self):
        (finding,) = c5(with_ph(THIAMINE, "9.5", "10.9"), with_ph(TRANEXAMIC, "9.5", "10"))
        assert (finding.level, finding.result) == (Level.BLOCK, Result.FINDING)
        assert finding.reason == (
            "The pH of the mixture is between 9.5 and 10.9 (estimated from what the lines declare, not "
            "measured): above pH 9. mechanism of M5e."
        )

    def test_what_cannot_be_excluded_is_unknown_and_shown(self):
        (answer,) = c5(with_ph(THIAMINE, "2.5", "4.5"), with_ph(TRANEXAMIC, "4", "5"))
        assert (answer.result, answer.level) == (Result.UNKNOWN, Level.INFO)
        assert answer.reason.endswith("below pH 4 cannot be excluded.")

    def test_one_product_by_itself_is_as_its_label_has_it(self):
        assert codes(c5(with_ph(THIAMINE, "2.0", "3.8"))) == ["ph.one_line"]

    def test_a_missing_ph_is_unknown_and_never_neutral(self):
        (answer,) = c5(with_ph(THIAMINE, 6, 7), GLUTATHIONE)
        assert (answer.code, answer.result, answer.level) == ("ph.unknown", Result.UNKNOWN, Level.INFO)
        assert answer.reason == "The pH of glutathione is not on record, so that of the mixture is unknown."

    def test_a_diluent_has_no_salt_to_lose(self):
        assert codes(c5(with_ph(THIAMINE, "4", "4.1"), with_ph(SALINE, "7", "7.5"))) == ["ph.fits"]

    def test_without_a_row_about_it_nothing_is_asked(self):
        assert codes(c5(THIAMINE, TRANEXAMIC, rules=())) == ["ph.no_rule"]


class TestOrderOfAddition:
    def answers(self, first, *products):
        rule = a_rule("25", "ingredient:31", "ingredient:1", "INFO", first=first)
        lines = tuple(a_line(number, product, "1 mL") for number, product in enumerate(products, 1))
        found = ask("C4", lines=lines, target=q("2 mL"), formula=None, compatibilities=(rule,))
        return [finding for finding in found if finding.code.startswith("order.")]

    def test_it_is_said_where_the_table_says_it(self):
        (finding,) = self.answers("a", THIAMINE, TRANEXAMIC)
        assert (finding.code, finding.level) == ("order.of_addition", Level.INFO)
        assert finding.reason == "Thiamine goes into the syringe before tranexamic acid."

    def test_lines_that_stand_the_other_way_round_ask_for_a_reason(self):
        (finding,) = self.answers("b", THIAMINE, TRANEXAMIC)
        assert (finding.level, finding.remedy) == (Level.WARN, "Put the lines in that order.")

    def test_where_it_matters_and_no_source_says_it_is_unknown(self):
        (finding,) = self.answers("unknown", THIAMINE, TRANEXAMIC)
        assert (finding.code, finding.result, finding.level) == ("order.unknown", Result.UNKNOWN, Level.WARN)

    def test_nothing_is_said_where_nothing_is_on_record(self):
        assert self.answers("", THIAMINE, TRANEXAMIC) == []
