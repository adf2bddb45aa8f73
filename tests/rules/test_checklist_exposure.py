"""D3: what was given before counts, over every product of the ingredient, and what nobody knows stops."""

from dataclasses import replace
from datetime import timedelta

import pytest

from formulary.rules.facts import Course, Exposure, History, LimitPer, Order, Pin, Strength
from formulary.rules.findings import Level, Result, Stage
from formulary.rules.units import Quantity, activity, unit
from tests.rules.builders import (
    AT,
    SALINE,
    TRANEXAMIC,
    a_draw,
    a_formula,
    a_limit,
    a_line,
    a_product,
    ask,
    codes,
    melasma_lines,
    q,
)

N = "\u00a0"
DAY = timedelta(hours=24)
THREE_MONTHS = timedelta(days=92)


def window(most, within=DAY, **more):
    return a_limit(most, per=LimitPer.WINDOW, within=within, **more)


def gave(amount, ago, product=TRANEXAMIC, what="session"):
    """So much of a product, so long ago."""
    at = AT - ago
    held = q(amount) if isinstance(amount, str) else amount
    return Exposure(product.ingredient.id, product.id, held, at, what)


def under_way(ingredient_id, state="released"):
    """Another cocktail with an ingredient, in this state."""
    return Course((Order("C-0007", state, frozenset({ingredient_id})),), elsewhere=False)


def of(typed, *limits, before=(), product=TRANEXAMIC, **more):
    """A dose of one ingredient with its limits, after what was given before."""
    line = a_line(1, replace(product, limits=limits), typed)
    history = History(tuple(before), **more.pop("history", {}))
    facts = {"lines": (line, a_line(2, SALINE, "qs")), "target": q("20 mL"), "formula": None, "syringes": ()}
    return {**facts, "history": history, **more}


class TestOverAWindow:
    """Caffeine: 2.5 g of the salt, 1,250 mg caffeine, in 24 h (CORRECTIONS A16), here on another product."""

    @pytest.mark.parametrize(
        ("typed", "code"),
        [("250 mg", "exposure.within_max"), ("250.000001 mg", "exposure.above_max")],
    )
    def test_at_the_limit_is_within(self, typed, code):
        before = [gave("700 mg", timedelta(hours=5)), gave("300 mg", timedelta(hours=20))]
        assert codes(ask("D3", **of(typed, window("1250 mg"), before=before))) == [code]

    @pytest.mark.parametrize(
        ("ago", "code"),
        [
            (DAY - timedelta(seconds=1), "exposure.above_max"),
            (DAY, "exposure.within_max"),
        ],
    )
    def test_what_left_the_window_no_longer_counts(self, ago, code):
        assert codes(ask("D3", **of("300 mg", window("1250 mg"), before=[gave("1000 mg", ago)]))) == [code]

    def test_what_is_within_says_the_sum_and_of_what(self):
        """Of several limits the tightest for the sum, not the one that this dose alone comes nearest to."""
        limits = window("1250 mg"), window("400 mg", within=timedelta(hours=4))
        before = [gave("900 mg", timedelta(hours=5))]
        (answer,) = ask("D3", **of("250 mg", *limits, before=before))
        assert (answer.reason, answer.inputs) == (
            f"Tranexamic acid 1,150{N}mg within 24 hours of 1,250{N}mg, with what was given before.",
            (("dose", f"250{N}mg"), ("before", f"900{N}mg"), ("limit", f"1,250{N}mg")),
        )

    def test_it_says_the_sum_and_stops(self):
        more = of("300 mg", window("1250 mg", source="label"), before=[gave("1000 mg", timedelta(hours=1))])
        (finding,) = ask("D3", **more)
        assert (finding.level, finding.source) == (Level.STOP, "label")
        assert finding.reason == (
            f"Tranexamic acid 300{N}mg here and 1,000{N}mg before make 1,300{N}mg within 24 hours, "
            f"50{N}mg above the most (1,250{N}mg)."
        )

    def test_every_product_of_the_ingredient_and_every_patch_test_counts(self):
        other = replace(TRANEXAMIC, id=77)
        before = [
            gave("900 mg", timedelta(hours=3), other),
            gave("100.000001 mg", timedelta(hours=2), what="patch test"),
        ]
        assert codes(ask("D3", **of("250 mg", window("1250 mg"), before=before))) == ["exposure.above_max"]

    def test_another_ingredient_does_not(self):
        before = [gave("1250 mg", timedelta(hours=3), a_product(9, "another"))]
        assert codes(ask("D3", **of("250 mg", window("1250 mg"), before=before))) == ["exposure.within_max"]

    def test_what_was_taken_back_counts_against(self):
        before = [gave("1250 mg", timedelta(hours=3)), gave("-1250 mg", timedelta(hours=3))]
        assert codes(ask("D3", **of("250 mg", window("1250 mg"), before=before))) == ["exposure.within_max"]

    @pytest.mark.parametrize(("ago", "code"), [(91, "exposure.above_max"), (92, "exposure.within_max")])
    def test_botulinum_400_units_in_any_three_months(self, ago, code):
        # 400 units in any 3-month interval (CORRECTIONS A14): 92 days, the longest the words can mean.
        units = unit("units", activity(31))
        most = replace(window("1 mg", THREE_MONTHS), dose=Quantity.of(400, units))
        strength = Strength(Quantity.of(100, units), q("1 mL"))
        toxin = a_product(31, "toxin", strength, of={"dimension": units.dimension}, limits=(most,))
        line = a_line(1, toxin, "2 mL", pin=Pin.VOLUME)
        before = [gave(Quantity.of(250, units), timedelta(days=ago), toxin)]
        more = of("1 mg", before=before) | {"lines": (line,), "target": None}
        assert codes(ask("D3", **more)) == [code]


