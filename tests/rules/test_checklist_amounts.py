"""U3 D2 D5, the sum over local anaesthetics: amounts beside the usual, the least, the weight, each other."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from formulary.rules.facts import LimitKind, LimitPer, Pin, Strength, Syringe, Usual
from formulary.rules.findings import Level, Result
from formulary.rules.formulation import Setting, solve, strength_words
from formulary.rules.units import Quantity, activity, show, unit
from tests.rules.builders import (
    AT,
    ROUTE,
    SALINE,
    TRANEXAMIC,
    a_formula,
    a_limit,
    a_line,
    a_patient,
    a_product,
    a_range,
    ask,
    codes,
    per,
    q,
    some_policies,
)

N = "\u00a0"
CAINE = {"groups": frozenset({"local_anaesthetic"})}
LIDOCAINE = a_product(20, "lidocaine", "10 mg/mL", of=CAINE, limits=(a_limit("300 mg", per_kg=q("4.5 mg")),))
BUPIVACAINE = a_product(21, "bupivacaine", "2.5 mg/mL", of=CAINE, limits=(a_limit("175 mg"),))
PROCAINE = a_product(
    22,
    "procaine",
    "10 mg/mL",
    of=CAINE,
    limits=(a_limit("350 mg", level=Level.WARN), a_limit("600 mg", level=Level.STOP)),
)


def of(*typed, target="200 mL", **more):
    """Lines of (product, dose) in saline, of no formula, not rounded."""
    lines = [a_line(n, product, dose) for n, (product, dose) in enumerate(typed, 1)]
    lines.append(a_line(len(lines) + 1, SALINE, "qs"))
    return {"lines": tuple(lines), "target": q(target), "formula": None, "syringes": (), **more}


class TestAnOrderOfMagnitude:
    """Ten times the clinic's own median or more, a tenth or less: WORKFLOW 2, U3."""

    usual = (Usual(1, q("20 mg"), 50),)

    @pytest.mark.parametrize(
        ("typed", "code"),
        [
            ("199.999 mg", "dose.usual"),
            ("200 mg", "dose.unusual"),
            ("20 mg", "dose.usual"),
            ("2.001 mg", "dose.usual"),
            ("2 mg", "dose.unusual"),
        ],
    )
    def test_edges(self, typed, code):
        assert codes(ask("U3", **of((TRANEXAMIC, typed), usual=self.usual))) == [code]

    def test_it_says_how_often_and_asks_a_reason(self):
        (finding,) = ask("U3", **of((TRANEXAMIC, "400 mg"), usual=self.usual))
        assert finding.level is Level.WARN
        assert finding.reason == (
            f"Tranexamic acid 400{N}mg is 20 \u00d7 usual here (20{N}mg, the median of 50 sessions)."
        )

    def test_a_little_says_which_part(self):
        (finding,) = ask("U3", **of((TRANEXAMIC, "0.5 mg"), usual=(Usual(1, q("20 mg"), 1),)))
        assert "is 1/40 of usual here (20\u00a0mg, the median of one session)" in finding.reason

    def test_what_was_never_given_has_no_usual_dose_and_is_a_note(self):
        (answer,) = ask("U3", **of((TRANEXAMIC, "20 mg")))
        assert (answer.code, answer.result, answer.level) == ("dose.no_usual", Result.UNKNOWN, Level.INFO)

    def test_a_median_in_units_of_another_product_is_none(self):
        other = (Usual(1, q("20 mL"), 9),)
        assert codes(ask("U3", **of((TRANEXAMIC, "20 mg"), usual=other))) == ["dose.no_usual"]

    def test_982_mg_typed_in_a_field_that_wants_another_unit_is_far_from_usual_or_refused(self):
        # 982 mg typed where mEq is wanted: another dimension is refused, the same digits are 49 times usual.
        (wrong,) = ask("U1", **of((replace(TRANEXAMIC, ingredient=_in_mEq()), "982 mg")))[:1]
        assert (wrong.code, wrong.level) == ("dose.wrong_dimension", Level.BLOCK)
        assert codes(ask("U3", **of((TRANEXAMIC, "982 mg"), usual=self.usual))) == ["dose.unusual"]


def _in_mEq():
    return replace(TRANEXAMIC.ingredient, dimension=q("1 mEq").dimension)


