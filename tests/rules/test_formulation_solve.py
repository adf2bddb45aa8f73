"""The solver: what each pin makes follow, exactly, and what it refuses with the lines named."""

from fractions import Fraction

import pytest

from formulary.rules.facts import Pin, Strength
from formulary.rules.findings import Level, Refused
from formulary.rules.formulation import Setting, Solution, ledger_amount, solve, solve_cocktail
from formulary.rules.units import IU, MASS, VOLUME, Quantity, activity, show, unit
from tests.rules.builders import (
    ASCORBIC,
    ROUTE,
    SALINE,
    TRANEXAMIC,
    a_cocktail,
    a_limit,
    a_line,
    a_product,
    melasma_lines,
    per,
    q,
)

ML = 1_000_000


def volumes(solution: Solution) -> dict[int, Fraction]:
    return {solved.number: solved.volume.steps / ML for solved in solution.lines}


def codes(solution: Solution) -> list[str]:
    return [finding.code for finding in solution.findings]


class TestTheMelasmaCocktail:
    """Iraji 2019: tranexamic acid 4 mg/mL, vitamin C 3 %, glutathione 2 %; of 100, 500, 150 mg/mL; 5 mL."""

    solution = solve_cocktail(a_cocktail())

    def test_volumes_are_exact(self):
        assert volumes(self.solution) == {
            1: Fraction(1, 5),
            2: Fraction(3, 10),
            3: Fraction(2, 3),
            4: Fraction(23, 6),
        }

    def test_volumes_per_ml_are_those_of_the_paper_to_three_places(self):
        per_ml = [round(volume / 5, 3) for volume in volumes(self.solution).values()]
        assert per_ml == [Fraction(text) for text in ("0.040", "0.060", "0.133", "0.767")]

    def test_doses_are_exact(self):
        assert [x.dose for x in self.solution.lines[:3]] == [q("20 mg"), q("150 mg"), q("100 mg")]

    def test_concentrations_are_the_published_ones(self):
        found = [solved.concentration.ratio for solved in self.solution.lines[:3]]
        assert found == [Fraction(4), Fraction(30), Fraction(20)]

    def test_the_lines_fill_the_target_exactly(self):
        assert self.solution.total == q("5 mL")
        assert self.solution.complete

    def test_each_draw_goes_to_the_smallest_syringe_that_is_a_fifth_full(self):
        assert [x.syringe.name for x in self.solution.lines] == ["1 mL syringe"] * 3 + ["5 mL syringe"]

    def test_only_the_device_rounds_and_saline_takes_the_remainder(self):
        assert [show(x.achieved_volume) for x in self.solution.lines] == [
            "0.2\u00a0mL",
            "0.3\u00a0mL",
            "0.67\u00a0mL",
            "3.83\u00a0mL",
        ]
        assert self.solution.achieved_total == q("5 mL")
        assert self.solution.line(3).achieved_dose == q("100.5 mg")
        assert self.solution.line(3).deviation == Fraction(1, 200)


@pytest.mark.parametrize(
    ("typed", "volume", "dose", "concentration"),
    [
        # 100 mg/mL in 5 mL: calculated by hand.
        ("20 mg", "0.2 mL", "20 mg", "4 mg/mL"),
        ("0.2 mL", "0.2 mL", "20 mg", "4 mg/mL"),
        ("4 mg/mL", "0.2 mL", "20 mg", "4 mg/mL"),
        ("500 mg", "5 mL", "500 mg", "100 mg/mL"),
        ("0.000001 mg", "0.00000001 mL", "0.000001 mg", "0.0000002 mg/mL"),
    ],
)
def test_whatever_is_pinned_the_rest_follows(typed, volume, dose, concentration):
    line = solve([a_line(1, TRANEXAMIC, typed), a_line(2, SALINE, "qs")], q("5 mL")).line(1)
    assert (line.volume, line.dose, line.concentration.ratio) == (
        q(volume),
        q(dose),
        per(concentration).ratio,
    )


def test_a_lot_that_was_assayed_is_drawn_at_its_own_strength():
    line = a_line(1, TRANEXAMIC, "20 mg", strength=per("80 mg/mL"))
    assert solve([line, a_line(2, SALINE, "qs")], q("5 mL")).line(1).volume == q("0.25 mL")


