"""D3: what one session had before: other local anaesthetics of the day, and the session that is topped up."""

from dataclasses import replace
from datetime import timedelta

import pytest

from formulary.rules.facts import Course, Exposure, History, LimitPer, Order, Precautions, Schedule
from formulary.rules.findings import Level, Result
from tests.rules.builders import (
    AT,
    SALINE,
    TRANEXAMIC,
    a_limit,
    a_line,
    a_patient,
    a_product,
    ask,
    codes,
    q,
)

N = "\u00a0"
GROUP = {"groups": frozenset({"local_anaesthetic"})}
# 300 mg plain, 500 mg with epinephrine [LID2] [LID3]; procaine: 350 mg warns, 600 mg stops [PRO1] [PRO2]
BLOCKS = {"level": Level.BLOCK, "source": "label"}
LIDOCAINE = a_product(20, "lidocaine", "10 mg/mL", of=GROUP, limits=(a_limit("300 mg", **BLOCKS),))
WITH_EPINEPHRINE = a_product(
    21, "lidocaine + epinephrine", "10 mg/mL", of=GROUP, limits=(a_limit("500 mg", **BLOCKS),)
)
PROCAINE = a_product(
    22, "procaine", "10 mg/mL", of=GROUP, limits=(a_limit("350 mg", level=Level.WARN), a_limit("600 mg"))
)
ARTICAINE = a_product(23, "articaine", "40 mg/mL", of=GROUP)  # no limit by this route is known
ALL = (LIDOCAINE, WITH_EPINEPHRINE, PROCAINE, ARTICAINE)
HOURS = timedelta(hours=1)
DAYS = timedelta(days=1)


def gave(amount, product, ago=4 * HOURS, **more):
    held = None if amount is None else q(amount)
    return Exposure(product.ingredient.id, product.id, held, AT - ago, **more)


def cocktail(*typed, before=(), history=None, **more):
    """Lines of (product, dose) after what was given, with the account that a cocktail of the group gets."""
    lines = [a_line(number, *each) for number, each in enumerate(typed, 1)]
    told = {"products": ALL, "additive": frozenset(x.ingredient.id for x in ALL), **(history or {})}
    facts = {"target": q("80 mL"), "formula": None, "syringes": (), "history": History(tuple(before), **told)}
    return {"lines": (*lines, a_line(9, SALINE, "qs")), **facts, **more}


def summed(*typed, **more):
    """What D3 says of the group, and of nothing else."""
    return [x for x in ask("D3", **cocktail(*typed, **more)) if x.subject == "local anaesthetics"]


