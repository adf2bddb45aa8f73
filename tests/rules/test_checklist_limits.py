"""C1, and what a formula answers where nobody knows a limit."""

from dataclasses import replace

import pytest

from formulary.rules.findings import Level, Result, Stage
from tests.rules.builders import (
    GLUTATHIONE,
    SALINE,
    a_draw,
    a_formula,
    a_limit,
    a_line,
    a_product,
    ask,
    codes,
    q,
)

N = "\u00a0"
LIDOCAINE = a_product(
    20, "lidocaine", "10 mg/mL", limits=(a_limit("300 mg", "10 mg/mL", per_kg=q("4.5 mg")),)
)


N = "\u00a0"
LIDOCAINE = a_product(
    20, "lidocaine", "10 mg/mL", limits=(a_limit("300 mg", "10 mg/mL", per_kg=q("4.5 mg")),)
)


def of(product, typed, target="5 mL", **more):
    """A cocktail of one ingredient in saline, of no formula."""
    lines = (a_line(1, product, typed), a_line(2, SALINE, "qs"))
    return {"lines": lines, "target": q(target), "formula": None, **more}


def limited(*limits, product=GLUTATHIONE):
    return replace(product, limits=limits)


class TestTheHighestConcentration:
    """Procaine for infiltration: 5 mg/mL [Novocain label]."""

    procaine = a_product(22, "procaine", "10 mg/mL", limits=(a_limit(concentration="5 mg/mL"),))

    @pytest.mark.parametrize(
        ("typed", "code"),
        [("25 mg", "concentration.within_max"), ("25.000001 mg", "concentration.above_max")],
    )
    def test_at_the_limit_is_within(self, typed, code):
        assert codes(ask("C1", **of(self.procaine, typed, syringes=()))) == [code]

    def test_above_it_says_so(self):
        (finding,) = ask("C1", **of(self.procaine, "40 mg"))
        assert finding.reason == (
            f"Procaine 8{N}mg/mL is above the highest concentration for intradermal use (5{N}mg/mL)."
        )
        assert (finding.level, finding.inputs[2]) == (Level.BLOCK, ("of limit", f"160{N}%"))

    def test_a_soft_one_asks_a_second_person(self):
        soft = limited(a_limit(concentration="5 mg/mL", hard=False), product=self.procaine)
        (finding,) = ask("C1", **of(soft, "40 mg"))
        assert finding.level is Level.STOP

    def test_given_as_supplied_it_holds_too(self):
        more = {"lines": (a_line(1, self.procaine, "1 mL"),), "target": None, "formula": None}
        assert codes(ask("C1", **more)) == ["concentration.above_max"]

    def test_zero_must_not_be_used_that_way(self):
        zero = limited(a_limit(concentration="0 mg/mL"), product=self.procaine)
        assert codes(ask("C1", **of(zero, "1 mg"))) == ["concentration.must_not_be_used"]

    def test_two_lines_of_one_ingredient_count_together(self):
        lines = (
            a_line(1, self.procaine, "15 mg"),
            a_line(2, replace(self.procaine, id=78), "15 mg"),
            a_line(3, SALINE, "qs"),
        )
        assert codes(ask("C1", lines=lines, formula=None)) == ["concentration.above_max"]


