"""P2 X1: the interval and the number of sessions of a label, top-ups, and what is ordered twice."""

from datetime import date, timedelta

import pytest

from formulary.rules.checklist.intervals import after
from formulary.rules.facts import Course, Order, Precautions, Schedule
from formulary.rules.findings import Level, Result, Stage
from tests.rules.builders import AT, SALINE, TRANEXAMIC, a_line, a_product, ask, codes, some_policies

DEOXYCHOLIC = a_product(60, "deoxycholic acid", "10 mg/mL")
QWO = a_product(61, "collagenase", "0.23 mg/mL")
BOTOX = a_product(62, "onabotulinumtoxinA", "40 mg/mL")
# KYB1, KYB4: no less than a month apart, at most 6; QWO1: every 21 days, 3 visits; BTX1: every 3 months
SCHEDULES = (
    Schedule(60, None, 1, 6, "[KYB1] [KYB4]"),
    Schedule(61, 21, None, 3, "[QWO1]"),
    Schedule(62, None, 3, None, "[BTX1]"),
)


def a_session(*products, days=30, code="C-1", **more):
    told = {"state": "administered", "given_at": AT - timedelta(days=days)}
    return Order(code, ingredients=frozenset(p.ingredient.id for p in products), **{**told, **more})


def an_order(*products, code="C-2", state="verified", **more):
    return Order(code, state, frozenset(p.ingredient.id for p in products), **more)


def asked(product, *orders, stage=Stage.SIGN, **more):
    lines = (a_line(1, product, "1 mg"),)
    told = {"course": Course(orders, elsewhere=False), "precautions": Precautions(schedules=SCHEDULES)}
    return ask("P2", stage, **{"lines": lines, **told, **more})


@pytest.mark.parametrize(
    ("last", "schedule", "first"),
    [
        (date(2026, 10, 24), SCHEDULES[0], date(2026, 11, 24)),
        (date(2026, 1, 31), SCHEDULES[0], date(2026, 2, 28)),  # a month of the calendar, to its last day
        (date(2026, 12, 31), SCHEDULES[0], date(2027, 1, 31)),
        (date(2026, 11, 3), SCHEDULES[1], date(2026, 11, 24)),
        (date(2026, 11, 30), SCHEDULES[2], date(2027, 2, 28)),
        (date(2026, 11, 30), Schedule(63, None, None, 3, ""), date(2026, 11, 30)),  # no interval is asked for
    ],
)
def test_the_first_day_on_which_it_may_be_given_again(last, schedule, first):
    assert after(last, schedule) == first


@pytest.mark.parametrize(
    ("product", "days", "code"),
    [
        (DEOXYCHOLIC, 31, "interval.kept"),  # 24 Oct to 24 Nov: one month
        (DEOXYCHOLIC, 30, "interval.too_soon"),  # 25 Oct
        (QWO, 21, "interval.kept"),
        (QWO, 20, "interval.too_soon"),
        (BOTOX, 92, "interval.kept"),  # 24 Aug
        (BOTOX, 91, "interval.too_soon"),  # 25 Aug
    ],
)
def test_the_interval_of_the_label_is_kept_to_the_day(product, days, code):
    (answer,) = asked(product, a_session(product, days=days))
    assert (answer.code, answer.level) == (code, None if code == "interval.kept" else Level.STOP)


def test_too_soon_names_the_day_from_which_it_may_be_given():
    (finding,) = asked(DEOXYCHOLIC, a_session(DEOXYCHOLIC, days=10))
    assert finding.reason == (
        "Deoxycholic acid was last given on 14 Nov 2026 (C-1). At least 1 month between sessions are asked "
        "for. That is 14 Dec 2026, and this one is for 24 Nov 2026."
    )
    assert (finding.source, finding.line) == ("[KYB1] [KYB4]", 1)


def test_what_is_planned_for_later_is_judged_by_that_day_until_it_is_given():
    told = {"planned_for": AT + timedelta(days=1)}
    session = a_session(DEOXYCHOLIC, days=30)
    assert codes(asked(DEOXYCHOLIC, session, **told)) == ["interval.kept"]
    assert codes(asked(DEOXYCHOLIC, session, stage=Stage.ADMINISTER, **told)) == ["interval.too_soon"]


@pytest.mark.parametrize(("days", "is_covered"), [(27, True), (10, False), (28, False)])
def test_a_co_sign_of_one_planned_day_covers_the_giving_on_that_day_alone(days, is_covered):
    planned, given = AT + timedelta(days=27), AT + timedelta(days=days)
    session = a_session(DEOXYCHOLIC, days=0)  # 24 Nov: due on 24 Dec, planned for 21 Dec
    (signed,) = asked(DEOXYCHOLIC, session, planned_for=planned)
    (found,) = asked(DEOXYCHOLIC, session, planned_for=planned, at=given, stage=Stage.ADMINISTER)
    assert (found.code, found.key == signed.key) == ("interval.too_soon", is_covered)


