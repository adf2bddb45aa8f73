"""D1 C1: what limits, what does not, and what a formula's approver answers for."""

from dataclasses import replace
from fractions import Fraction

import pytest

from formulary.rules.facts import LIMITING, LimitKind
from formulary.rules.findings import Level, Result, Stage
from formulary.rules.formulation import solve_cocktail
from formulary.rules.units import IU, VOLUME, Quantity
from tests.rules.builders import (
    GLUTATHIONE,
    ROUTE,
    SALINE,
    a_cocktail,
    a_draw,
    a_formula,
    a_limit,
    a_line,
    a_patient,
    a_product,
    a_range,
    a_stock,
    ask,
    codes,
    per,
    q,
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


class TestTheMostPerSession:
    def test_thirty_above_says_so(self):
        (finding,) = ask("D1", **of(limited(a_limit("120 mg", hard=False)), "150 mg"))
        assert (finding.code, finding.level, finding.line) == ("dose.above_max", Level.STOP, 1)
        assert finding.reason == (
            f"Glutathione 150{N}mg is 30{N}mg above the most one session may hold (120{N}mg)."
        )
        assert finding.remedy == "Reduce it, or ask a second clinician to co-sign."
        assert [(fix.label, fix.field, fix.value) for fix in finding.fixes] == [
            (f"Set glutathione to 120{N}mg", "lines-1-dose", "120 mg")
        ]
        assert finding.inputs == (("dose", f"150{N}mg"), ("limit", f"120{N}mg"), ("of limit", f"125{N}%"))
        assert finding.source == "label"

    def test_a_hard_maximum_blocks(self):
        (finding,) = ask("D1", **of(limited(a_limit("120 mg")), "150 mg"))
        assert (finding.level, finding.remedy) == (Level.BLOCK, "Reduce it: this is a hard maximum.")

    @pytest.mark.parametrize(
        ("typed", "code"),
        [("120 mg", "dose.within_max"), ("120.000001 mg", "dose.above_max"), ("1 mg", "dose.within_max")],
    )
    def test_at_the_limit_is_within(self, typed, code):
        assert codes(ask("D1", **of(limited(a_limit("120 mg")), typed, syringes=()))) == [code]

    def test_a_pass_says_how_much_of_it(self):
        (answer,) = ask("D1", **of(limited(a_limit("120 mg")), "99 mg"))
        assert (answer.result, answer.reason) == (Result.PASS, f"Glutathione 99{N}mg of 120{N}mg (82.5{N}%).")

    @pytest.mark.parametrize(
        ("most", "typed", "counted", "code", "level"),
        [
            ("61 mg", "60.6 mg", "61", "dose.within_max", None),  # 0.606 mL: up to the mark, and no further
            ("60.99 mg", "60.6 mg", "61", "dose.above_max", Level.STOP),
            ("60.6 mg", "60.6 mg", "61", "dose.above_max", Level.STOP),
            ("60.5 mg", "60.5 mg", "61", "dose.above_max", Level.STOP),  # half a mark: up
            ("60.4 mg", "60.4 mg", "60.4", "dose.within_max", None),  # 60 mg of it; what is prescribed counts
        ],
    )
    def test_rounding_that_crosses_a_maximum_stops(self, most, typed, counted, code, level):
        # 100 mg/mL in a 1 mL syringe marked at 0.01 mL: the dose can be had by whole milligrams.
        (answer,) = ask("D1", **of(a_product(limits=(a_limit(most, hard=False),)), typed))
        assert (answer.code, answer.level) == (code, level)
        assert answer.inputs[0] == ("dose", f"{counted}{N}mg")

    def test_rounding_that_crosses_a_hard_maximum_is_final_and_half_a_mark_goes_down(self):
        for typed, expected in (("60.5 mg", None), ("60.51 mg", Level.BLOCK)):
            (answer,) = ask("D1", **of(a_product(limits=(a_limit("60.6 mg"),)), typed))
            assert answer.level == expected

    def test_the_hard_one_of_two_exceeded_is_named(self):
        limits = (a_limit("350 mg", hard=False, source="warn"), a_limit("600 mg", source="stop"))
        for typed, level in (("350 mg", None), ("351 mg", Level.STOP), ("601 mg", Level.BLOCK)):
            (answer,) = ask("D1", **of(limited(*limits), typed, target="10 mL", syringes=()))
            assert answer.level == level

    def test_two_products_of_one_ingredient_count_together(self):
        other = replace(GLUTATHIONE, id=77, limits=())
        lines = (
            a_line(1, limited(a_limit("120 mg")), "70 mg"),
            a_line(2, other, "60 mg"),
            a_line(3, SALINE, "qs"),
        )
        (finding,) = ask("D1", lines=lines, formula=None)
        assert (finding.code, finding.inputs[0], finding.fixes) == (
            "dose.above_max",
            ("dose", f"130.5{N}mg"),
            (),
        )

    def test_a_pinned_volume_is_reduced_as_a_volume(self):
        (finding,) = ask("D1", **of(limited(a_limit("120 mg")), "1 mL"))
        assert [(fix.field, fix.value) for fix in finding.fixes] == [("lines-1-volume", "0.8 mL")]

    def test_a_diluent_has_none(self):
        (answer,) = ask("D1", lines=(a_line(1, SALINE, "qs"),), formula=None)
        assert answer.result is Result.NOT_APPLICABLE

    def test_a_diluent_with_a_limit_is_limited(self):
        salt = replace(SALINE, limits=(a_limit("9 mg"),))
        assert codes(ask("D1", lines=(a_line(1, salt, "qs"),), formula=None)) == ["dose.above_max"]

    def test_an_unknown_strength_leaves_the_dose_unknown(self):
        (answer,) = ask("D1", **of(a_product(strength=None), "1 mL"))
        assert (answer.code, answer.result, answer.level) == ("dose.unknown", Result.UNKNOWN, Level.STOP)


class TestWhatMayLimit:
    """Only a label limit of the same route; everything else is a fact, and the limit stays unknown."""

    @pytest.mark.parametrize(
        "limit",
        [
            *(a_limit("1 mg", "0.001 mg/mL", kind=kind) for kind in LimitKind if kind not in LIMITING),
            a_limit("1 mg", "0.001 mg/mL", route="intravenous"),
        ],
    )
    def test_nothing_else(self, limit):
        more = of(limited(limit), "100 mg")
        assert codes(ask("D1", **more)) == ["dose.limit_unknown"]
        assert codes(ask("C1", **more)) == ["concentration.limit_unknown"]

    @pytest.mark.parametrize("route", [ROUTE, ROUTE.upper(), "any"])
    def test_the_same_route_in_any_case_or_any_route(self, route):
        assert codes(ask("D1", **of(limited(a_limit("1 mg", route=route)), "100 mg"))) == ["dose.above_max"]

    def test_a_limit_in_another_dimension_cannot_be_compared(self):
        limit = replace(a_limit("1 mg"), dose=Quantity.of(300, "IU"))
        assert limit.dose.dimension == IU
        assert codes(ask("D1", **of(limited(limit), "100 mg"))) == ["dose.limit_unknown"]

    @pytest.mark.parametrize("zero", [q("0 mg"), q("0 mL")])
    def test_zero_must_not_be_used_that_way(self, zero):
        limit = replace(a_limit("1 mg", source="FDA public safety notification"), dose=zero)
        (finding,) = ask("D1", **of(limited(limit), "100 mg"))
        assert (finding.code, finding.level) == ("dose.must_not_be_used", Level.BLOCK)
        assert finding.source == "FDA public safety notification"
        assert zero.dimension in (q("1 mg").dimension, VOLUME)

    def test_zero_by_another_route_says_nothing_here(self):
        assert codes(ask("D1", **of(limited(a_limit("0 mg", route="oral")), "100 mg"))) == [
            "dose.limit_unknown"
        ]


class TestByWeight:
    """Lidocaine: the lower of 4.5 mg/kg and 300 mg [LID2, LID3]."""

    @pytest.mark.parametrize(
        ("kg", "typed", "code"),
        [
            ("50 kg", "225 mg", "dose.within_max"),
            ("50 kg", "225.000001 mg", "dose.above_max"),
            ("66.666666 kg", "299.999997 mg", "dose.within_max"),
            ("80 kg", "300 mg", "dose.within_max"),
            ("80 kg", "300.000001 mg", "dose.above_max"),
        ],
    )
    def test_the_lower_of_the_two(self, kg, typed, code):
        more = of(LIDOCAINE, typed, target="40 mL", patient=a_patient(weight=q(kg)), syringes=())
        assert codes(ask("D1", **more)) == [code]

    def test_without_a_weight_nobody_knows(self):
        unweighed = of(LIDOCAINE, "100 mg", "20 mL", patient=a_patient(weight=None))
        (answer,) = ask("D1", **unweighed)
        assert (answer.code, answer.result, answer.level) == (
            "dose.limit_by_weight",
            Result.UNKNOWN,
            Level.INFO,
        )
        (answer,) = ask("D5", **unweighed)
        assert (answer.code, answer.result, answer.level) == ("weight.unknown", Result.UNKNOWN, Level.STOP)
        assert answer.remedy == "Weigh the patient, then check again."

    def test_without_a_weight_the_absolute_limit_still_holds(self):
        more = of(LIDOCAINE, "301 mg", "40 mL", patient=a_patient(weight=None), syringes=())
        assert codes(ask("D1", **more)) == ["dose.above_max"]

    def test_without_a_patient_the_absolute_limit_is_the_limit(self):
        assert codes(ask("D1", **of(LIDOCAINE, "100 mg", "20 mL", patient=None))) == ["dose.within_max"]

    def test_an_approved_formula_does_not_answer_for_a_missing_weight(self):
        formula = a_formula(ranges=(a_range(LIDOCAINE, ("1 mg", "200 mg"), ("1 mg/mL", "10 mg/mL")),))
        more = of(LIDOCAINE, "100 mg", "20 mL", patient=a_patient(weight=None), formula=formula)
        answers = (*ask("D1", **more), *ask("D5", **more))
        assert [(x.code, x.accepted) for x in answers] == [
            ("dose.limit_by_weight", ""),
            ("weight.unknown", ""),
        ]

    def test_a_limit_per_kg_alone_is_one(self):
        articaine = a_product(21, "articaine", "40 mg/mL", limits=(replace(a_limit(), per_kg=q("7 mg")),))
        patient = a_patient(weight=q("10 kg"))
        for typed, code in (("70 mg", "dose.within_max"), ("70.000001 mg", "dose.above_max")):
            assert codes(ask("D1", **of(articaine, typed, patient=patient, syringes=()))) == [code]


class TestInTheEnd:
    """At the final check the doses are those drawn, each at its own vial's strength."""

    lines = (a_line(1, limited(a_limit("120 mg")), "120 mg"), a_line(2, SALINE, "qs"))

    @pytest.mark.parametrize(
        ("measured", "strength", "code"),
        [
            ("0.8 mL", None, "dose.within_max"),
            ("0.81 mL", None, "dose.above_max"),
            ("0.8 mL", "600 mg/3.9 mL", "dose.above_max"),
            ("0.8 mL", "600 mg/5 mL", "dose.within_max"),
        ],
    )
    def test_what_was_drawn_counts(self, measured, strength, code):
        stock = a_stock(GLUTATHIONE, strength=per(strength) if strength else None)
        draws = (a_draw(self.lines[0], measured, stock=stock), a_draw(self.lines[1], "4.2 mL"))
        assert codes(ask("D1", Stage.FINAL, lines=self.lines, draws=draws)) == [code]

    def test_two_draws_of_one_line_add_up(self):
        draws = (*(a_draw(self.lines[0], "0.4 mL"),) * 2, a_draw(self.lines[1], "4.2 mL"))
        (answer,) = ask("D1", Stage.FINAL, lines=self.lines, draws=draws)
        assert answer.inputs[0] == ("dose", f"120{N}mg")

    def test_lines_not_drawn_yet_are_left_to_c2(self):
        (answer,) = ask("D1", Stage.FINAL, lines=self.lines, draws=())
        assert answer.result is Result.NOT_APPLICABLE


def test_the_meter_of_a_line_is_its_share_of_the_lowest_limit():
    product = limited(a_limit("120 mg", "60 mg/mL"), a_limit("100 mg", "40 mg/mL", route="intravenous"))
    line = solve_cocktail(a_cocktail(**of(product, "150 mg"))).line(1)
    assert (line.dose_limit, line.of_dose_limit) == (q("120 mg"), Fraction(5, 4))
    assert line.concentration_limit == per("60 mg/mL")


class TestWhatWouldDoDependsOnHowFarItStops:
    @pytest.mark.parametrize(
        ("level", "dose", "concentration"),
        [
            (Level.INFO, "", ""),
            (
                Level.WARN,
                "Give a reason to go on, or reduce it.",
                "Give a reason to go on, or prepare more volume.",
            ),
            (
                Level.STOP,
                "Reduce it, or ask a second clinician to co-sign.",
                "Reduce it or prepare more volume, or ask a second clinician to co-sign.",
            ),
            (
                Level.BLOCK,
                "Reduce it: this is a hard maximum.",
                "Reduce it or prepare more volume: this is a hard maximum.",
            ),
        ],
    )
    def test_for_a_dose_and_a_concentration(self, level, dose, concentration):
        product = limited(a_limit("120 mg", "20 mg/mL", level=level))
        more = of(product, "150 mg")
        for rule, remedy in (("D1", dose), ("C1", concentration)):
            (finding,) = ask(rule, **more)
            assert (finding.level, finding.remedy, finding.line) == (level, remedy, 1)

    def test_an_unknown_strength_leaves_the_concentration_unknown(self):
        (answer,) = ask("C1", **of(a_product(strength=None), "1 mL"))
        assert (answer.code, answer.result, answer.level, answer.line) == (
            "concentration.unknown",
            Result.UNKNOWN,
            Level.STOP,
            1,
        )

    def test_a_diluent_is_limited_in_its_concentration_where_its_label_says_so(self):
        salt = replace(SALINE, limits=(a_limit(None, "9 mg/mL"),))
        assert codes(ask("C1", lines=(a_line(1, salt, "qs"),), formula=None)) == ["concentration.within_max"]
        assert codes(ask("C1", lines=(a_line(1, SALINE, "qs"),), formula=None)) == ["concentration.none"]

    def test_of_two_concentrations_exceeded_the_hardest_and_then_the_lowest_is_named(self):
        for limits, most in (
            ((a_limit(None, "20 mg/mL", level=Level.WARN), a_limit(None, "25 mg/mL")), "25"),
            ((a_limit(None, "25 mg/mL"), a_limit(None, "20 mg/mL")), "20"),
        ):
            (finding,) = ask("C1", **of(limited(*limits), "150 mg"))
            assert finding.inputs[1] == ("limit", f"{most}{N}mg/mL")

    def test_of_two_kept_the_tighter_is_shown(self):
        (answer,) = ask("C1", **of(limited(a_limit(None, "90 mg/mL"), a_limit(None, "60 mg/mL")), "150 mg"))
        assert answer.inputs[1] == ("limit", f"60{N}mg/mL")


def test_a_range_of_one_product_does_not_answer_for_two():
    other = replace(GLUTATHIONE, id=77)
    signed = a_formula(ranges=(a_range(GLUTATHIONE, ("50 mg", "150 mg"), ("10 mg/mL", "30 mg/mL")),))
    lines = (a_line(1, GLUTATHIONE, "50 mg"), a_line(2, other, "50 mg"), a_line(3, SALINE, "qs"))
    for swapped in (lines, (replace(lines[1], number=1), replace(lines[0], number=2), lines[2])):
        (answer,) = ask("D1", lines=swapped, formula=signed)
        assert (answer.code, answer.accepted) == ("dose.limit_unknown", "")
        assert "answers for another product of it" in answer.reason


def test_of_two_limits_kept_the_tighter_is_shown():
    (answer,) = ask("D1", **of(limited(a_limit("300 mg"), a_limit("200 mg")), "150 mg"))
    assert (answer.code, answer.inputs[1]) == ("dose.within_max", ("limit", f"200{N}mg"))


def test_a_concentration_is_told_as_a_share_of_its_limit():
    (answer,) = ask("C1", **of(limited(a_limit(None, "60 mg/mL")), "150 mg"))
    assert answer.inputs == (
        ("concentration", f"30{N}mg/mL"),
        ("limit", f"60{N}mg/mL"),
        ("of limit", f"50{N}%"),
    )
