"""U1 U2 C2 M1 M2: units, numbers, volumes and what a syringe can measure."""

from dataclasses import replace
from fractions import Fraction

import pytest

from formulary.rules.checklist import BY_ID
from formulary.rules.facts import Pin
from formulary.rules.findings import Level, Result, Stage
from formulary.rules.units import Quantity
from tests.rules.builders import (
    ASCORBIC,
    GLUTATHIONE,
    SALINE,
    SYRINGES,
    TRANEXAMIC,
    a_draw,
    a_line,
    ask,
    codes,
    melasma_lines,
    q,
    some_policies,
)

TENTH_OF_A_NANOGRAM = Quantity(Fraction(1, 10), q("1 mg").dimension)


def with_first(**change):
    return {"lines": (replace(melasma_lines()[0], **change), *melasma_lines()[1:])}


def of_lines(*typed, target="5 mL", **more):
    lines = tuple(a_line(n, product, text) for n, (product, text) in enumerate(typed, 1))
    return {"lines": lines, "target": q(target), **more}


class TestU1:
    def test_passes_with_what_each_line_is_measured_in(self):
        (answer,) = ask("U1")
        assert (answer.result, answer.code) == (Result.PASS, "dose.right_dimension")
        assert answer.inputs[0] == ("line 1, tranexamic acid", "mcg, mg or g")

    @pytest.mark.parametrize("typed", [q("200 IU"), q("2 mL"), q("1 mmol"), q("1 mEq")])
    def test_another_dimension_is_blocked_and_never_converted(self, typed):
        (finding,) = ask("U1", **with_first(pin=Pin.DOSE, quantity=typed, concentration=None))
        assert (finding.code, finding.level, finding.line) == ("dose.wrong_dimension", Level.BLOCK, 1)
        assert finding.remedy == "Type it in mcg, mg or g; there is no general conversion."


class TestU2:
    def test_passes(self):
        assert codes(ask("U2")) == ["number.plain"]

    @pytest.mark.parametrize(
        ("typed", "code"),
        [
            (q("0 mg"), "number.not_above_zero"),
            (-q("20 mg"), "number.not_above_zero"),
            (TENTH_OF_A_NANOGRAM, "number.has_no_end"),
            (Quantity(1, q("1 mg").dimension), "number.plain"),
        ],
    )
    def test_edges(self, typed, code):
        assert codes(ask("U2", **with_first(pin=Pin.DOSE, quantity=typed, concentration=None))) == [code]


class TestC2:
    def test_passes_with_the_volumes(self):
        (answer,) = ask("C2")
        assert (answer.code, answer.reason) == ("volume.fits", "5\u00a0mL in all.")

    def test_negative_diluent_is_blocked_with_the_line_to_trim(self):
        typed = ((TRANEXAMIC, "20 mg"), (GLUTATHIONE, "1500 mg"), (SALINE, "qs"))
        (finding,) = ask("C2", **of_lines(*typed))
        assert (finding.code, finding.level, finding.line) == ("volume.above_target", Level.BLOCK, 2)
        assert "glutathione" in finding.remedy

    def test_an_empty_cocktail_is_blocked(self):
        assert codes(ask("C2", lines=())) == ["mix.no_lines"]

    def test_more_than_the_largest_syringe_holds_asks_a_second_person(self):
        (finding,) = ask("C2", target=q("2000 mL"))
        assert (finding.code, finding.level) == ("volume.above_syringe", Level.STOP)
        assert finding.reason == (
            "2,000\u00a0mL is prepared, more than the largest syringe on record holds (10 mL syringe): "
            "it would leave in 200 of them."
        )

    @pytest.mark.parametrize(("target", "syringes"), [("11 mL", 2), ("20 mL", 2), ("20.1 mL", 3)])
    def test_a_part_of_a_syringe_is_one_more(self, target, syringes):
        (finding,) = ask("C2", target=q(target))
        assert finding.reason.endswith(f"it would leave in {syringes} of them.")

    @pytest.mark.parametrize(
        ("target", "overfill", "dead_space", "expected"),
        [
            ("10 mL", None, None, "volume.fits"),
            ("10.000001 mL", None, None, "volume.above_syringe"),
            ("9.9 mL", "0.05 mL", "0.05 mL", "volume.fits"),
            ("9.9 mL", "0.05 mL", "0.06 mL", "volume.above_syringe"),
        ],
    )
    def test_overfill_and_dead_space_count(self, target, overfill, dead_space, expected):
        on_top = {"overfill": overfill and q(overfill), "dead_space": dead_space and q(dead_space)}
        assert codes(ask("C2", target=q(target), **on_top)) == [expected]

    def test_without_syringes_nobody_compares(self):
        assert codes(ask("C2", target=q("2000 mL"), syringes=())) == ["volume.fits"]

    def test_runs_at_draft_sign_verify_and_in_the_end(self):
        assert [stage.value for stage in Stage if BY_ID["C2"].runs_at(stage)] == ["D", "S", "V", "F"]


