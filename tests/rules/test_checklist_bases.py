"""Salt, base and element: converted exactly by a factor on record, or not compared at all."""

from dataclasses import replace
from fractions import Fraction

import pytest

from formulary.rules.facts import Factor
from formulary.rules.findings import Level, Result
from formulary.rules.formulation import factor_between, limit_for, solve
from formulary.rules.formulation.explain import source_of
from tests.rules.builders import SALINE, a_formula, a_limit, a_line, a_product, a_range, ask, codes, q

# 1 mg of zinc is in 4.40 mg of the heptahydrate, 2.745 of the monohydrate, 2.469 of the anhydrous salt [ZN1].
HEPTA = Factor("zinc sulfate heptahydrate", "zinc", 1 / Fraction("4.40"), "[ZN1]")
MONO = Factor("zinc sulfate monohydrate", "zinc", 1 / Fraction("2.745"), "[ZN3]")
OF_ZINC = {"factors": (HEPTA, MONO)}


def zinc(id=40, basis="zinc", **more):
    """A product of 10 mg/mL, counted as this; all products share one substance."""
    product = a_product(id, "zinc sulfate", "10 mg/mL", basis=basis, of=OF_ZINC, **more)
    return replace(product, ingredient=replace(product.ingredient, id=40))


def of(*lines):
    return {"lines": (*lines, a_line(9, SALINE, "qs")), "target": q("5 mL"), "formula": None, "syringes": ()}


@pytest.mark.parametrize(
    ("of_basis", "to", "parts"),
    [
        ("zinc sulfate heptahydrate", "zinc", Fraction(10, 44)),
        ("zinc", "zinc sulfate heptahydrate", Fraction(44, 10)),
        ("zinc sulfate heptahydrate", "zinc sulfate monohydrate", Fraction("2.745") / Fraction("4.40")),
        ("zinc", "caffeine", None),
        ("", "zinc", None),
        ("zinc", "", None),
    ],
)
def test_a_factor_is_as_recorded_turned_round_or_through_a_third(of_basis, to, parts):
    found = factor_between(of_basis, to, (HEPTA, MONO))
    assert (None if found is None else found.parts) == parts


def test_through_a_third_basis_both_sources_are_named():
    found = factor_between("zinc sulfate heptahydrate", "zinc sulfate monohydrate", (HEPTA, MONO))
    assert found.source == "[ZN1]; [ZN3]"


def test_a_limit_is_converted_exactly_in_every_figure():
    limit = a_limit("44 mg", "4.4 mg/mL", per_kg=q("4.4 mg"), basis="zinc sulfate heptahydrate")
    found = limit_for(replace(limit, minimum=q("8.8 mg")), zinc())
    assert (found.dose, found.per_kg, found.minimum) == (q("10 mg"), q("1 mg"), q("2 mg"))
    assert (found.concentration.amount, found.factor) == (q("1 mg"), HEPTA)


def test_a_limit_without_a_factor_keeps_no_figure():
    found = limit_for(a_limit("44 mg", "4 mg/mL", basis="zinc gluconate"), zinc())
    assert (found.dose, found.concentration, found.factor) == (None, None, None)


class TestSaltAndBaseNeverMixSilently:
    """U4 and D1 together: converted and said, or stopped."""

    def test_a_limit_of_the_salt_holds_a_dose_of_the_element_by_its_factor(self):
        product = zinc()
        limited = replace(
            product, limits=(limit_for(a_limit("44 mg", basis="zinc sulfate heptahydrate"), product),)
        )
        for dose, code in (("10 mg", "dose.within_max"), ("10.000001 mg", "dose.above_max")):
            assert codes(ask("D1", **of(a_line(1, limited, dose)))) == [code]
        (said,) = ask("U4", **of(a_line(1, limited, "1 mg")))
        assert (said.code, said.level, said.source) == ("basis.converted", Level.INFO, "[ZN1]")
        assert said.reason.replace("\u00a0", " ") == (
            "A limit of zinc sulfate is given as zinc sulfate heptahydrate: "
            "1 mg of zinc sulfate heptahydrate counts as 0.2273 mg of zinc."
        )

    def test_a_limit_of_another_basis_without_a_factor_stops_and_is_no_pass(self):
        product = zinc()
        limited = replace(product, limits=(limit_for(a_limit("44 mg", basis="zinc gluconate"), product),))
        (said,) = ask("U4", **of(a_line(1, limited, "1 mg")))
        assert (said.code, said.result, said.level) == ("basis.no_factor", Result.UNKNOWN, Level.STOP)
        assert codes(ask("D1", **of(a_line(1, limited, "1 mg")))) == ["dose.limit_unknown"]

    def test_a_basis_that_is_not_on_record_equals_no_other(self):
        bare = zinc(basis="")
        limited = replace(bare, limits=(limit_for(a_limit("44 mg", basis="zinc"), bare),))
        assert codes(ask("U4", **of(a_line(1, limited, "1 mg")))) == ["basis.no_factor"]

    def test_two_lines_of_one_substance_add_up_by_the_factor(self):
        salt = zinc(41, "zinc sulfate heptahydrate", limits=())
        element = zinc(limits=(a_limit("3 mg"),))
        for dose, code in (("8.8 mg", "dose.within_max"), ("8.9 mg", "dose.above_max")):
            lines = of(a_line(1, element, "1 mg"), a_line(2, salt, dose))
            assert codes(ask("D1", **lines)) == [code]
            assert codes(ask("U4", **lines)) == ["basis.converted"]

    def test_two_lines_without_a_factor_do_not_add_up_and_stop(self):
        lines = of(a_line(1, zinc(limits=(a_limit("3 mg"),)), "1 mg"), a_line(2, zinc(41, ""), "1 mg"))
        assert codes(ask("D1", **lines)) == ["dose.unknown"]
        (said,) = ask("U4", **lines)
        assert (said.result, said.level, said.line) == (Result.UNKNOWN, Level.STOP, 2)

    def test_what_is_counted_alike_passes_and_says_as_what(self):
        (said,) = ask("U4", **of(a_line(1, zinc(), "1 mg")))
        assert (said.code, said.inputs) == ("basis.alike", (("line 1, zinc sulfate", "zinc"),))

    def test_where_nothing_says_its_basis_the_question_does_not_arise(self):
        assert codes(ask("U4")) == ["basis.none"]