class TestLocalAnaestheticsOfOneDay:
    def test_lidocaine_in_the_morning_and_with_epinephrine_at_two_stop(self):
        (finding,) = summed((WITH_EPINEPHRINE, "490 mg"), before=[gave("300 mg", LIDOCAINE)])
        assert (finding.code, finding.level, finding.line) == ("exposure.sum_above_max", Level.STOP, 1)
        assert finding.reason == (
            "Of their maximum, lidocaine + epinephrine 98% and lidocaine given before 100% make 198% of the "
            "local anaesthetics one session may hold: more than the most that is allowed of them together."
        ).replace("%", f"{N}%")

    @pytest.mark.parametrize(
        ("typed", "code"),
        [("250 mg", "exposure.sum_within_max"), ("250.000001 mg", "exposure.sum_above_max")],
    )
    def test_shares_that_make_one_are_within(self, typed, code):
        assert codes(summed((WITH_EPINEPHRINE, typed), before=[gave("150 mg", LIDOCAINE)])) == [code]

    @pytest.mark.parametrize(
        ("before", "code"),
        [
            ([gave("300 mg", LIDOCAINE, 24 * HOURS - timedelta(seconds=1))], ["exposure.sum_above_max"]),
            ([gave("300 mg", LIDOCAINE, 24 * HOURS)], []),
            ([gave("300 mg", LIDOCAINE, -HOURS)], []),
            ([gave("300 mg", LIDOCAINE, what="patch test")], ["exposure.sum_above_max"]),
            ([gave("300 mg", LIDOCAINE), gave("-300 mg", LIDOCAINE)], ["exposure.sum_within_max"]),
            ([gave("150 mg", LIDOCAINE), gave("300 mg", PROCAINE)], ["exposure.sum_above_max"]),
            ([gave("300 mg", TRANEXAMIC)], []),
        ],
    )
    def test_what_the_session_had_of_any_of_them_counts(self, before, code):
        assert codes(summed((WITH_EPINEPHRINE, "250 mg"), before=before)) == code

    def test_another_product_of_one_ingredient_counts_by_its_own_most(self):
        weaker = replace(LIDOCAINE, id=77, limits=(a_limit("100 mg"),))
        more = {"before": [gave("60 mg", weaker)], "history": {"products": (*ALL, weaker)}}
        assert codes(summed((WITH_EPINEPHRINE, "250 mg"), **more)) == ["exposure.sum_above_max"]

    def test_two_in_one_cocktail_and_one_of_them_before(self):
        typed = ((LIDOCAINE, "90 mg"), (WITH_EPINEPHRINE, "150 mg"))
        answers = [codes(summed(*typed, before=[gave(mg, LIDOCAINE)])) for mg in ("120 mg", "121 mg")]
        assert answers == [["exposure.sum_within_max"], ["exposure.sum_above_max"]]

    def test_one_alone_adds_up_by_itself(self):
        answers = ask("D3", **cocktail((LIDOCAINE, "200 mg"), before=[gave("200 mg", LIDOCAINE)]))
        assert codes(answers) == ["exposure.above_max"]

    def test_a_limit_by_weight_is_of_this_patient(self):
        by_weight = replace(LIDOCAINE, limits=(a_limit("300 mg", per_kg=q("4.5 mg"), **BLOCKS),))
        history = {"products": (by_weight, WITH_EPINEPHRINE)}
        more = {"before": [gave("130 mg", LIDOCAINE)], "history": history}  # of 58 kg: 261 mg
        assert codes(summed((WITH_EPINEPHRINE, "252 mg"), **more)) == ["exposure.sum_above_max"]
        assert codes(summed((WITH_EPINEPHRINE, "250 mg"), **more)) == ["exposure.sum_within_max"]
        assert codes(summed((WITH_EPINEPHRINE, "1 mg"), **more, patient=a_patient(weight=None))) == [
            "exposure.sum_unknown"
        ]

    def test_an_answer_dies_where_more_was_given_meanwhile(self):
        told = [
            summed((WITH_EPINEPHRINE, "490 mg"), before=[gave(amount, LIDOCAINE)])[0].key
            for amount in ("300 mg", "300 mg", "310 mg")
        ]
        assert (told[0] == told[1], told[0] == told[2]) == (True, False)


class TestHowGraveTheSumIs:
    """The gravest limit that its own kind goes above; what only warns makes nothing milder."""

    BUPIVACAINE = a_product(25, "bupivacaine", "2.5 mg/mL", of=GROUP, limits=(a_limit("175 mg", **BLOCKS),))
    WARNS = replace(ARTICAINE, limits=(a_limit("100 mg", level=Level.WARN),))
    STOPS = replace(
        PROCAINE, limits=(a_limit("350 mg", level=Level.WARN), a_limit("600 mg", level=Level.STOP))
    )
    HARD = ((LIDOCAINE, "285 mg"), (BUPIVACAINE, "166 mg"))  # 95 % and 95 %

    @pytest.mark.parametrize(
        ("typed", "level"),
        [
            (HARD, Level.BLOCK),
            ((*HARD, (STOPS, "1 mg")), Level.BLOCK),
            ((*HARD, (WARNS, "1 mg")), Level.BLOCK),
            ((*HARD, (STOPS, "1 mg"), (WARNS, "1 mg")), Level.BLOCK),
            # 50 % and 50 %: all that is allowed of them, and only the warning one is too much
            (((LIDOCAINE, "150 mg"), (BUPIVACAINE, "87.5 mg"), (WARNS, "1 mg")), Level.WARN),
            (((LIDOCAINE, "285 mg"), (STOPS, "60 mg"), (WARNS, "1 mg")), Level.STOP),
            (((LIDOCAINE, "285 mg"), (STOPS, "12 mg"), (WARNS, "90 mg")), Level.WARN),
        ],
    )
    def test_a_trace_of_a_milder_one_makes_it_no_milder(self, typed, level):
        told = cocktail(*typed, target=q("300 mL"), patient=a_patient(weight=q("90 kg")))
        assert (ask("D1", **told)[-1].code, ask("D1", **told)[-1].level) == ("dose.sum_above_max", level)

    def test_with_what_was_given_before_as_well(self):
        more = {"before": [gave("300 mg", LIDOCAINE), gave("1 mg", self.WARNS)]}
        told = {"history": {"products": (*ALL[:3], self.WARNS)}}
        (finding,) = summed((WITH_EPINEPHRINE, "490 mg"), **more, **told)
        assert (finding.code, finding.level) == ("exposure.sum_above_max", Level.STOP)