MEASURED = ("0.2 mL", "0.3 mL", "0.67 mL", "3.83 mL")


def drawn(*volumes):
    return tuple(a_draw(line, volume) for line, volume in zip(melasma_lines(), volumes, strict=False))


class TestC2InTheEnd:
    def test_all_drawn_to_the_mark(self):
        assert codes(ask("C2", Stage.FINAL, draws=drawn(*MEASURED))) == ["volume.fits"]

    def test_a_line_that_was_not_drawn(self):
        found = ask("C2", Stage.FINAL, draws=drawn(*MEASURED[:3]))
        assert [(f.code, f.line, f.level) for f in found] == [
            ("line.not_drawn", 4, Level.BLOCK),
            ("volume.off_target", None, Level.STOP),
        ]

    @pytest.mark.parametrize(
        ("saline", "expected"),
        [
            ("3.58 mL", "volume.fits"),
            ("3.57 mL", "volume.off_target"),
            ("4.08 mL", "volume.fits"),
            ("4.09 mL", "volume.off_target"),
        ],
    )
    def test_the_total_within_five_per_cent(self, saline, expected):
        # 5 mL planned, 5 %: 4.75 mL to 5.25 mL; the others are 1.17 mL.
        assert codes(ask("C2", Stage.FINAL, draws=drawn(*MEASURED[:3], saline))) == [expected]

    def test_what_was_made_exactly_asks_no_tolerance(self):
        undecided = some_policies(volume_tolerance=None)
        assert codes(ask("C2", Stage.FINAL, draws=drawn(*MEASURED), policies=undecided)) == ["volume.fits"]

    def test_it_says_how_far_off(self):
        (finding,) = ask("C2", Stage.FINAL, draws=drawn(*MEASURED[:3], "3.33 mL"))
        assert finding.reason == (
            "4.5\u00a0mL was prepared and 5\u00a0mL was planned: \u221210\u00a0%, more than 5\u00a0%."
        )
        assert finding.remedy == "Scrap the attempt, or ask a second clinician to co-sign."

    def test_while_the_site_has_not_decided_nobody_knows(self):
        policies = some_policies(volume_tolerance=None)
        (answer,) = ask("C2", Stage.FINAL, draws=drawn(*MEASURED[:3], "3.8 mL"), policies=policies)
        assert (answer.code, answer.result, answer.level) == (
            "volume.tolerance_undecided",
            Result.UNKNOWN,
            Level.STOP,
        )