def test_a_product_dosed_by_volume_is_its_own_strength():
    booster = a_product(7, "polycomponent solution", None, of={"dimension": VOLUME})
    line = a_line(1, booster, "3 mL", pin=Pin.DOSE)
    assert solve([line], q("3 mL")).line(1).dose == q("3 mL")


def test_a_diluent_of_unknown_strength_has_a_volume_and_no_dose():
    water = a_product(8, "water for injections", None, of={"is_diluent": True})
    solution = solve([a_line(1, TRANEXAMIC, "20 mg"), a_line(2, water, "qs")], q("5 mL"))
    assert (solution.line(2).volume, solution.line(2).dose) == (q("4.8 mL"), None)


def test_units_of_activity_solve_like_mass():
    ovine = activity(17)
    units = unit("units", ovine)
    vial = a_product(
        9, "hyaluronidase", Strength(Quantity.of(200, units), q("1 mL")), of={"dimension": ovine}
    )
    line = a_line(1, vial, pin=Pin.DOSE, quantity=Quantity.of(150, units))
    assert solve([line, a_line(2, SALINE, "qs")], q("2 mL")).line(1).volume == q("0.75 mL")


class TestWithoutATarget:
    def test_pinned_volumes_add_up_to_it(self):
        assert solve([a_line(1, TRANEXAMIC, "20 mg"), a_line(2, SALINE, "1 mL")], None).target == q("1.2 mL")

    def test_concentrations_leave_room_for_the_rest(self):
        # 4 mg/mL of 100 mg/mL is 1/25 of the whole; 0.96 mL is the other 24/25.
        solution = solve([a_line(1, TRANEXAMIC, "4 mg/mL"), a_line(2, SALINE, "0.96 mL")], None)
        assert (solution.target, solution.line(1).dose) == (q("1 mL"), q("4 mg"))

    @pytest.mark.parametrize(
        "lines",
        [
            [a_line(1, TRANEXAMIC, "4 mg/mL")],
            [a_line(1, TRANEXAMIC, "20 mg"), a_line(2, SALINE, "qs")],
            [a_line(1, TRANEXAMIC, "100 mg/mL"), a_line(2, SALINE, "1 mL")],
        ],
    )
    def test_what_needs_it_is_named(self, lines):
        (finding,) = solve(lines, None).findings
        assert (finding.code, finding.level) == ("target.missing", Level.BLOCK)

    def test_a_line_that_cannot_be_read_leaves_it_open(self):
        solution = solve([a_line(1, TRANEXAMIC, "20 mg"), a_line(2, SALINE, "1 mL", quantity=None)], None)
        assert (solution.target, codes(solution)) == (None, ["line.incomplete"])