class TestWhatNobodyKnowsOfThem:
    """Unknown is never a pass: STOP."""

    @pytest.mark.parametrize(
        ("more", "words"),
        [
            ({"before": [gave("1 mg", ARTICAINE)]}, "the limit of one of them by this route is not known"),
            ({"before": [gave(None, LIDOCAINE)]}, "how much of one of them is not known"),
            ({"before": [gave("1 mL", LIDOCAINE)]}, "how much of one of them is not known"),
            (
                {"before": [gave("1 mg", LIDOCAINE)], "history": {"products": ()}},
                "how much of one of them is not known",
            ),
            ({"history": {"truncated": True}}, "more was given than was read"),
            (
                {"course": Course((Order("C-7", "released", frozenset({20})),), elsewhere=False)},
                "C-7 with one of them is released or being given and not closed",
            ),
        ],
    )
    def test_it_stops_and_says_why(self, more, words):
        (answer,) = summed((WITH_EPINEPHRINE, "10 mg"), **more)
        assert (answer.code, answer.result, answer.level) == (
            "exposure.sum_unknown", Result.UNKNOWN, Level.STOP,
        )  # fmt: skip
        assert words in answer.reason

    def test_nobody_looked_it_up(self):
        """One line says so by itself; of two it is said of each and of both together."""
        alone = ask("D3", **(cocktail((LIDOCAINE, "10 mg")) | {"history": None}))
        assert [(x.code, x.level) for x in alone] == [("exposure.history_incomplete", Level.STOP)]
        both = cocktail((LIDOCAINE, "10 mg"), (WITH_EPINEPHRINE, "10 mg")) | {"history": None}
        *each, answer = ask("D3", **both)
        assert codes(each) == ["exposure.history_incomplete"] * 2
        assert "nobody looked up what was given before" in answer.reason

    def test_it_speaks_of_others_only_where_one_is_missing(self):
        more = {"before": [gave("100 mg", LIDOCAINE)], "history": {"truncated": True}}
        (answer,) = summed((WITH_EPINEPHRINE, "50 mg"), **more)
        assert answer.reason.endswith(f"(what is counted: 43.3{N}%).")

    def test_a_share_above_one_is_no_question(self):
        before = [gave("300 mg", LIDOCAINE), gave("1 mg", ARTICAINE)]
        assert codes(summed((WITH_EPINEPHRINE, "10 mg"), before=before)) == ["exposure.sum_above_max"]

    def test_an_order_of_its_own_kind_is_asked_of_it_alone(self):
        course = Course((Order("C-7", "released", frozenset({21})),), elsewhere=False)
        assert codes(summed((WITH_EPINEPHRINE, "10 mg"), course=course)) == []

    def test_nothing_is_said_of_the_group_where_none_of_it_is_given(self):
        assert codes(summed((TRANEXAMIC, "10 mg"), before=[gave("900 mg", LIDOCAINE)])) == []