@pytest.mark.parametrize(("had", "found"), [(5, "interval.kept"), (6, "interval.course_complete")])
def test_no_more_sessions_than_the_label_has(had, found):
    sessions = [a_session(DEOXYCHOLIC, days=31 * n, code=f"C-{n}") for n in range(1, had + 1)]
    (answer,) = asked(DEOXYCHOLIC, *sessions)
    assert (answer.code, answer.stops) == (found, had == 6)


def test_a_top_up_counts_for_the_interval_and_as_no_session():
    sessions = [a_session(DEOXYCHOLIC, days=31 * n, code=f"C-{n}") for n in range(1, 6)]
    topped = a_session(DEOXYCHOLIC, days=20, code="C-9", is_top_up=True)
    assert codes(asked(DEOXYCHOLIC, *sessions, topped)) == ["interval.too_soon"]


def test_what_was_given_in_an_emergency_counts_for_the_interval_and_as_no_session():
    sessions = [a_session(DEOXYCHOLIC, days=31 * n, code=f"C-{n}") for n in range(2, 7)]
    urgent = a_session(DEOXYCHOLIC, days=3, code="C-9", is_emergency=True)
    assert codes(asked(DEOXYCHOLIC, urgent, *sessions)) == ["interval.too_soon"]
    assert codes(asked(DEOXYCHOLIC, urgent, is_top_up=True)) == ["interval.too_soon"]


def test_a_top_up_of_the_session_before_asks_for_a_reason():
    (finding,) = asked(DEOXYCHOLIC, a_session(DEOXYCHOLIC, days=14), is_top_up=True)
    assert (finding.code, finding.level) == ("interval.top_up", Level.WARN)


class TestATopUpTooLateToBeOne:
    """Beyond the site's time after the session, or where it has said none, it is asked what a session is."""

    def asked(self, days, within, *orders, **more):
        policies = some_policies(top_up_within=within and timedelta(days=within))
        return asked(DEOXYCHOLIC, *orders, a_session(DEOXYCHOLIC, days=days), policies=policies, **more)

    @pytest.mark.parametrize(
        ("days", "within", "found"),
        [
            (14, 14, [("interval.top_up", Level.WARN)]),
            (15, 14, [("interval.top_up_late", Level.WARN), ("interval.too_soon", Level.STOP)]),
            (31, 14, [("interval.top_up_late", Level.WARN)]),
            (0, None, [("interval.top_up_unknown", Level.WARN), ("interval.too_soon", Level.STOP)]),
        ],
    )
    def test_it_is_asked_what_a_session_is_asked(self, days, within, found):
        assert [(x.code, x.level) for x in self.asked(days, within, is_top_up=True)] == found

    @pytest.mark.parametrize(
        ("within", "result", "why"),
        [
            (14, Result.FINDING, "the site takes nothing as a top-up more than 14 days after its session"),
            (None, Result.UNKNOWN, "the site has not said for how long after a session that holds"),
        ],
    )
    def test_a_time_that_nobody_said_is_unknown_and_one_that_is_over_is_found(self, within, result, why):
        answer = self.asked(31, within, is_top_up=True)[0]
        assert (answer.result, answer.rests_on) == (result, (("top-up of", "C-1"), ("why", why)))

    def test_also_what_other_clinics_gave_and_how_many_there_were(self):
        sessions = [a_session(DEOXYCHOLIC, days=31 * n, code=f"C-{n}") for n in range(2, 7)]
        course = Course((*sessions, a_session(DEOXYCHOLIC, days=15)))
        assert codes(self.asked(15, 14, is_top_up=True, course=course)) == [
            "interval.top_up_late",
            "interval.history_unknown",
            "interval.too_soon",
            "interval.course_complete",
        ]

    def test_the_time_is_counted_from_the_session_and_not_from_its_last_top_up(self):
        topped = a_session(DEOXYCHOLIC, days=5, code="C-9", is_top_up=True)
        assert codes(self.asked(15, 14, topped, is_top_up=True)) == [
            "interval.top_up_late",
            "interval.too_soon",
        ]

    def test_by_the_day_it_is_planned_for(self):
        planned = AT + timedelta(days=3)
        assert codes(self.asked(12, 14, is_top_up=True, planned_for=planned)) == [
            "interval.top_up_late",
            "interval.too_soon",
        ]

    def test_the_remedy_no_longer_offers_to_call_it_one(self):
        (_, finding) = self.asked(15, 14, is_top_up=True)
        assert finding.remedy == "Plan it for 9 Dec 2026 or later, or ask a second clinician to co-sign."

    def test_one_that_was_given_so_counts_as_a_session(self):
        sessions = [a_session(DEOXYCHOLIC, days=31 * n, code=f"C-{n}") for n in range(3, 8)]
        late = a_session(DEOXYCHOLIC, days=60, code="C-9", is_top_up=True)
        assert codes(asked(DEOXYCHOLIC, *sessions, late)) == ["interval.course_complete"]