class TestASessionAndItsTopUp:
    """A top-up counts (RULINGS 16): what was given within a day counts as the same session."""

    @pytest.mark.parametrize(
        ("ago", "level", "code"),
        [
            (timedelta(hours=23), Level.STOP, "exposure.above_max"),
            (timedelta(hours=24), Level.INFO, "exposure.limit_unknown"),
        ],
    )
    def test_a_second_cocktail_of_the_day_does_not_begin_anew(self, ago, level, code):
        (answer,) = ask("D3", **of("200 mg", a_limit("300 mg"), before=[gave("200 mg", ago)]))
        assert (answer.code, answer.level) == (code, level)

    def test_a_limit_that_only_warns_warns(self):
        warns = a_limit("300 mg", level=Level.WARN)
        (answer,) = ask("D3", **of("200 mg", warns, before=[gave("200 mg", timedelta(hours=1))]))
        assert (answer.code, answer.level) == ("exposure.above_max", Level.WARN)

    def test_a_course_counts_all_there_ever_was(self):
        course = a_limit("600 mg", per=LimitPer.COURSE)
        before = [gave("250 mg", timedelta(days=900)), gave("251 mg", timedelta(days=30))]
        (answer,) = ask("D3", **of("100 mg", course, before=before))
        assert (answer.code, answer.inputs[2]) == ("exposure.above_max", ("over", "in all"))


