"""A5: what was left off long enough, what was not, what nobody asked; never an advice to stop."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from formulary.rules.facts import Choice, ConditionAnswer, Medicine, Said, Taking, Washout
from formulary.rules.findings import Level, Result
from tests.rules.builders import AT, a_cocktail, a_patient, ask, codes, some_policies

WEEK = Washout("mesotherapy", "avoid", "not for a week", 7, None, "days", "S1")
DAY = Washout("mesotherapy", "avoid", "not for 24 hours", 24, None, "hours", "S4")
NO_FIGURE = Washout("mesotherapy", "avoid", "a few days", None, None, "days", "S1")
PRICK = Washout("prick", "hides", "2 to 7 days", 2, 7, "days", "ICAR")
TODAY = AT.date()


def ago(days):
    return TODAY - timedelta(days=days)


def garlic(*washouts, last=None, taking=None, choice=Choice.OWN, kind="garlic"):
    state = taking or (Taking.STILL if last is None else Taking.STOPPED)
    return Medicine("garlic", state, choice, None, last, kind, washouts)


def about(*medicines, **more):
    return ask("A5", patient=a_patient(medicines=medicines), **more)


@pytest.mark.parametrize(
    ("medicine", "code", "result", "level"),
    [
        (garlic(WEEK, last=ago(8)), "washout.over", Result.PASS, None),  # S1: a week or more
        (garlic(WEEK, last=ago(7)), "washout.not_over", Result.FINDING, Level.WARN),
        (garlic(WEEK, DAY, last=ago(2)), "washout.not_over", Result.FINDING, Level.WARN),  # SOURCES 2.5
        (garlic(DAY, last=ago(2)), "washout.over", Result.PASS, None),  # S4: 24 h or more
        (garlic(DAY, last=ago(1)), "washout.not_over", Result.FINDING, Level.WARN),  # the hour is not known
        (garlic(WEEK), "washout.still_taken", Result.FINDING, Level.WARN),
        (garlic(WEEK, taking=Taking.UNKNOWN), "washout.last_day_unknown", Result.UNKNOWN, Level.WARN),
        (garlic(NO_FIGURE, last=ago(90)), "washout.no_time", Result.UNKNOWN, Level.WARN),  # S1: "a few days"
        (garlic(PRICK), "washout.none", Result.PASS, None),  # it is about tests of the skin
        (garlic(kind=""), "washout.words_only", Result.UNKNOWN, Level.WARN),
        (replace(garlic(kind=""), closed_on=ago(0)), "washout.none", Result.PASS, None),
        (replace(garlic(kind=""), closed_on=ago(-1)), "washout.words_only", Result.UNKNOWN, Level.WARN),
        (replace(garlic(WEEK), closed_on=ago(0)), "washout.still_taken", Result.FINDING, Level.WARN),
    ],
)
def test_each_medicine_is_held_against_the_strictest_source(medicine, code, result, level):
    (answer,) = about(medicine)
    assert (answer.code, answer.result, answer.level) == (code, result, level)


def test_a_source_without_a_time_is_named_where_the_others_are_over():
    (answer,) = about(garlic(DAY, NO_FIGURE, last=ago(2)))
    assert answer.reason == (
        "What is to be left off was left off long enough, but “garlic” is over by 24 hours, and S1 (a few "
        "days) gives no time."
    )


@pytest.mark.parametrize(
    ("word", "said", "medicine", "told"),
    [
        ("blood_thinning_supplement", Said.NO, garlic(), ["washout.contradicts"]),
        ("blood_thinning_supplement", Said.YES, garlic(), ["washout.none"]),
        ("topical_active", Said.NO, garlic(), ["washout.none"]),  # it asks for something else
        ("blood_thinning_supplement", Said.NO, garlic(last=ago(9)), ["washout.none"]),
        ("blood_thinning_supplement", Said.NO, garlic(taking=Taking.UNKNOWN), ["washout.none"]),
        ("blood_thinning_supplement", Said.NO, replace(garlic(), started_on=ago(1)), ["washout.none"]),
        ("blood_thinning_supplement", Said.NO, replace(garlic(), started_on=ago(2)), ["washout.contradicts"]),
    ],
)
def test_a_no_to_what_the_list_says_is_taken_is_told(word, said, medicine, told):
    answer = ConditionAnswer(word, said, AT - timedelta(days=2))
    assert codes(ask("A5", patient=a_patient(medicines=(medicine,), answers=(answer,)))) == told


def test_it_names_the_day_on_which_it_is_over_and_every_source():
    (finding,) = about(garlic(WEEK, DAY, last=date(2026, 11, 20)))
    assert finding.reason == (
        "“garlic” was last taken on 20 Nov 2026, and sources ask for 7 days without it before a session "
        "(7 days: S1; 24 hours: S4): that is over on 28 Nov 2026."
    )
    assert finding.remedy == (
        "Plan the session for 28 Nov 2026 or later, or say why it is right for this patient."
    )
    assert dict(finding.inputs) == {
        "taken": "stopped",
        "choice": "own",
        "last taken": "20 Nov 2026",
        "asked for": "7 days",
        "over on": "28 Nov 2026",
    }


@pytest.mark.parametrize("choice", [Choice.PRESCRIBED, Choice.UNKNOWN])
@pytest.mark.parametrize(
    "medicine", [garlic(WEEK), garlic(WEEK, last=ago(1)), garlic(WEEK, taking=Taking.UNKNOWN)]
)
def test_what_may_be_prescribed_is_never_to_be_stopped(medicine, choice):
    """SOURCES_MESOTHERAPY 2.5: it flags for the prescriber."""
    (finding,) = about(replace(medicine, choice=choice))
    assert finding.remedy == "Ask the prescriber. A prescribed medicine is not stopped for this."


def test_a_session_planned_for_later_is_held_against_its_own_day():
    planned = a_cocktail(patient=a_patient(medicines=(garlic(WEEK, last=ago(3)),)))
    later = AT + timedelta(days=6)
    assert codes(ask("A5", patient=planned.patient, planned_for=later)) == ["washout.over"]


def test_an_answer_to_it_lives_until_something_changes_and_not_until_tomorrow():
    today, tomorrow = (
        about(garlic(WEEK, last=ago(2)), at=at)[0].rests_on for at in (AT, AT + timedelta(days=1))
    )
    assert today == tomorrow


@pytest.mark.parametrize(
    ("asked_at", "within", "code", "level"),
    [
        (None, timedelta(days=90), "washout.never_asked", Level.WARN),
        (AT - timedelta(days=91), timedelta(days=90), "washout.asked_long_ago", Level.WARN),
        (AT - timedelta(days=1), None, "washout.policy_undecided", Level.WARN),
        (AT - timedelta(days=90), timedelta(days=90), "washout.none", None),
    ],
)
def test_what_was_never_asked_is_unknown_and_an_answer_grows_old(asked_at, within, code, level):
    patient = a_patient(medicines_asked_at=asked_at)
    (answer,) = ask("A5", patient=patient, policies=some_policies(conditions_asked_within=within))
    assert (answer.code, answer.level) == (code, level)


def test_without_a_patient_it_does_not_apply():
    assert codes(ask("A5", patient=None)) == ["washout.no_patient"]