class TestRefusals:
    """Each names its lines; what could be computed is still there."""

    def test_two_lines_that_make_up(self):
        lines = [a_line(1, TRANEXAMIC, "20 mg"), a_line(2, SALINE, "qs"), a_line(3, ASCORBIC, "qs")]
        (finding,) = solve(lines, q("5 mL")).findings
        assert finding.code == "mix.two_make_up"
        assert "line 2, sodium chloride 0.9 % and line 3, ascorbic acid" in finding.reason.lower()

    def test_every_line_pinned_and_the_target_not_reached(self):
        solution = solve([a_line(1, TRANEXAMIC, "20 mg"), a_line(2, SALINE, "1 mL")], q("5 mL"))
        (finding,) = solution.findings
        assert finding.code == "volume.below_target"
        assert finding.reason.endswith(
            "make 1.2\u00a0mL and the target is 5\u00a0mL: 3.8\u00a0mL is missing."
        )
        assert [(fix.field, fix.value) for fix in finding.fixes] == [("target", "1.2 mL")]

    def test_every_line_pinned_and_the_target_just_reached_is_fine(self):
        solution = solve([a_line(1, TRANEXAMIC, "20 mg"), a_line(2, SALINE, "4.8 mL")], q("5 mL"))
        assert solution.complete

    def test_a_line_without_its_figure(self):
        solution = solve([a_line(1, TRANEXAMIC, quantity=None), a_line(2, SALINE, "qs")], q("5 mL"))
        assert (codes(solution), volumes(solution)) == (["line.incomplete"], {})

    @pytest.mark.parametrize("pin", [Pin.DOSE, Pin.VOLUME, Pin.CONCENTRATION, Pin.QS])
    def test_a_line_pinned_twice(self, pin):
        figure = q("1 mL") if pin is Pin.VOLUME else q("20 mg")
        line = a_line(1, TRANEXAMIC, pin=pin, quantity=figure, concentration=per("4 mg/mL"))
        assert codes(solve([line], q("5 mL"))) == ["line.pinned_twice"]

    @pytest.mark.parametrize(
        ("line", "code", "rule"),
        [
            (a_line(1, TRANEXAMIC, "2 mL", pin=Pin.DOSE), "dose.wrong_dimension", "U1"),
            (a_line(1, TRANEXAMIC, "2 mg", pin=Pin.VOLUME), "dose.wrong_dimension", "U1"),
            (a_line(1, TRANEXAMIC, "200 IU"), "dose.wrong_dimension", "U1"),
            (
                a_line(1, a_product(of={"dimension": IU}), "1 mL", pin=Pin.VOLUME),
                "strength.wrong_dimension",
                "U1",
            ),
            (a_line(1, a_product(strength=None), "20 mg"), "strength.unknown", "C2"),
            (a_line(1, a_product(strength=None), "4 mg/mL"), "strength.unknown", "C2"),
            (a_line(1, TRANEXAMIC, "0 mg"), "number.not_above_zero", "U2"),
            (a_line(1, TRANEXAMIC, quantity=-q("1 mg")), "number.not_above_zero", "U2"),
            (a_line(1, TRANEXAMIC, "4 mg/0 mL"), "number.not_above_zero", "U2"),
        ],
    )
    def test_a_line_that_cannot_be_computed(self, line, code, rule):
        solution = solve([line, a_line(2, SALINE, "qs")], q("5 mL"))
        (finding,) = solution.findings
        assert (finding.code, finding.rule, finding.level, finding.line) == (code, rule, Level.BLOCK, 1)
        assert solution.lines == ()

    def test_a_volume_of_a_product_without_strength_is_still_a_volume(self):
        solution = solve([a_line(1, a_product(strength=None), "1 mL"), a_line(2, SALINE, "qs")], q("5 mL"))
        assert (solution.findings, solution.line(1).volume, solution.line(1).dose) == ((), q("1 mL"), None)

    @pytest.mark.parametrize("target", [q("0 mL"), -q("1 mL")])
    def test_a_target_of_nothing(self, target):
        assert codes(solve([a_line(1, TRANEXAMIC, "20 mg")], target)) == ["target.not_above_zero"]

    def test_no_lines(self):
        assert codes(solve([], q("5 mL"))) == ["mix.no_lines"]

    def test_two_lines_of_one_number_are_a_fault_of_ours(self):
        with pytest.raises(ValueError, match="one number"):
            solve([a_line(1), a_line(1)], q("5 mL"))

    def test_it_can_be_raised_as_a_refusal(self):
        with pytest.raises(Refused) as refusal:
            solve([], q("5 mL")).or_refuse()
        assert [finding.code for finding in refusal.value.findings] == ["mix.no_lines"]
        assert solve_cocktail(a_cocktail()).or_refuse().complete


class TestOnTop:
    """Overfill and dead space are prepared on top: draws scale, concentrations and doses stay."""

    def test_draws_scale_by_prepared_over_prescribed(self):
        setting = Setting(dead_space=q("0.12 mL"))
        solution = solve([a_line(1, TRANEXAMIC, "50 mg"), a_line(2, SALINE, "qs")], q("4 mL"), setting)
        line = solution.line(1)
        assert (solution.prepared, solution.scale) == (q("4.12 mL"), Fraction(103, 100))
        assert (line.volume, line.draw_volume) == (q("0.5 mL"), q("0.515 mL"))
        assert (line.dose, line.concentration.ratio) == (q("50 mg"), Fraction(25, 2))
        assert line.achieved_concentration.ratio == Fraction(25, 2)

    def test_prescribed_contained_and_delivered_are_three_things(self):
        setting = Setting(dead_space=q("0.12 mL"), overfill=q("0.1 mL"))
        line = solve([a_line(1, TRANEXAMIC, "4 mL")], q("4 mL"), setting).line(1)
        assert line.dose == q("400 mg")
        assert line.achieved_dose == q("422 mg")
        assert line.delivered_dose == q("400 mg")

    def test_without_anything_on_top_the_dead_space_is_not_assumed(self):
        line = solve([a_line(1, TRANEXAMIC, "4 mL")], q("4 mL")).line(1)
        assert line.delivered_dose == line.achieved_dose == q("400 mg")