class TestWhatIsPlannedForLater:
    """Time is counted back from the planned day until it is drawn, and from now after that."""

    LIDOCAINE = a_product(20, "lidocaine", "20 mg/mL")
    THIS_MORNING = (gave("200 mg", timedelta(hours=2), LIDOCAINE),)

    def given(self, most, planned, stage=Stage.SIGN):
        told = of("200 mg", most, before=self.THIS_MORNING, product=self.LIDOCAINE, planned_for=AT + planned)
        if stage in (Stage.FINAL, Stage.ADMINISTER):
            told["draws"] = (a_draw(told["lines"][0], "10 mL", amount=q("200 mg")),)
        return codes(ask("D3", stage, **told))

    @pytest.mark.parametrize("most", [a_limit("300 mg"), window("300 mg")])
    @pytest.mark.parametrize(
        ("planned", "stage", "above"),
        [
            (timedelta(days=7), Stage.DRAFT, False),
            (timedelta(days=7), Stage.SIGN, False),
            (timedelta(hours=22), Stage.SIGN, False),
            (timedelta(hours=22) - timedelta(seconds=1), Stage.SIGN, True),
            (timedelta(days=-7), Stage.SIGN, True),
            (timedelta(days=7), Stage.FINAL, True),
            (timedelta(days=7), Stage.ADMINISTER, True),
        ],
    )
    def test_what_was_given_this_morning_counts_for_a_day(self, most, planned, stage, above):
        assert (self.given(most, planned, stage) == ["exposure.above_max"]) is above

    def test_what_is_not_given_yet_counts_nowhere(self):
        later = (gave("200 mg", -timedelta(days=6), self.LIDOCAINE),)
        told = of("200 mg", window("300 mg"), before=later, product=self.LIDOCAINE)
        assert codes(ask("D3", **told, planned_for=AT + timedelta(days=7))) == ["exposure.within_max"]


class TestAnIncompleteHistory:
    """Unknown is never counted as nothing: STOP."""

    @pytest.mark.parametrize(
        ("more", "words"),
        [
            ({"before": [gave(None, timedelta(hours=2))]}, "nobody noted how much"),
            ({"before": [gave("5 mL", timedelta(hours=2))]}, "units of another product"),
            (
                {"course": under_way(1)},
                "C-0007 with tranexamic acid is released or being given",
            ),
            (
                {"before": [replace(gave("5 mg", timedelta(hours=2)), basis="sulfate")]},
                "another salt or base",
            ),
            ({"history": {"truncated": True}}, "more was given than was read"),
            ({"course": Course(elsewhere=True)}, "the patient was treated at another clinic"),
            ({"course": Course()}, "nobody knows whether other clinics gave any"),
        ],
    )
    def test_it_stops_and_says_why(self, more, words):
        (answer,) = ask("D3", **of("100 mg", window("1250 mg"), **more))
        assert (answer.code, answer.result, answer.level) == (
            "exposure.history_incomplete", Result.UNKNOWN, Level.STOP,
        )  # fmt: skip
        assert words in answer.reason

    def test_nobody_looked_it_up(self):
        more = of("100 mg", window("1250 mg")) | {"history": None}
        (answer,) = ask("D3", **more)
        assert "nobody looked up what was given before" in answer.reason

    def test_what_is_above_already_is_no_question(self):
        before = [gave("1200 mg", timedelta(hours=1)), gave(None, timedelta(hours=2))]
        assert codes(ask("D3", **of("100 mg", window("1250 mg"), before=before))) == ["exposure.above_max"]

    @pytest.mark.parametrize("state", ["draft", "prescribed", "in_preparation", "administered", "wasted"])
    def test_what_cannot_be_in_the_body_uncounted_is_no_doubt(self, state):
        more = of("100 mg", window("1250 mg"), course=under_way(1, state))
        assert codes(ask("D3", **more)) == ["exposure.within_max"]

    def test_another_ingredient_under_way_says_nothing(self):
        more = of("100 mg", window("1250 mg"), course=under_way(99))
        assert codes(ask("D3", **more)) == ["exposure.within_max"]