class TestM1:
    def test_passes_with_the_syringe_of_each_line(self):
        (answer,) = ask("M1")
        assert answer.code == "volume.measurable"
        assert answer.inputs[-1] == ("line 4, sodium chloride 0.9 %", "5 mL syringe")

    def test_without_syringes_nobody_knows(self):
        (answer,) = ask("M1", syringes=())
        assert (answer.code, answer.result, answer.level) == (
            "syringe.none_on_record",
            Result.UNKNOWN,
            Level.WARN,
        )

    @pytest.mark.parametrize(
        ("volume", "expected", "level"),
        [
            ("0.2 mL", "volume.measurable", None),
            ("0.19 mL", "volume.too_small", Level.WARN),
            ("0.105 mL", "volume.too_small", Level.WARN),  # 0.11 mL: 4.8 % off
            ("0.094 mL", "volume.too_small", Level.WARN),  # 0.09 mL: 4.3 % off
            ("0.095 mL", "volume.not_measurable", Level.BLOCK),  # 0.1 mL: 5.3 % off
            ("0.004 mL", "volume.not_measurable", Level.BLOCK),  # nothing
        ],
    )
    def test_less_than_a_fifth_of_the_smallest_warns_and_beyond_tolerance_blocks(
        self, volume, expected, level
    ):
        (answer,) = ask("M1", **of_lines((TRANEXAMIC, volume), (SALINE, "qs")))
        assert (answer.code, answer.level) == (expected, level)

    def test_nothing_at_all_is_blocked_also_while_the_site_has_not_decided(self):
        more = of_lines((TRANEXAMIC, "0.004 mL"), (SALINE, "qs"))
        assert codes(ask("M1", **more, policies=some_policies(volume_tolerance=None))) == [
            "volume.not_measurable"
        ]

    @pytest.mark.parametrize(
        ("volume", "expected", "level"),
        [
            ("1.4 mL", "volume.measurable", None),
            ("1.36 mL", "volume.between_marks", Level.WARN),  # 1.4 mL: 2.9 % off
            ("1.404 mL", "volume.between_marks", Level.WARN),  # 0.3 % off, and a mark is 7 % of it
            ("2.204 mL", "volume.measurable", None),  # 0.2 % off: no syringe in stock comes nearer
            ("2.206 mL", "volume.between_marks", Level.WARN),  # the 1 mL syringe comes nearer
            ("0.667 mL", "volume.measurable", None),
        ],
    )
    def test_what_is_finer_than_the_marks_warns(self, volume, expected, level):
        (answer,) = ask("M1", **of_lines((TRANEXAMIC, volume), (SALINE, "qs")))
        assert (answer.code, answer.level) == (expected, level)

    def test_it_says_how_far_off(self):
        (finding,) = ask("M1", **of_lines((TRANEXAMIC, "1.36 mL"), (SALINE, "qs")))
        assert finding.reason == (
            "Line 1, tranexamic acid needs 1.36\u00a0mL, which is finer than a mark, "
            "and the 3 mL syringe measures 1.4\u00a0mL: 2.9\u00a0% off."
        )

    def test_where_no_finer_syringe_is_in_stock_the_tolerance_decides(self):
        more = of_lines((TRANEXAMIC, "1.36 mL"), (SALINE, "qs"), syringes=SYRINGES[1:])
        assert codes(ask("M1", **more)) == ["volume.between_marks"]
        wide = some_policies(volume_tolerance=Fraction(8, 100))
        assert codes(ask("M1", **more, policies=wide)) == ["volume.measurable"]

    def test_a_diluent_is_not_asked_how_exact_it_is(self):
        more = of_lines((TRANEXAMIC, "0.2 mL"), (SALINE, "1.36 mL"), target="1.56 mL")
        assert codes(ask("M1", **more)) == ["volume.measurable"]

    def test_while_the_site_has_not_decided_only_an_exact_volume_passes(self):
        undecided = some_policies(volume_tolerance=None)
        exact = of_lines((TRANEXAMIC, "0.2 mL"), (SALINE, "qs"))
        assert codes(ask("M1", **exact, policies=undecided)) == ["volume.measurable"]
        (answer,) = ask("M1", policies=undecided)
        assert (answer.code, answer.result, answer.level, answer.line) == (
            "volume.tolerance_undecided",
            Result.UNKNOWN,
            Level.WARN,
            3,
        )

    def test_more_than_any_syringe_holds_warns(self):
        (answer,) = ask("M1", **of_lines((ASCORBIC, "12 mL"), (SALINE, "qs"), target="15 mL"))
        assert (answer.code, answer.line, answer.level) == ("volume.several_draws", 1, Level.WARN)

    def test_a_diluent_to_the_mark_is_not_asked(self):
        more = of_lines((TRANEXAMIC, "4.8 mL"), (SALINE, "qs"), syringes=SYRINGES)
        assert ask("M1", **more)[0].result is Result.PASS