class TestALimitAndARangeCountSomething:
    """D1, C1 and what a formula accepts, where line and figure count the salt, the base or the element."""

    ACCEPTED = "limit unknown, accepted in formula Melasma v3"
    SALT = "zinc sulfate heptahydrate"

    @pytest.mark.parametrize(
        ("asked", "limit", "codes_of"),
        [
            # 8.8 mg of the salt and 1 mg of zinc are 3 mg of zinc: 13.2 mg of the salt, in 5 mL.
            ("D1", a_limit("3 mg"), ["dose.within_max"]),
            ("D1", a_limit("2.999999 mg"), ["dose.above_max"]),
            ("C1", a_limit(None, "0.6 mg/mL"), ["concentration.within_max"]),
            ("C1", a_limit(None, "0.599999 mg/mL"), ["concentration.above_max"]),
        ],
    )
    def test_a_limit_of_the_second_line_is_told_as_the_first_one_counts(self, asked, limit, codes_of):
        salt, element = zinc(41, self.SALT, limits=()), zinc(limits=(limit,))
        for lines in ([salt, "8.8 mg", element, "1 mg"], [element, "1 mg", salt, "8.8 mg"]):
            first, dose, second, more = lines
            mixed = of(a_line(1, first, dose), a_line(2, second, more))
            assert codes(ask(asked, **mixed)) == codes_of

    def test_a_limit_of_0_forbids_whatever_it_counts(self):
        bare = zinc(basis="")
        limited = replace(bare, limits=(limit_for(a_limit("0 mg", basis="zinc"), bare),))
        assert codes(ask("D1", **of(a_line(1, limited, "1 mg")))) == ["dose.must_not_be_used"]

    @pytest.mark.parametrize(
        ("basis", "dose", "d1", "u4"),
        [
            (SALT, "2 mg", ("dose.limit_unknown", ACCEPTED), "converted"),
            (SALT, "2.1 mg", ("dose.outside_formula", ""), "converted"),
            ("zinc", "2.1 mg", ("dose.outside_formula", ""), "alike"),
            ("zinc gluconate", "2 mg", ("dose.limit_unknown", ""), "alike"),
            ("", "2 mg", ("dose.limit_unknown", ""), "alike"),
        ],
    )
    def test_a_range_of_any_product_is_converted_or_answers_nothing(self, basis, dose, d1, u4):
        product = zinc(limits=())
        signed = replace(
            a_range(product, ("4.4 mg", "8.8 mg"), ("0.1 mg/mL", "9 mg/mL")), product_id=None, basis=basis
        )
        asked = of(a_line(1, product, dose)) | {"formula": a_formula(ranges=(signed,))}
        (said,) = ask("D1", **asked)
        assert (said.code, said.accepted) == d1
        assert codes(ask("U4", **asked)) == [f"basis.{u4}"]

    def test_a_range_of_a_named_product_counts_what_its_strength_does(self):
        product = zinc(limits=())
        ranges = (a_range(product, ("1 mg", "2 mg"), ("0.1 mg/mL", "9 mg/mL")),)
        (said,) = ask("D1", **(of(a_line(1, product, "2 mg")) | {"formula": a_formula(ranges=ranges)}))
        assert said.accepted == "limit unknown, accepted in formula Melasma v3"

    def test_the_edit_and_the_inputs_say_what_they_count(self):
        (said,) = ask("D1", **of(a_line(1, zinc(limits=(a_limit("3 mg"),)), "4 mg")))
        assert [fix.label for fix in said.fixes] == ["Set zinc sulfate to 3\u00a0mg counted as zinc"]
        assert said.inputs[-1] == ("counted as", "zinc")


def test_where_a_strength_comes_from_says_what_it_counts():
    (line, _) = solve(of(a_line(1, zinc(), "1 mg"))["lines"], q("5 mL")).lines
    assert source_of(line) == "strength on the label of zinc sulfate 10 mg/mL, counted as zinc"


def test_what_has_no_factor_says_what_each_counts():
    limit = a_limit("44 mg", basis="zinc gluconate")
    for basis, words in (("zinc", "counts zinc,"), ("", "counts what is not on record,")):
        (answer,) = ask("U4", **of(a_line(1, zinc(basis=basis, limits=(limit,)), "1 mg")))
        assert (answer.code, words in answer.reason) == ("basis.no_factor", True)