class TestLedger:
    def test_a_solution_leaves_as_volume(self):
        assert ledger_amount(q("0.3 mL"), ASCORBIC.strength, is_powder=False) == q("0.3 mL")

    def test_a_powder_leaves_as_mass_rounded_to_one_nanogram(self):
        # 600 mg in 7 mL, 0.1 mL: 60/7 mg = 8.571428571... mg
        assert ledger_amount(q("0.1 mL"), per("600 mg/7 mL"), is_powder=True) == Quantity(8_571_429, MASS)

    def test_a_powder_without_a_strength_is_refused(self):
        with pytest.raises(ValueError, match="no mass"):
            ledger_amount(q("0.1 mL"), None, is_powder=True)


def test_melasma_by_dose_by_volume_and_by_concentration_is_one_cocktail():
    by_dose = [a_line(1, TRANEXAMIC, "20 mg"), a_line(2, ASCORBIC, "0.3 mL"), *melasma_lines()[2:]]
    assert volumes(solve(by_dose, q("5 mL"))) == volumes(solve_cocktail(a_cocktail()))


class TestTheShareOfALimit:
    """How much of its limit a line uses; nothing where the limit or the figure is not known."""

    @pytest.mark.parametrize(
        ("limit", "typed", "share"),
        [
            (a_limit("40 mg", "8 mg/mL"), "20 mg", Fraction(1, 2)),
            (a_limit("10 mg"), "20 mg", Fraction(2)),
            (a_limit(None, "16 mg/mL"), "20 mg", None),
            (a_limit("0 mg", "0 mg/mL"), "20 mg", None),
            (a_limit("40 IU", "8 IU/mL"), "20 mg", None),
            (a_limit("1 mg", "1 mg/mL", route="intravenous"), "20 mg", None),
            (a_limit("40 mg", per_kg=q("1 mg")), "20 mg", None),  # nobody was weighed
        ],
    )
    def test_is_the_dose_over_it(self, limit, typed, share):
        setting = Setting(route=ROUTE)
        lines = [a_line(1, a_product(limits=(limit,)), typed), a_line(2, SALINE, "qs")]
        assert solve(lines, q("5 mL"), setting).line(1).of_dose_limit == share

    def test_of_an_unknown_strength_is_not_known(self):
        product = a_product(strength=None, limits=(a_limit("40 mg", "8 mg/mL"),))
        line = solve([a_line(1, product, "1 mL")], q("1 mL"), Setting(route=ROUTE)).line(1)
        assert line.of_dose_limit is None

    def test_the_lower_of_two_limits_counts(self):
        product = a_product(limits=(a_limit("40 mg", "8 mg/mL"), a_limit("25 mg", "5 mg/mL")))
        line = solve([a_line(1, product, "20 mg"), a_line(2, SALINE, "qs")], q("5 mL"), Setting(ROUTE)).line(
            1
        )
        assert (line.dose_limit, line.concentration_limit) == (q("25 mg"), per("5 mg/mL"))


@pytest.mark.parametrize(
    "spare", [{"quantity": q("1 mL")}, {"concentration": per("9 mg/mL")}], ids=["quantity", "concentration"]
)
def test_a_line_that_makes_up_and_has_a_figure_is_pinned_twice(spare):
    solution = solve([a_line(1), a_line(2, SALINE, "qs", **spare)], q("5 mL"))
    assert codes(solution) == ["line.pinned_twice"]


def test_a_set_that_is_wrong_already_is_not_asked_for_its_target_too():
    lines = [a_line(1, typed="4 mg/mL"), a_line(2, SALINE, "qs"), a_line(3, ASCORBIC, "qs")]
    assert codes(solve(lines, None)) == ["mix.two_make_up"]
    assert codes(solve(lines[:2], None)) == ["target.missing"]