class TestTheLeast:
    limit = a_limit(minimum=q("10 mg"), source="label")

    @pytest.mark.parametrize(
        ("typed", "code"), [("10 mg", "dose.effective"), ("9.999999 mg", "dose.below_min")]
    )
    def test_edges(self, typed, code):
        product = replace(TRANEXAMIC, limits=(self.limit,))
        assert codes(ask("D2", **of((product, typed)))) == [code]

    @pytest.mark.parametrize(
        "limit",
        [replace(limit, route="intravenous"), replace(limit, kind=LimitKind.HIGHEST_PUBLISHED)],
    )
    def test_a_figure_that_does_not_limit_leaves_it_unknown_as_a_note(self, limit):
        (answer,) = ask("D2", **of((replace(TRANEXAMIC, limits=(limit,)), "1 mg")))
        assert (answer.code, answer.result, answer.level) == ("dose.min_unknown", Result.UNKNOWN, Level.INFO)


class TestTheWeight:
    """No default weight ever: WORKFLOW 2, D5."""

    @pytest.mark.parametrize(
        ("weighed", "within", "code"),
        [
            (date(2026, 8, 26), timedelta(days=90), "weight.known"),
            (date(2026, 8, 25), timedelta(days=90), "weight.too_old"),
            (date(2026, 11, 24), None, "weight.policy_undecided"),
            (None, timedelta(days=90), "weight.unknown"),
        ],
    )
    def test_edges(self, weighed, within, code):
        patient = a_patient(weighed_on=weighed, weight=q("58 kg") if weighed else None)
        more = of((LIDOCAINE, "100 mg"), patient=patient, policies=some_policies(weighed_within=within))
        (answer,) = ask("D5", **more)
        assert (answer.code, answer.level) == (code, None if code == "weight.known" else Level.STOP)

    def test_where_no_limit_depends_on_it_nobody_asks(self):
        (answer,) = ask("D5", **of((TRANEXAMIC, "20 mg"), patient=a_patient(weight=None)))
        assert answer.result is Result.NOT_APPLICABLE

    def test_nobody_is_weighed_where_there_is_no_patient(self):
        assert codes(ask("D5", **of((LIDOCAINE, "100 mg"), patient=None))) == ["weight.no_patient"]


class TestTwoAnaestheticsSum:
    """Each as a share of its own maximum: the label advises against two, toxicity adds up [LID6]."""

    heavy = a_patient(weight=q("80 kg"))

    @pytest.mark.parametrize(
        ("lidocaine", "bupivacaine", "code", "level"),
        [
            ("150 mg", "87.5 mg", "dose.sum_within_max", None),
            ("150 mg", "87.500001 mg", "dose.sum_above_max", Level.BLOCK),
            ("240 mg", "35 mg", "dose.sum_within_max", None),
            ("240 mg", "36 mg", "dose.sum_above_max", Level.BLOCK),
        ],
    )
    def test_two_anaesthetics_sum(self, lidocaine, bupivacaine, code, level):
        more = of((LIDOCAINE, lidocaine), (BUPIVACAINE, bupivacaine), patient=self.heavy)
        *each, both = ask("D1", **more)
        assert [x.code for x in each] == ["dose.within_max"] * 2
        assert (both.code, both.level) == (code, level)

    def test_it_says_what_each_is_of_its_own(self):
        more = of((LIDOCAINE, "150 mg"), (BUPIVACAINE, "140 mg"), patient=self.heavy)
        *_, both = ask("D1", **more)
        assert both.reason == (
            f"Of their maximum, lidocaine 50{N}% and bupivacaine 80{N}% make 130{N}% of the local "
            "anaesthetics one session may hold: more than the most that is allowed of them together."
        )

    def test_the_weight_lowers_it(self):
        # 4.5 mg/kg at 50 kg is 225 mg, the lower of the two [LID2]: 120/225 + 87.5/175 is above 1.
        light = a_patient(weight=q("50 kg"))
        *_, both = ask("D1", **of((LIDOCAINE, "120 mg"), (BUPIVACAINE, "87.5 mg"), patient=light))
        assert both.code == "dose.sum_above_max"

    def test_a_warning_is_no_maximum_and_a_milder_limit_makes_a_milder_sum(self):
        # Procaine: 350 mg warn, 600 mg stop (Novocain, CORRECTIONS B).
        more = of((LIDOCAINE, "150 mg"), (PROCAINE, "300 mg"), patient=self.heavy)
        assert ask("D1", **more)[-1].code == "dose.sum_within_max"
        more = of((LIDOCAINE, "150 mg"), (PROCAINE, "301 mg"), patient=self.heavy)
        assert (ask("D1", **more)[-1].code, ask("D1", **more)[-1].level) == ("dose.sum_above_max", Level.STOP)

    def test_one_whose_limit_nobody_knows_leaves_the_sum_unknown(self):
        unlimited = replace(BUPIVACAINE, limits=())
        *_, both = ask("D1", **of((LIDOCAINE, "150 mg"), (unlimited, "10 mg"), patient=self.heavy))
        assert (both.code, both.result, both.level) == ("dose.sum_unknown", Result.UNKNOWN, Level.STOP)

    def test_one_alone_has_no_sum(self):
        assert codes(ask("D1", **of((LIDOCAINE, "150 mg"), patient=self.heavy))) == ["dose.within_max"]

    def test_botulinum_units_of_two_products_never_add(self):
        lines = tuple(_of_toxin(number, 30 + number) for number in (1, 2))
        for rule, code in (("D1", "dose.within_max"), ("D3", "exposure.none_before")):
            assert codes(ask(rule, lines=lines, target=None, formula=None, syringes=())) == [code] * 2