class TestATopUpOfASession:
    """It counts into the total of the session that it tops up, however long after it (RULINGS 16)."""

    MOST = a_limit("300 mg")

    def told(self, typed, *before, limit=MOST, **more):
        product = replace(TRANEXAMIC, limits=(limit,))
        (answer,) = ask("D3", **cocktail((product, typed), before=before, is_top_up=True, **more))
        return answer

    @pytest.mark.parametrize("ago", [25 * HOURS, 3 * DAYS, 40 * DAYS])
    @pytest.mark.parametrize(("typed", "above"), [("100 mg", False), ("100.000001 mg", True)])
    def test_it_adds_up_with_its_session_however_late(self, typed, above, ago):
        answer = self.told(typed, gave("200 mg", TRANEXAMIC, ago))
        assert (answer.code == "exposure.above_max", answer.level is Level.STOP) == (above, above)

    def test_it_says_so(self):
        answer = self.told("200 mg", gave("200 mg", TRANEXAMIC, 3 * DAYS))
        assert answer.reason == (
            f"Tranexamic acid 200{N}mg here and 200{N}mg before make 400{N}mg with the session that it tops "
            f"up, 100{N}mg above the most (300{N}mg)."
        )

    @pytest.mark.parametrize(
        ("before", "above"),
        [
            # a top-up of it before this one
            (
                [gave("190 mg", TRANEXAMIC, 6 * DAYS), gave("50 mg", TRANEXAMIC, 3 * DAYS, is_top_up=True)],
                True,
            ),
            # a second cocktail of that day
            ([gave("50 mg", TRANEXAMIC, 6 * DAYS + 23 * HOURS), gave("190 mg", TRANEXAMIC, 6 * DAYS)], True),
            # the session before the one that it tops up
            ([gave("190 mg", TRANEXAMIC, 9 * DAYS), gave("50 mg", TRANEXAMIC, 3 * DAYS)], False),
            # a patch test, a session taken back: no sessions, so that the one before them is topped up
            ([gave("290 mg", TRANEXAMIC, 6 * DAYS), gave("1 mg", TRANEXAMIC, DAYS, what="patch test")], True),
            (
                [
                    gave("290 mg", TRANEXAMIC, 6 * DAYS),
                    gave("90 mg", TRANEXAMIC, 3 * DAYS),
                    gave("-90 mg", TRANEXAMIC, 3 * DAYS),
                ],
                True,
            ),
        ],
    )
    def test_the_whole_session_counts_and_no_other(self, before, above):
        assert (self.told("100 mg", *before).code == "exposure.above_max") is above

    @pytest.mark.parametrize(
        ("before", "above"),
        [
            # a top-up brought it to the session, and this one tops up the same one
            ([gave("201 mg", TRANEXAMIC, 3 * DAYS, is_top_up=True)], True),
            (
                [
                    gave("190 mg", TRANEXAMIC, 6 * DAYS, is_top_up=True),
                    gave("11 mg", TRANEXAMIC, 3 * DAYS, is_top_up=True),
                ],
                True,
            ),
            # a later plain session is the one that is topped up
            (
                [gave("201 mg", TRANEXAMIC, 6 * DAYS, is_top_up=True), gave("9 mg", TRANEXAMIC, 3 * DAYS)],
                False,
            ),
        ],
    )
    def test_an_ingredient_that_only_top_ups_brought_is_of_the_session_since_the_earliest(
        self, before, above
    ):
        assert (self.told("100 mg", *before).code == "exposure.above_max") is above

    def test_p2_takes_the_same_for_its_session(self):
        order = Order("C-3", "administered", frozenset({1}), AT - 3 * DAYS, is_top_up=True)
        schedule = Schedule(1, days=14, months=None, most_sessions=None, source="s", version=1)
        facts = {"course": Course((order,), elsewhere=False), "precautions": Precautions((), (), (schedule,))}
        (answer,) = ask("P2", is_top_up=True, **facts)
        assert (answer.code, answer.rests_on) == ("interval.top_up", (("top-up of", "C-3"),))

    def test_anaesthetics_of_two_top_ups_add_up(self):
        before = [gave("300 mg", LIDOCAINE, 3 * DAYS, is_top_up=True)]
        told = codes(summed((WITH_EPINEPHRINE, "10 mg"), before=before, is_top_up=True))
        assert told == ["exposure.sum_above_max"]

    def test_a_session_after_a_top_up_is_not_charged_with_what_was_topped_up(self):
        before = (gave("250 mg", TRANEXAMIC, 6 * DAYS), gave("90 mg", TRANEXAMIC, HOURS, is_top_up=True))
        product = replace(TRANEXAMIC, limits=(self.MOST,))
        answers = [
            codes(ask("D3", **cocktail((product, typed), before=before))) for typed in ("210 mg", "211 mg")
        ]
        assert answers == [["exposure.limit_unknown"], ["exposure.above_max"]]

    def test_a_window_is_no_longer_for_it(self):
        window = a_limit("300 mg", per=LimitPer.WINDOW, within=timedelta(hours=24))
        answer = self.told("200 mg", gave("200 mg", TRANEXAMIC, 3 * DAYS), limit=window)
        assert answer.code == "exposure.within_max"

    @pytest.mark.parametrize(
        ("elsewhere", "code"), [(False, "exposure.none_before"), (None, "exposure.history_incomplete")]
    )
    def test_of_a_session_that_is_not_on_record_only_a_no_says_that_there_was_none(self, elsewhere, code):
        assert self.told("200 mg", course=Course(elsewhere=elsewhere)).code == code

    def test_anaesthetics_add_up_with_those_of_its_session(self):
        before = [gave("300 mg", LIDOCAINE, 3 * DAYS)]
        told = [codes(summed((WITH_EPINEPHRINE, "10 mg"), before=before, is_top_up=x)) for x in (True, False)]
        assert told == [["exposure.sum_above_max"], []]