class TestM2:
    def test_passes_with_every_deviation(self):
        (answer,) = ask("M2")
        assert answer.code == "dose.as_planned"
        assert answer.inputs == (
            ("line 1, tranexamic acid", "0\u00a0%"),
            ("line 2, ascorbic acid", "0\u00a0%"),
            ("line 3, glutathione", "+0.5\u00a0%"),
        )

    @pytest.mark.parametrize(
        ("volume", "expected"),
        [
            ("0.1 mL", "dose.as_planned"),
            ("0.105 mL", "dose.as_planned"),
            ("0.095 mL", "dose.off_by_rounding"),
        ],
    )
    def test_beyond_the_tolerance_a_second_person_signs(self, volume, expected):
        (answer,) = ask("M2", **of_lines((TRANEXAMIC, volume), (SALINE, "qs")))
        assert (answer.code, answer.level) == (expected, Level.STOP if "off" in expected else None)

    def test_the_tolerance_itself_is_within(self):
        more = of_lines((TRANEXAMIC, "0.095 mL"), (SALINE, "qs"))
        exact = some_policies(dose_tolerance=Fraction(1, 19))
        assert codes(ask("M2", **more, policies=exact)) == ["dose.as_planned"]

    def test_while_the_site_has_not_decided_only_an_exact_dose_passes(self):
        undecided = some_policies(dose_tolerance=None)
        assert codes(ask("M2", **of_lines((TRANEXAMIC, "0.2 mL"), (SALINE, "qs")), policies=undecided)) == [
            "dose.as_planned"
        ]
        (answer,) = ask("M2", policies=undecided)
        assert (answer.code, answer.result, answer.level) == (
            "dose.tolerance_undecided",
            Result.UNKNOWN,
            Level.STOP,
        )

    def test_in_the_end_the_hand_counts(self):
        found = ask("M2", Stage.FINAL, draws=drawn("0.22 mL", *MEASURED[1:]))
        assert [(f.code, f.line) for f in found] == [("dose.off_plan", 1)]

    def test_a_cocktail_of_diluents_has_no_dose(self):
        (answer,) = ask("M2", **of_lines((SALINE, "qs")))
        assert answer.result is Result.NOT_APPLICABLE


def test_a_line_with_nothing_to_draw_is_not_missed_in_the_end():
    more = of_lines((TRANEXAMIC, "1 mL"), (SALINE, "qs"), target="1 mL")
    draws = (a_draw(a_line(1, TRANEXAMIC), "1 mL"),)
    assert codes(ask("C2", Stage.FINAL, **more, draws=draws)) == ["volume.fits"]


def test_what_rounding_makes_of_a_dose_is_shown_with_its_volume():
    (finding,) = ask("M2", **of_lines((TRANEXAMIC, "0.095 mL"), (SALINE, "qs")))
    assert finding.inputs == (("achieved", "10\u00a0mg"), ("in", "5\u00a0mL"))


def test_where_nothing_was_drawn_every_line_is_named_and_no_total():
    assert codes(ask("C2", Stage.FINAL, draws=())) == ["line.not_drawn"] * 4


def test_what_makes_up_nothing_is_not_measured():
    (answer,) = ask("M1", **of_lines((TRANEXAMIC, "5 mL"), (SALINE, "qs")))
    assert (answer.code, answer.inputs) == (
        "volume.measurable",
        (("line 1, tranexamic acid", "5 mL syringe"), ("line 2, sodium chloride 0.9 %", "nothing to draw")),
    )