def _of_toxin(number, key):
    """60 units of a product with a most of 100: of one and the same ingredient, each in units of its own."""
    units = unit("units", activity(key))
    limit = replace(a_limit(), dose=Quantity.of(100, units))
    strength = Strength(Quantity.of(40, units), q("1 mL"))
    product = a_product(30, "botulinum toxin", strength, of={"dimension": units.dimension}, limits=(limit,))
    return a_line(number, replace(product, id=key), "1 mL", pin=Pin.DOSE, quantity=Quantity.of(60, units))


class TestLevelsAndDays:
    def test_procaine_warns_from_350_and_stops_from_600(self):
        for typed, level in (("350 mg", None), ("351 mg", Level.WARN), ("601 mg", Level.STOP)):
            (answer,) = ask("D1", **of((PROCAINE, typed)))
            assert answer.level == level

    def test_a_limit_begins_on_its_day_at_the_site(self):
        for begins, code in ((AT.date(), "dose.above_max"), (date(2026, 11, 25), "dose.limit_unknown")):
            product = replace(TRANEXAMIC, limits=(a_limit("10 mg", valid_from=begins),))
            assert codes(ask("D1", **of((product, "20 mg")))) == [code]

    def test_what_one_point_may_get_is_not_what_a_session_may_hold(self):
        at_a_point = a_limit("2 mg", per=LimitPer.POINT)
        product = replace(TRANEXAMIC, limits=(at_a_point,))
        assert codes(ask("D1", **of((product, "20 mg")))) == ["dose.limit_unknown"]

    def test_what_a_window_may_hold_one_session_may_not_exceed(self):
        # Caffeine: 2.5 g of the salt, 1,250 mg caffeine, in 24 h (CORRECTIONS A16).
        window = a_limit("1250 mg", per=LimitPer.WINDOW, within=timedelta(hours=24))
        product = replace(TRANEXAMIC, limits=(window,))
        assert codes(ask("D1", **of((product, "1251 mg")))) == ["dose.above_max"]

    def test_a_formula_answers_for_anaesthetics_whose_limits_nobody_knows(self):
        bare = [replace(x, limits=()) for x in (LIDOCAINE, BUPIVACAINE)]
        ranges = tuple(a_range(x, ("1 mg", "50 mg"), ("0.1 mg/mL", "9 mg/mL")) for x in bare)
        formula = a_formula(ranges=ranges, route=ROUTE)
        more = of((bare[0], "20 mg"), (bare[1], "5 mg"), target="20 mL") | {"formula": formula}
        assert ask("D1", **more)[-1].accepted == "limit unknown, accepted in formula Melasma v3"

    def test_5_mg_in_100_mL_is_0_05_mg_per_mL(self):
        # 5 mg/100 mL read by Pint is 0.05 mg·mL (FACTS 6.3): a strength is a pair, and neither precedence.
        solved = solve([a_line(1, TRANEXAMIC, "5 mg/100 mL"), a_line(2, SALINE, "qs")], q("100 mL"))
        assert solved.line(1).concentration == per("5 mg/100 mL")
        assert strength_words(per("5 mg/100 mL"), ".") == f"50{N}mcg/mL"
        assert (solved.line(1).dose, solved.line(1).volume) == (q("5 mg"), q("0.05 mL"))

    def test_111_222_333_draw_exactly(self):
        # Doses whose volumes a float cannot hold: at 100 mg/mL they are 1.11, 2.22 and 3.33 mL.
        products = [a_product(n, f"substance {n}") for n in (1, 2, 3)]
        lines = [a_line(n, x, f"{n}{n}{n} mg") for n, x in enumerate(products, 1)]
        fine = Syringe("10 mL syringe", q("10 mL"), q("0.01 mL"), None, "maker's table")
        solution = solve([*lines, a_line(4, SALINE, "qs")], q("10 mL"), Setting(syringes=(fine,)))
        volumes = [q("1.11 mL"), q("2.22 mL"), q("3.33 mL"), q("3.34 mL")]
        assert [x.volume for x in solution.lines] == [x.achieved_volume for x in solution.lines] == volumes
        doses = [q("111 mg"), q("222 mg"), q("333 mg")]
        assert [x.dose for x in solution.lines[:3]] == [x.achieved_dose for x in solution.lines[:3]] == doses
        assert [x.deviation for x in solution.lines] == [0, 0, 0, 0]

    def test_0_0025_g_prints_2_5_mg(self):
        assert show(q("0.0025 g")) == f"2.5{N}mg"

    def test_changing_a_dose_with_a_finding_recomputes_its_volume(self):
        product = replace(TRANEXAMIC, limits=(a_limit("60 mg"),))
        wrong = of((product, "80 mg"), target="5 mL")
        (finding,) = ask("D1", **wrong)
        (fix,) = finding.fixes
        assert (fix.field, fix.value) == ("lines-1-dose", "60 mg")
        changed = of((product, fix.value), target="5 mL")
        solved = [solve(x["lines"], x["target"]).line(1).volume for x in (wrong, changed)]
        assert solved == [q("0.8 mL"), q("0.6 mL")]
        assert codes(ask("D1", **changed)) == ["dose.within_max"]