class TestUnknownLimits:
    """An approved formula answers for its own unknowns, inside the range its approver signed."""

    def by_formula(self, typed, rule="D1", **more):
        lines = (a_line(1, GLUTATHIONE, typed), a_line(2, SALINE, "qs"))
        return ask(rule, lines=lines, target=q("5 mL"), syringes=(), **more)

    @pytest.mark.parametrize("typed", ["50 mg", "100 mg", "150 mg"])
    def test_inside_the_range_it_does_not_stop(self, typed):
        (answer,) = self.by_formula(typed)
        assert (answer.code, answer.result) == ("dose.limit_unknown", Result.UNKNOWN)
        assert answer.accepted == "limit unknown, accepted in formula Melasma v3"
        assert not answer.stops

    @pytest.mark.parametrize("typed", ["49.999999 mg", "150.000001 mg"])
    def test_outside_it_a_second_person_signs(self, typed):
        (finding,) = self.by_formula(typed)
        assert (finding.code, finding.result, finding.level) == (
            "dose.outside_formula",
            Result.FINDING,
            Level.STOP,
        )
        assert finding.stops

    def test_fifteen_hundred_typed_for_a_hundred_and_fifty(self):
        lines = (a_line(1, GLUTATHIONE, "1500 mg"), a_line(2, SALINE, "qs"))
        (finding,) = ask("D1", lines=lines, target=q("5 mL"))
        assert finding.reason == (
            f"Glutathione 1,500{N}mg is outside what formula Melasma v3 accepts (50{N}mg to 150{N}mg), "
            f"and no limit is on record."
        )
        assert [(fix.field, fix.value) for fix in finding.fixes] == [("lines-1-dose", "150 mg")]

    def test_too_low_is_offered_the_low_end(self):
        (finding,) = self.by_formula("5 mg")
        assert finding.fixes[0].value == "50 mg"

    @pytest.mark.parametrize(
        ("typed", "code"),
        [
            ("50 mg", "concentration.limit_unknown"),
            ("150 mg", "concentration.limit_unknown"),
            ("49.999 mg", "concentration.outside_formula"),
            ("150.001 mg", "concentration.outside_formula"),
        ],
    )
    def test_the_same_for_concentrations(self, typed, code):
        # 10 mg/mL to 30 mg/mL in 5 mL.
        (answer,) = self.by_formula(typed, "C1")
        assert answer.code == code
        assert bool(answer.accepted) == (code == "concentration.limit_unknown")

    @pytest.mark.parametrize("formula", [None, a_formula(approved=False), a_formula(ranges=())])
    def test_without_a_formula_that_answers_it_stops(self, formula):
        (answer,) = self.by_formula("100 mg", formula=formula)
        assert (answer.code, answer.result, answer.level) == (
            "dose.limit_unknown",
            Result.UNKNOWN,
            Level.STOP,
        )
        assert answer.stops
        assert answer.reason == (
            f"No limit of glutathione for intradermal use is on record (100{N}mg), "
            f"and no approved formula answers for it."
        )

    @pytest.mark.parametrize("rule", ["D1", "C1"])
    def test_a_formula_of_another_route_answers_for_nothing(self, rule):
        (answer,) = self.by_formula("100 mg", rule, route="subcutaneous")
        assert (answer.result, answer.level, answer.accepted) == (Result.UNKNOWN, Level.STOP, "")
        assert answer.reason.endswith("and formula Melasma v3 answers for intradermal use only.")

    @pytest.mark.parametrize("rule", ["D1", "C1"])
    def test_a_formula_answers_for_no_other_product(self, rule):
        lines = (a_line(1, replace(GLUTATHIONE, id=99), "100 mg"), a_line(2, SALINE, "qs"))
        (answer,) = ask(rule, lines=lines)
        assert (answer.result, answer.level, answer.accepted) == (Result.UNKNOWN, Level.STOP, "")
        assert answer.reason.endswith("and formula Melasma v3 answers for another product of it.")

    def test_a_line_that_names_no_product_was_signed_for_any(self):
        ranges = tuple(replace(signed, product_id=None) for signed in a_formula().ranges)
        lines = (a_line(1, replace(GLUTATHIONE, id=99), "100 mg"), a_line(2, SALINE, "qs"))
        (answer,) = ask("D1", lines=lines, formula=a_formula(ranges=ranges))
        assert answer.accepted == "limit unknown, accepted in formula Melasma v3"

    def test_a_known_limit_needs_no_formula(self):
        assert codes(ask("D1", **of(limited(a_limit("120 mg")), "100 mg"))) == ["dose.within_max"]

    def test_the_formula_is_asked_about_what_was_prescribed(self):
        # 150 mg is 1 mL, the end of the range; that 1.01 mL was drawn is for M2 and M3 to say.
        lines = (a_line(1, GLUTATHIONE, "150 mg"), a_line(2, SALINE, "qs"))
        found = ask(
            "D1", Stage.FINAL, lines=lines, draws=(a_draw(lines[0], "1.01 mL"), a_draw(lines[1], "4 mL"))
        )
        assert [bool(f.accepted) for f in found] == [True]
