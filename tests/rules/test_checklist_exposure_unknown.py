"""D3: what a formula answers for over time, and what it does not; a session that may have been."""

from datetime import timedelta

import pytest

from formulary.rules.facts import Course, LimitPer
from formulary.rules.findings import Level, Result
from tests.rules.builders import a_formula, a_limit, a_patient, ask, codes, q
from tests.rules.test_checklist_exposure import gave, of, under_way, window


@pytest.mark.parametrize("limits", [(), (a_limit("100 mg"),)])
@pytest.mark.parametrize("most", [None, "900 mg"])
@pytest.mark.parametrize("per", [LimitPer.WINDOW, LimitPer.COURSE])
def test_a_limit_over_time_by_a_weight_that_nobody_knows_stops_with_or_without_a_formula(limits, most, per):
    by_weight = a_limit(most, per_kg=q("1 mg"), per=per, within=timedelta(hours=72))
    before = [gave("20 mg", timedelta(hours=30))]
    for formula in (None, a_formula()):
        told = of("20 mg", *limits, by_weight, before=before, formula=formula)
        (answer,) = ask("D3", **told | {"patient": a_patient(weight=None, weighed_on=None)})
        assert (answer.code, answer.result, answer.level, answer.accepted) == (
            "exposure.limit_by_weight", Result.UNKNOWN, Level.STOP, "",
        )  # fmt: skip


class TestWhatAFormulaAcceptsOfOneSession:
    """Its range is of one session: 10 to 25 mg with all that the same session had."""

    @pytest.mark.parametrize(
        ("typed", "more", "accepted"),
        [
            ("15 mg", {"before": [gave("10 mg", timedelta(hours=1))]}, True),
            ("15 mg", {"before": [gave("10.000001 mg", timedelta(hours=1))]}, False),
            ("25 mg", {"before": [gave("25 mg", timedelta(days=2))]}, True),
            ("15 mg", {"before": [gave("11 mg", timedelta(days=2))], "is_top_up": True}, False),
            ("15 mg", {"before": [gave(None, timedelta(hours=1))]}, False),
            ("15 mg", {"before": [gave("5 mL", timedelta(hours=1))]}, False),
            ("15 mg", {"before": [gave("1 mg", timedelta(days=9))], "history": {"truncated": True}}, False),
            ("15 mg", {"before": [gave("1 mg", timedelta(days=9))], "course": under_way(1)}, False),
            ("15 mg", {"before": [gave("1 mg", timedelta(days=9))], "course": Course()}, True),
        ],
    )
    def test_it_lies_inside_the_range_with_what_the_session_had(self, typed, more, accepted):
        (answer,) = ask("D3", **of(typed, **{"formula": a_formula(), **more}))
        assert (answer.code, bool(answer.accepted)) == ("exposure.limit_unknown", accepted)

    def test_it_answers_for_no_limit_that_is_on_record(self):
        before = [gave("1 mg", timedelta(days=9))]
        (answer,) = ask("D3", **of("20 mg", window("30 IU"), before=before, formula=a_formula()))
        assert (answer.code, answer.level, answer.accepted) == ("exposure.limit_unknown", Level.STOP, "")


class TestASessionThatMayHaveBeen:
    """No session is on record, and nobody can say that there was none."""

    @pytest.mark.parametrize(
        ("more", "words"),
        [
            (
                {"course": under_way(1)},
                "C-0007 with tranexamic acid is released or being given and not closed",
            ),
            (
                {"course": under_way(1, "administering")},
                "C-0007 with tranexamic acid is released or being given",
            ),
            ({"course": Course()}, "nobody knows whether other clinics gave any"),
            ({"course": None}, "nobody knows whether other clinics gave any"),
            ({"course": Course(elsewhere=True)}, "the patient was treated at another clinic"),
            ({"history": {"truncated": True}}, "more was given than was read"),
        ],
    )
    def test_it_stops_and_says_why(self, more, words):
        (answer,) = ask("D3", **of("20 mg", **more))
        assert (answer.code, answer.result, answer.level) == (
            "exposure.limit_unknown", Result.UNKNOWN, Level.STOP,
        )  # fmt: skip
        assert f"may have been given: {words}" in answer.reason

    def test_another_ingredient_under_way_is_no_doubt(self):
        assert codes(ask("D3", **of("20 mg", course=under_way(99)))) == ["exposure.none_before"]