def test_a_least_dose_in_another_unit_is_not_compared():
    limit = a_limit(minimum=q("10 IU"))
    (answer,) = ask("D2", **of((replace(TRANEXAMIC, limits=(limit,)), "1 mg")))
    assert answer.code == "dose.min_unknown"
    both = (limit, a_limit(minimum=q("1.5 mg")), a_limit(minimum=q("2 mg")))
    (finding,) = ask("D2", **of((replace(TRANEXAMIC, limits=both), "1.9 mg")))
    assert (finding.code, finding.inputs) == (
        "dose.below_min",
        (("dose", f"1.9{N}mg"), ("least", f"2{N}mg")),
    )


class TestWhereTheSumOfAnaestheticsStands:
    heavy = a_patient(weight=q("90 kg"))

    def test_at_the_line_of_the_largest_volume_with_what_each_is(self):
        more = of((BUPIVACAINE, "140 mg"), (LIDOCAINE, "150 mg"), patient=self.heavy)
        *_, both = ask("D1", **more)
        assert (both.line, both.remedy) == (1, "Reduce one of them.")  # 56 mL beside 15 mL
        assert both.inputs == (
            ("bupivacaine", f"140{N}mg of 175{N}mg"),
            ("lidocaine", f"150{N}mg of 300{N}mg"),
            ("of the limit together", f"130{N}%"),
        )
        *_, turned = ask("D1", **of((LIDOCAINE, "150 mg"), (BUPIVACAINE, "140 mg"), patient=self.heavy))
        assert turned.line == 2

    def test_above_with_one_unknown_is_above(self):
        third = replace(BUPIVACAINE, id=99, limits=(), ingredient=replace(BUPIVACAINE.ingredient, id=99))
        told = of((LIDOCAINE, "150 mg"), (BUPIVACAINE, "140 mg"), (third, "1 mg"), patient=self.heavy)
        assert ask("D1", **told)[-1].code == "dose.sum_above_max"
        told = of((LIDOCAINE, "150 mg"), (BUPIVACAINE, "70 mg"), (third, "1 mg"), patient=self.heavy)
        answer = ask("D1", **told)[-1]
        assert (answer.code, answer.line, answer.accepted) == ("dose.sum_unknown", 2, "")
        assert f"(the others: 90{N}%)" in answer.reason

    def test_without_a_weight_a_limit_by_weight_leaves_the_sum_unknown(self):
        light = a_patient(weight=None, weighed_on=None)
        by_weight = replace(BUPIVACAINE, limits=(a_limit(per_kg=q("2 mg")),))
        answer = ask("D1", **of((LIDOCAINE, "150 mg"), (by_weight, "70 mg"), patient=light))[-1]
        assert answer.code == "dose.sum_unknown"

    def test_for_nobody_the_absolute_limit_is_the_one_that_counts(self):
        answer = ask("D1", **of((LIDOCAINE, "150 mg"), (BUPIVACAINE, "87.5 mg"), patient=None))[-1]
        assert answer.code == "dose.sum_within_max"

    def test_a_diluent_of_the_group_counts(self):
        thin = replace(BUPIVACAINE, ingredient=replace(BUPIVACAINE.ingredient, is_diluent=True))
        found = ask("D1", **of((LIDOCAINE, "150 mg"), (thin, "140 mg"), patient=self.heavy))
        assert codes(found)[-1] == "dose.sum_above_max"