def test_a_top_up_of_nothing_is_no_top_up():
    assert codes(asked(DEOXYCHOLIC, is_top_up=True)) == ["interval.kept"]


@pytest.mark.parametrize(
    "course",
    [
        None,
        Course(),
        Course(elsewhere=True, elsewhere_detail="Botox in May"),
        Course(elsewhere=False, truncated=True),
    ],
)
def test_a_history_that_nobody_knows_is_unknown_and_stops(course):
    (answer,) = asked(BOTOX, course=course)
    assert (answer.code, answer.result, answer.level) == (
        "interval.history_unknown",
        Result.UNKNOWN,
        Level.STOP,
    )


def test_an_ingredient_without_a_schedule_is_not_asked_about():
    (answer,) = asked(TRANEXAMIC, course=Course())
    assert (answer.code, answer.result) == ("interval.none_stated", Result.NOT_APPLICABLE)


def twice(*orders, **more):
    lines = (a_line(1, TRANEXAMIC, "20 mg"), a_line(2, SALINE, "qs"))
    return ask("X1", **{"lines": lines, "course": Course(orders), **more})


def test_another_open_order_of_the_same_substance_warns():
    (finding,) = twice(an_order(TRANEXAMIC, DEOXYCHOLIC))
    assert (finding.code, finding.level) == ("order.duplicate", Level.WARN)
    assert finding.reason == (
        "C-2 for this patient also has tranexamic acid, and is verified and not given yet."
    )


@pytest.mark.parametrize("other", [an_order(DEOXYCHOLIC), an_order(SALINE), a_session(TRANEXAMIC, days=1)])
def test_other_substances_diluents_and_what_was_given_are_no_duplicates(other):
    (answer,) = twice(other)
    assert (answer.code, answer.result) == ("order.no_other", Result.PASS)
    assert "the site has not said within how many days" in answer.reason


@pytest.mark.parametrize(
    ("order", "found"),
    [
        (a_session(TRANEXAMIC, days=7), ["order.duplicate"]),
        (a_session(TRANEXAMIC, days=8), ["order.no_other"]),
        (an_order(TRANEXAMIC), ["order.duplicate"]),
        (an_order(TRANEXAMIC, planned_for=AT + timedelta(days=7)), ["order.duplicate"]),
        (an_order(TRANEXAMIC, planned_for=AT + timedelta(days=8)), ["order.no_other"]),
    ],
)
def test_with_a_policy_of_the_site_only_those_near_it_are_double(order, found):
    policies = some_policies(duplicate_order_within=timedelta(days=7))
    assert codes(twice(order, policies=policies)) == found


@pytest.mark.parametrize(
    ("detail", "words"),
    [
        ("two sessions in spring", "the patient was treated elsewhere (two sessions in spring)"),
        ("", "the patient was treated elsewhere (with what and when is not noted)"),
    ],
)
def test_what_another_clinic_did_is_told_as_far_as_it_is_noted(detail, words):
    course = Course((), elsewhere=True, elsewhere_detail=detail)
    (answer,) = asked(QWO, course=course)
    assert answer.reason == (
        f"When collagenase was last given is not known: {words}. "
        "At least 21 days between sessions are asked for."
    )
    assert answer.rests_on[0] == ("why", words)


def test_what_is_ordered_and_not_given_is_no_session():
    planned = an_order(QWO, state="verified", planned_for=AT - timedelta(days=3))
    assert codes(asked(QWO, planned)) == ["interval.kept"]
    later = a_session(QWO, days=-1)
    assert codes(asked(QWO, later)) == ["interval.kept"]
    assert codes(asked(QWO, a_session(QWO, days=0))) == ["interval.too_soon"]


def test_a_schedule_of_a_number_of_sessions_alone_says_so():
    only = Precautions(schedules=(Schedule(62, None, None, 3, "[X]"),))
    (answer,) = asked(BOTOX, course=None, precautions=only)
    assert answer.reason.endswith("nobody looked up what was given before. At most 3 sessions are meant.")
    told = asked(BOTOX, *(a_session(BOTOX, days=n, code=f"C-{n}") for n in (1, 2, 3)), precautions=only)
    assert codes(told) == ["interval.course_complete"]


@pytest.mark.parametrize("rule", ["P2", "X1"])
def test_for_nobody_it_is_not_asked(rule):
    (answer,) = ask(rule, patient=None)
    assert answer.result is Result.NOT_APPLICABLE


def test_one_month_is_one_and_three_are_many():
    course = Course((), elsewhere=None)
    for product, words in ((DEOXYCHOLIC, "At least 1 month between"), (BOTOX, "At least 3 months between")):
        assert words in asked(product, course=course)[0].reason


def test_what_was_planned_for_a_day_that_is_past_is_judged_by_today():
    (finding,) = asked(QWO, a_session(QWO, days=20), planned_for=AT - timedelta(days=2))
    assert dict(finding.inputs)["planned"] == "24 Nov 2026"