class TestWhereNoLimitOverTimeIsKnown:
    def test_a_first_session_adds_up_to_itself_also_after_its_patch_test(self):
        before = [gave("5 mg", timedelta(days=5), what="patch test")]
        assert codes(ask("D3", **of("100 mg", before=before))) == ["exposure.none_before"]

    def test_a_later_one_is_unknown_and_stops(self):
        (answer,) = ask("D3", **of("100 mg", before=[gave("100 mg", timedelta(days=14))]))
        assert (answer.code, answer.level) == ("exposure.limit_unknown", Level.STOP)

    def test_a_session_that_was_taken_back_was_none(self):
        before = [gave("100 mg", timedelta(days=14)), gave("-100 mg", timedelta(days=14))]
        assert codes(ask("D3", **of("100 mg", before=before))) == ["exposure.none_before"]

    def test_a_label_that_limits_the_session_leaves_a_note(self):
        (answer,) = ask("D3", **of("100 mg", a_limit("300 mg"), before=[gave("100 mg", timedelta(days=14))]))
        assert (answer.code, answer.result, answer.level) == (
            "exposure.limit_unknown", Result.UNKNOWN, Level.INFO,
        )  # fmt: skip

    def test_an_approved_formula_answers_inside_the_doses_signed(self):
        history = History((gave("20 mg", timedelta(days=14)),))
        first = ask("D3", history=history)[0]
        assert first.accepted == "limit unknown, accepted in formula Melasma v3"
        lines = (a_line(1, TRANEXAMIC, "26 mg"), *melasma_lines()[1:])
        assert ask("D3", history=history, lines=lines)[0].accepted == ""

    def test_nothing_is_asked_without_a_patient(self):
        assert codes(ask("D3", patient=None)) == ["exposure.no_patient"]


def test_an_answer_to_it_lives_from_signing_to_giving():
    more = of("300 mg", window("1250 mg"), before=[gave("1000 mg", timedelta(hours=1))])
    keys = {ask("D3", stage, **more)[0].key for stage in (Stage.DRAFT, Stage.SIGN)}
    assert len(keys) == 1


class TestAnAnswerToAnIncompleteHistory:
    """It was given for one dose after one sum, with one doubt; it dies with any of them."""

    ONCE = (gave("400 mg", timedelta(hours=3)), gave(None, timedelta(hours=2)))

    def key(self, typed="100 mg", before=ONCE, **more):
        (answer,) = ask("D3", **of(typed, window("1250 mg"), before=before, **more))
        assert answer.code == "exposure.history_incomplete"
        return answer.key

    @pytest.mark.parametrize(
        "changed",
        [
            {"before": (*ONCE, gave("300 mg", timedelta(hours=1)))},
            {"typed": "101 mg"},
            {"history": {"truncated": True}},
        ],
    )
    def test_it_dies_with_what_it_was_given_for(self, changed):
        assert self.key(**changed) != self.key()

    def test_it_lives_while_nothing_changes(self):
        keys = {
            ask("D3", x, **of("100 mg", window("1250 mg"), before=self.ONCE))[0].key
            for x in (Stage.DRAFT, Stage.SIGN)
        }
        assert keys == {self.key()}


class TestWhatWouldDoWhereNoLimitOverTimeIsKnown:
    before = (gave("20 mg", timedelta(days=30)),)

    @pytest.mark.parametrize(
        ("limits", "formula", "remedy", "level"),
        [
            ((a_limit("900 mg"),), None, "", Level.INFO),
            ((), a_formula(), "", Level.STOP),
            ((), None, "Follow an approved formula, or ask a second clinician to co-sign.", Level.STOP),
        ],
        ids=["its label limits one session", "a formula answers", "nobody answers"],
    )
    def test_depends_on_who_answers(self, limits, formula, remedy, level):
        (answer,) = ask("D3", **of("20 mg", *limits, before=self.before, formula=formula))
        assert (answer.code, answer.remedy, answer.level) == ("exposure.limit_unknown", remedy, level)
        assert bool(answer.accepted) is (formula is not None)