def test_one_of_unknown_strength_leaves_the_sum_unknown():
    bare = replace(BUPIVACAINE, strength=None)
    answer = ask("D1", **of((LIDOCAINE, "150 mg"), (bare, "5 mL"), patient=a_patient(weight=q("90 kg"))))[-1]
    assert answer.code == "dose.sum_unknown"
    assert answer.reason == (
        "Lidocaine and bupivacaine add up, and how much of one of them is not known, "
        f"so nobody can tell what they come to (the others: 50{N}%)."
    )
    assert answer.inputs == (("lidocaine", f"150{N}mg"), ("bupivacaine", "unknown"))


def test_a_formula_that_answers_for_one_of_two_does_not_answer_for_their_sum():
    pair = [replace(x, limits=()) for x in (LIDOCAINE, BUPIVACAINE)]
    ranges = tuple(a_range(x, ("1 mg", "500 mg"), ("0.1 mg/mL", "50 mg/mL")) for x in pair)
    for signed, accepted in ((ranges, "limit unknown, accepted in formula Melasma v3"), (ranges[:1], "")):
        formula = a_formula(ranges=signed)
        answer = ask("D1", **of((pair[0], "150 mg"), (pair[1], "50 mg")) | {"formula": formula})[-1]
        assert (answer.code, answer.accepted) == ("dose.sum_unknown", accepted)


def test_where_a_warning_is_all_there_is_it_is_what_the_sum_goes_by():
    mild = replace(PROCAINE, limits=(a_limit("350 mg", level=Level.WARN),))
    heavy = a_patient(weight=q("90 kg"))
    for dose, code, level in (
        ("175 mg", "dose.sum_within_max", None),
        ("175.1 mg", "dose.sum_above_max", Level.WARN),
    ):
        answer = ask("D1", **of((LIDOCAINE, "150 mg"), (mild, dose), patient=heavy))[-1]
        assert (answer.code, answer.level) == (code, level)


def test_how_far_from_the_usual_each_dose_is():
    for typed, words in (
        ("20 mg", "1 \u00d7 usual"),
        ("19 mg", "1/1 of usual"),
        ("30 mg", "2 \u00d7 usual"),
        ("5 mg", "1/4 of usual"),
    ):
        (answer,) = ask("U3", **of((TRANEXAMIC, typed), usual=(Usual(1, q("20 mg"), 50),)))
        assert answer.inputs == (("tranexamic acid", words),)


def test_a_usual_dose_of_nothing_is_none():
    assert codes(ask("U3", **of((TRANEXAMIC, "20 mg"), usual=(Usual(1, q("0 mg"), 3),)))) == ["dose.no_usual"]


@pytest.mark.parametrize("rule", ["U3", "D2"])
def test_a_line_of_unknown_strength_has_no_dose_to_look_at(rule):
    bare = a_product(9, "something", None)
    assert codes(ask(rule, **of((bare, "1 mL")))) == ["dose.none"]
