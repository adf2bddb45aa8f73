"""More than the target holds: the lines to trim, by how much, and the edits that answer it."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from formulary.cocktails.labels.pressing import pressed
from formulary.rules.findings import Level
from formulary.rules.formulation import Setting, Solution, solve
from tests.rules.builders import (
    ASCORBIC,
    GLUTATHIONE,
    SALINE,
    TRANEXAMIC,
    a_cocktail,
    a_line,
    a_product,
    q,
)

ML = 1_000_000


def volumes(solution: Solution) -> dict[int, Fraction]:
    return {solved.number: solved.volume.steps / ML for solved in solution.lines}


def codes(solution: Solution) -> list[str]:
    return [finding.code for finding in solution.findings]


class TestTooMuch:
    """1,500 mg typed for 150: ten millilitres do not go into five."""

    lines = (
        a_line(1, TRANEXAMIC, "20 mg"),
        a_line(2, ASCORBIC, "150 mg"),
        a_line(3, GLUTATHIONE, "1500 mg"),
        a_line(4, SALINE, "qs"),
    )

    def test_it_names_the_line_to_trim_and_by_how_much(self):
        (finding,) = solve(self.lines, q("5 mL")).findings
        assert (finding.code, finding.level, finding.line) == ("volume.above_target", Level.BLOCK, 3)
        assert finding.reason == (
            "The lines need 10.5\u00a0mL and the target is 5\u00a0mL: 5.5\u00a0mL too much."
        )
        assert finding.remedy == (
            "Trim 5.5\u00a0mL: line 3, glutathione to 4.5\u00a0mL. Or raise the target volume."
        )

    def test_it_offers_the_edits_that_answer_it(self):
        (finding,) = solve(self.lines, q("5 mL")).findings
        assert [(fix.field, fix.value) for fix in finding.fixes] == [
            ("lines-3-dose", "675 mg"),
            ("target", "10.5 mL"),
        ]

    def test_each_edit_does_answer_it(self):
        trimmed = replace(self.lines[2], quantity=q("675 mg"))
        assert solve([*self.lines[:2], trimmed, self.lines[3]], q("5 mL")).complete
        assert solve(self.lines, q("10.5 mL")).complete

    def test_the_other_lines_are_still_computed(self):
        assert volumes(solve(self.lines, q("5 mL"))) == {
            1: Fraction(1, 5),
            2: Fraction(3, 10),
            3: Fraction(10),
        }

    def test_where_no_line_suffices_alone_all_are_named_largest_first(self):
        lines = [a_line(n, TRANEXAMIC, typed) for n, typed in ((1, "1.5 mL"), (2, "2 mL"), (3, "1.6 mL"))]
        (finding,) = solve(lines, q("1 mL")).findings
        assert finding.line == 2
        assert [name for name, _ in finding.inputs] == [f"line {n}, tranexamic acid" for n in (2, 3, 1)]
        assert [fix.field for fix in finding.fixes] == ["target"]

    def test_every_line_that_suffices_alone_is_named(self):
        lines = [
            a_line(1, TRANEXAMIC, "3 mL"),
            a_line(2, ASCORBIC, "2.5 mL"),
            a_line(3, GLUTATHIONE, "0.2 mL"),
        ]
        (finding,) = solve(lines, q("5 mL")).findings
        assert [fix.field for fix in finding.fixes] == ["lines-1-volume", "lines-2-volume", "target"]

    def test_one_step_too_much_is_too_much(self):
        lines = [a_line(1, TRANEXAMIC, "5.000001 mL"), a_line(2, SALINE, "qs")]
        assert codes(solve(lines, q("5 mL"))) == ["volume.above_target"]

    def test_nothing_left_to_make_up_is_not_too_much(self):
        solution = solve([a_line(1, TRANEXAMIC, "5 mL"), a_line(2, SALINE, "qs")], q("5 mL"))
        assert (solution.findings, solution.line(2).volume) == ((), q("0 mL"))

    def test_a_pinned_concentration_is_trimmed_as_a_volume(self):
        lines = [a_line(1, TRANEXAMIC, "90 mg/mL"), a_line(2, ASCORBIC, "1 mL"), a_line(3, SALINE, "qs")]
        (finding,) = solve(lines, q("5 mL")).findings
        assert (finding.fixes[0].field, finding.fixes[0].value) == ("lines-1-volume", "4 mL")

    def test_in_a_comma_country_the_edits_have_a_comma(self):
        (finding,) = solve(self.lines, q("5 mL"), Setting(mark=",")).findings
        assert "10,5\u00a0mL" in finding.reason
        assert finding.fixes[-1].value == "10,5 mL"


LINES = st.lists(
    st.one_of(
        st.integers(1, 3_000_000).map(lambda n: f"{Decimal(n) / 1_000_000} mL"),
        st.integers(1, 300_000).map(lambda n: f"{Decimal(n) / 1000} mg"),
        st.integers(1, 40_000).map(lambda n: f"{Decimal(n) / 1000} mg/mL"),
    ),
    min_size=1, max_size=4,
)  # fmt: skip
PRODUCTS = (TRANEXAMIC, ASCORBIC, GLUTATHIONE, a_product(8, "thirds", "700 mg/3 mL"))


@given(LINES, st.integers(1, 9_000).map(lambda n: q(f"{Decimal(n) / 1000} mL")), st.booleans())
def test_each_edit_of_a_volume_ends_in_a_mixture_that_fits(typed, target, makes_up):
    """Another target, or a line trimmed: pressed once, and neither too much nor too little is left."""
    lines = [a_line(n, PRODUCTS[n - 1], each) for n, each in enumerate(typed, start=1)]
    lines += [a_line(9, SALINE, "qs")] if makes_up else []
    for finding in solve(lines, target).findings:
        for fix in finding.fixes:
            cocktail = pressed(a_cocktail(lines=tuple(lines), target=target), fix)
            assert solve(cocktail.lines, cocktail.target).complete, (finding.code, fix)


def test_too_little_of_what_no_number_fills_offers_no_other_target():
    third = a_product(8, "thirds", "700 mg/3 mL")
    (finding,) = solve([a_line(1, third, "100 mg")], q("5 mL")).findings
    assert (finding.code, finding.fixes) == ("volume.below_target", ())


def test_too_little_with_a_mixture_proposes_the_target_that_both_fill():
    lines = [a_line(1, TRANEXAMIC, "20 mg/mL"), a_line(2, ASCORBIC, "2 mL")]
    (finding,) = solve(lines, q("5 mL")).findings
    assert [(fix.field, fix.value) for fix in finding.fixes] == [("target", "2.5 mL")]