class TestOverWhatTime:
    @pytest.mark.parametrize(
        ("limit", "over"),
        [
            (a_limit("30 mg", per=LimitPer.WINDOW, within=THREE_MONTHS), "within 92 days"),
            (a_limit("30 mg", per=LimitPer.WINDOW, within=timedelta(hours=49)), "within 2 days"),
            (a_limit("30 mg", per=LimitPer.WINDOW, within=timedelta(hours=48)), "within 48 hours"),
            (a_limit("30 mg", per=LimitPer.WINDOW), "within 24 hours"),
            (a_limit("30 mg", per=LimitPer.SESSION), "within 24 hours"),
            (a_limit("30 mg", per=LimitPer.COURSE), "in all"),
        ],
    )
    def test_it_is_summed_is_said(self, limit, over):
        (finding,) = ask("D3", **of("20 mg", limit, before=[gave("20 mg", timedelta(hours=20))]))
        assert finding.code == "exposure.above_max"
        assert finding.inputs == (
            ("dose", f"20{N}mg"),
            ("before", f"20{N}mg"),
            ("over", over),
            ("limit", f"30{N}mg"),
        )

    def test_what_was_given_this_very_moment_counts_and_what_is_later_does_not(self):
        for ago, code in ((timedelta(0), "above_max"), (-timedelta(seconds=1), "within_max")):
            found = ask("D3", **of("20 mg", window("30 mg"), before=[gave("20 mg", ago)]))
            assert codes(found) == [f"exposure.{code}"]

    def test_the_tightest_of_several_limits_is_shown(self):
        limits = (window("100 mg"), window("50 mg", THREE_MONTHS), a_limit("90 mg"))
        (answer,) = ask("D3", **of("20 mg", *limits, before=[gave("20 mg", timedelta(hours=20))]))
        assert answer.inputs[-1] == ("limit", f"50{N}mg")

    def test_of_two_limits_exceeded_the_hardest_and_then_the_lowest_is_named(self):
        before = [gave("20 mg", timedelta(hours=20))]
        for limits, most in (
            ((window("30 mg", level=Level.WARN), window("35 mg", level=Level.STOP)), "35"),
            ((window("35 mg"), window("30 mg")), "30"),
        ):
            (finding,) = ask("D3", **of("20 mg", *limits, before=before))
            assert finding.inputs[-1] == ("limit", f"{most}{N}mg")


def test_of_an_unknown_strength_nothing_adds_up():
    limit = window("30 mg")
    (answer,) = ask("D3", **of("1 mL", limit, product=a_product(9, "something", None)))
    assert (answer.code, answer.result, answer.level) == ("exposure.unknown", Result.UNKNOWN, Level.STOP)


@pytest.mark.parametrize(
    ("limits", "code"),
    [
        ((), "exposure.limit_unknown"),
        ((a_limit("900 mg"),), "exposure.history_incomplete"),
        ((window("900 mg"),), "exposure.history_incomplete"),
    ],
)
def test_where_nobody_looked_up_the_history_it_may_hold_anything(limits, code):
    more = of("20 mg", *limits) | {"history": None}
    assert codes(ask("D3", **more)) == [code]


def test_a_limit_in_another_unit_leaves_no_account():
    before = [gave("20 mg", timedelta(days=30))]
    assert codes(ask("D3", **of("20 mg", window("30 IU"), before=before))) == ["exposure.limit_unknown"]


def test_a_diluent_without_a_limit_is_not_asked():
    found = ask("D3", lines=(a_line(1, SALINE, "5 mL"),), formula=None)
    assert codes(found) == ["exposure.none"]


def test_a_diluent_with_a_limit_adds_up():
    salt = replace(SALINE, limits=(window("10 mg"),))
    for volume, code in (("1 mL", "exposure.within_max"), ("2 mL", "exposure.above_max")):
        more = {"lines": (a_line(1, salt, volume),), "target": None, "formula": None, "syringes": ()}
        history = History((gave("0.001 mg", timedelta(hours=1), salt),))
        assert codes(ask("D3", **more, history=history)) == [code]
