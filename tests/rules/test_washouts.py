"""Wash-outs: the strictest binds, a day counts once it has passed, and what nobody states stays unknown."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from formulary.rules.facts import (
    Choice,
    Medicine,
    PatchTestPolicy,
    Reading,
    Taken,
    Taking,
    TestOutcome,
    Washout,
)
from formulary.rules.patch_test import clears, outcome, with_suppression
from formulary.rules.schedule import Stated
from formulary.rules.washouts import (
    doubts_of,
    fair_from,
    first_day_after,
    of_tests,
    span,
    suppressed_by,
    time_words,
)
from tests.rules.builders import AT, TRANEXAMIC, a_test

H1 = Washout("prick", "hides", "", 2, 7, "days", "ICAR")
H1_ID = Washout("intradermal", "hides", "", 2, 7, "days", "ICAR")
H1_PATCH = Washout("patch", "hides", "", None, None, "days", "PT", lifted=True)
OMALIZUMAB = Washout("prick", "hides", "", 6, None, "months", "ICAR")
TRICYCLIC = Washout("prick", "hides", "", None, None, "days", "ICAR")
ON_SKIN = Washout("patch", "hides", "", 5, 7, "days", "PT")
PREDNISONE = Washout("patch", "hides", "", None, None, "days", "PT")
PREDNISONE_PRICK = Washout("prick", "hides", "", None, None, "days", "ICAR", lifted=True)
BLOCKER = Washout("prick", "ask", "", None, None, "days", "one page")
WEEK = Washout("mesotherapy", "avoid", "", 7, None, "days", "S1")
DAY = Washout("mesotherapy", "avoid", "", 24, None, "hours", "S4")
DAYS = Washout("mesotherapy", "avoid", "", None, None, "days", "S1")


def nov(day):
    return date(2026, 11, day)


def taken(*washouts, until=None, since=None, taking=None):
    state = taking or (Taking.STILL if until is None else Taking.STOPPED)
    return Medicine("it", state, Choice.OWN, since, until, "kind", washouts)


@pytest.mark.parametrize(
    ("last", "number", "unit", "first"),
    [
        (nov(10), 7, "days", nov(18)),  # S1: a week without it, 11 to 17 Nov
        (nov(10), 24, "hours", nov(12)),  # S4: 24 h, at whatever hour of 10 Nov it was
        (nov(10), 36, "hours", nov(13)),  # a part of a day counts as one
        (nov(10), 6, "months", date(2027, 5, 11)),  # ICAR: omalizumab, months of the calendar
        (date(2026, 8, 31), 6, "months", date(2027, 3, 1)),  # a month ends on its last day
    ],
)
def test_the_first_day_comes_when_all_of_it_has_passed(last, number, unit, first):
    assert first_day_after(last, Stated(number, None, unit, "")) == first


@pytest.mark.parametrize(
    ("stated", "asked", "first"),
    [
        ((WEEK, DAY), "7 days", nov(18)),  # SOURCES 2.5: a week (S1) against 24 h (S4), the strictest is 7 d
        ((DAY, DAYS), "24 hours", nov(12)),  # alcohol: 24 h (S4), "limit" (S1) has no figure
        ((DAYS,), "no time is stated", None),  # vitamin C and retinol on the skin: "a few days" (S1)
    ],
)
def test_before_a_session_the_strictest_binds(stated, asked, first):
    found = span(taken(*stated, until=nov(10)), "mesotherapy", ("avoid",))
    assert (found.asked, found.first_day) == (asked, first)


def test_every_source_is_named_also_where_they_differ():
    assert span(taken(WEEK, DAY), "mesotherapy", ("avoid",)).sources == "7 days: S1; 24 hours: S4"


@pytest.mark.parametrize(
    ("kind", "washout", "first"),
    [
        ("prick", H1, nov(18)),  # ICAR: H1 antihistamine 2 to 7 days, the longer binds
        ("intradermal", H1_ID, nov(18)),
        ("product", H1_ID, nov(18)),  # the label's test is an intradermal injection
        ("patch", ON_SKIN, nov(18)),  # PT: steroid on the skin 5 to 7 days
        ("prick", OMALIZUMAB, date(2027, 5, 11)),  # ICAR: up to 6 months
    ],
)
def test_a_test_can_be_read_fairly_from_a_day(kind, washout, first):
    assert fair_from(of_tests([taken(washout, until=nov(10))], kind)) == first


@pytest.mark.parametrize(
    ("kind", "washout"),
    [
        ("patch", H1_PATCH),  # PT: antihistamines do not matter to a patch test
        ("patch", H1),  # what is said of prick tests is not said of patch tests
        ("prick", PREDNISONE_PRICK),  # ICAR: systemic steroids do not significantly impair prick tests
        ("prick", BLOCKER),  # it hides nothing: the prescriber confirms
        ("prick", WEEK),
    ],
)
def test_what_does_not_hide_a_test_of_a_kind_leaves_it_alone(kind, washout):
    assert suppressed_by(of_tests([taken(washout)], kind), nov(10), nov(10)) == ""


@pytest.mark.parametrize(
    ("medicine", "kind", "hidden"),
    [
        (taken(H1, until=nov(1)), "prick", False),  # over on 9 Nov, a day before it was applied
        (taken(H1, until=nov(2)), "prick", False),  # over on 10 Nov, the day on which it was applied
        (taken(H1, until=nov(3)), "prick", True),  # over on 11 Nov
        (taken(H1), "prick", True),
        (taken(H1, taking=Taking.UNKNOWN), "prick", True),
        (taken(TRICYCLIC, until=nov(1)), "prick", True),  # ICAR gives no time: nobody knows that it is over
        (taken(PREDNISONE, until=nov(30), since=nov(13)), "patch", True),  # begun before the last look
        (taken(PREDNISONE, until=nov(30), since=nov(14)), "patch", True),  # on the very day of it
        (taken(PREDNISONE, until=nov(30), since=nov(15)), "patch", False),  # begun after it
        (taken(PREDNISONE, since=nov(15)), "patch", False),
    ],
)
def test_a_medicine_hides_what_a_test_shows_over_its_whole_stretch(medicine, kind, hidden):
    assert bool(suppressed_by(of_tests([medicine], kind), nov(10), nov(14))) is hidden


@pytest.mark.parametrize(
    ("medicine", "told"),
    [
        (taken(H1), "It is taken and may have hidden a reaction"),
        (
            taken(H1, taking=Taking.UNKNOWN),
            "It may have hidden a reaction: when it was last taken is not known",
        ),
        (
            taken(H1, until=nov(3)),
            "It was taken until 3 Nov 2026 and may have hidden a reaction before 11 Nov 2026 (7 days)",
        ),
        (
            taken(TRICYCLIC, until=nov(1)),
            "It was taken until 1 Nov 2026 and may have hidden a reaction: for how long after that, "
            "no time is stated",
        ),
    ],
)
def test_what_hides_a_reaction_is_told_with_what_is_known_of_it(medicine, told):
    found = suppressed_by(of_tests([medicine], "prick"), nov(10), nov(14))
    assert found == f"{told}, so a spot without a reaction proves nothing."


@pytest.mark.parametrize(
    ("stated", "words"),
    [
        (H1, "2 to 7 days"),
        (DAY, "24 hours"),
        (replace(DAY, least=1, unit="days"), "1 day"),
        (replace(DAY, least=0, most=1, unit="days"), "0 to 1 day"),
        (H1_PATCH, "does not matter"),
    ],
)
def test_a_time_in_words(stated, words):
    assert time_words(stated) == words


@pytest.mark.parametrize("last_look", [76, 90])
def test_the_last_look_of_several_concludes_a_test(last_look):
    """Begun on the third day: before the later of two looks in one window, after the earlier one."""
    looks = [Reading("-", APPLIED_AT + timedelta(hours=hours)) for hours in (48, 70, last_look)]
    test = replace(applied(5), applied_at=APPLIED_AT, readings=tuple(looks))
    begun = taken(PREDNISONE, since=(APPLIED_AT + timedelta(hours=90)).date())
    hidden = with_suppression(test, Taken((begun,), AT), "UTC").suppressed
    assert bool(hidden) is (last_look == 90)


APPLIED_AT = (AT - timedelta(days=5)).replace(hour=8, minute=0)


def applied(days, *readings, **more):
    """A patch test of so many days ago, read after so many hours each."""
    test = a_test(TRANEXAMIC, **more)
    at = AT - timedelta(days=days)
    return test.__class__(
        test.ingredient_id, test.product_id, test.lot_id, at,
        tuple(Reading(grade, at + timedelta(hours=hours)) for hours, grade in readings),
    )  # fmt: skip


POLICY = PatchTestPolicy(valid_for=timedelta(days=180))
NEGATIVE = ((48, "-"), (72, "-"))
STEROID = taken(PREDNISONE)


@pytest.mark.parametrize(
    ("readings", "kind", "code"),
    [
        (NEGATIVE, TestOutcome.INVALID, "patch_test.suppressed"),
        (((48, "-"), (72, "+")), TestOutcome.POSITIVE, "patch_test.positive"),
        (((48, "?+"), (72, "-")), TestOutcome.DOUBTFUL, "patch_test.doubtful"),
    ],
)
def test_a_suppressed_negative_clears_nothing_and_a_reaction_stays_one(readings, kind, code):
    test = with_suppression(applied(5, *readings), Taken((STEROID,), AT), "Europe/Paris")
    found = outcome(test, at=AT, policy=POLICY)
    assert (found.kind, found.code) == (kind, code)


def test_a_suppressed_negative_says_why_and_leaves_an_older_one_standing():
    ids = TRANEXAMIC.ingredient.id, TRANEXAMIC.id, None
    test = with_suppression(applied(5, *NEGATIVE), Taken((STEROID,), AT), "Europe/Paris")
    answer = clears([test], *ids, at=AT, policy=POLICY)
    assert (answer.state, answer.finding.rule) == ("invalid", "T3")
    assert answer.finding.reason == (
        "It is taken and may have hidden a reaction, so a spot without a reaction proves nothing."
    )
    assert clears([test, applied(60, *NEGATIVE)], *ids, at=AT, policy=POLICY).cleared


IN_WORDS = Medicine("Zyrtec", Taking.STILL, Choice.OWN)
NOBODY_KNOWS = "“Zyrtec” stands in words only: whether it hid a reaction is not known."


@pytest.mark.parametrize(
    ("since", "reason"),
    [
        (None, f"Negative at 48 h and at 72 to 96 h. {NOBODY_KNOWS}"),
        ((AT - timedelta(days=1)).date(), "Negative at 48 h and at 72 to 96 h."),  # after the last look
    ],
)
def test_a_negative_one_says_what_was_taken_that_stands_in_words_only(since, reason):
    test = with_suppression(
        applied(5, *NEGATIVE), Taken((replace(IN_WORDS, started_on=since),), AT), "Europe/Paris"
    )
    answer = clears([test], TRANEXAMIC.ingredient.id, TRANEXAMIC.id, None, at=AT, policy=POLICY)
    assert (answer.state, answer.finding.reason) == ("negative", reason)


TODAY = AT.date()
NEVER_ASKED = "Nobody asked what the patient takes: whether anything hid a reaction is not known."


@pytest.mark.parametrize(
    ("told", "doubt"),
    [
        (Taken(), NEVER_ASKED),
        (Taken((IN_WORDS,)), f"{NEVER_ASKED} {NOBODY_KNOWS}"),
        (Taken((), AT), ""),
        (Taken((IN_WORDS,), AT), NOBODY_KNOWS),
        # closed by somebody from the day of applying on, or from an earlier or a later one
        (Taken((replace(IN_WORDS, closed_on=TODAY - timedelta(days=5)),), AT), ""),
        (Taken((replace(IN_WORDS, closed_on=TODAY - timedelta(days=6)),), AT), ""),
        (Taken((replace(IN_WORDS, closed_on=TODAY - timedelta(days=4)),), AT), NOBODY_KNOWS),
    ],
)
def test_what_nobody_can_tell_of_a_negative_one_stands_in_its_reason(told, doubt):
    test = with_suppression(applied(5, *NEGATIVE), told, "Europe/Paris")
    found = outcome(test, at=AT, policy=POLICY)
    assert (found.kind, found.doubt) == (TestOutcome.NEGATIVE, doubt)
    assert found.reason == f"Negative at 48 h and at 72 to 96 h. {doubt}".rstrip()


OWN = replace(PREDNISONE, least=2, source="decided by the clinic", decided_at=AT - timedelta(days=9))
LEFT_OFF = taken(PREDNISONE, OWN, until=(AT - timedelta(days=20)).date())


@pytest.mark.parametrize(
    ("days", "state", "reason"),
    [
        (
            5,
            "negative",
            "Negative at 48 h and at 72 to 96 h. “it” is over by 2 days, and PT () gives no time.",
        ),
        (10, "invalid", None),  # applied before anybody decided: the time does not reach back
    ],
)
def test_a_time_of_the_clinics_own_clears_no_test_from_before_it_and_is_told(days, state, reason):
    test = with_suppression(applied(days, *NEGATIVE), Taken((LEFT_OFF,), AT), "Europe/Paris")
    answer = clears([test], TRANEXAMIC.ingredient.id, TRANEXAMIC.id, None, at=AT, policy=POLICY)
    assert answer.state == state
    assert reason in (None, answer.finding.reason)


def test_a_time_of_the_clinics_own_that_is_longer_reaches_back():
    longer = replace(OWN, least=30, decided_at=AT)
    timed = replace(PREDNISONE, least=1)
    kept = taken(timed, longer, until=(AT - timedelta(days=9)).date())
    assert with_suppression(applied(5, *NEGATIVE), Taken((kept,), AT), "Europe/Paris").suppressed


@pytest.mark.parametrize(("off_for", "is_over"), [(7, False), (8, True), (9, True)])
def test_what_is_over_by_one_time_is_told_from_its_first_day_on(off_for, is_over):
    """Over on the very day of applying: nothing hides, and the source without a time is named."""
    on, timed = nov(20), replace(PREDNISONE, least=7, source="ICAR")
    spans = of_tests([taken(timed, PREDNISONE, until=on - timedelta(days=off_for))], "patch")
    told = "“it” is over by 7 days, and PT () gives no time." if is_over else ""
    assert (doubts_of((), spans, on, on), bool(suppressed_by(spans, on, on))) == (told, not is_over)


DECIDED, CHANGED = AT - timedelta(days=40), AT - timedelta(days=2)
TIMED = replace(PREDNISONE, least=5)
THIRTY = replace(OWN, least=30, decided_at=DECIDED, ended_at=CHANGED)
SEVEN = replace(OWN, least=7, decided_at=CHANGED)


@pytest.mark.parametrize(
    ("stated", "applied_ago", "hidden"),
    [
        ((TIMED, THIRTY, SEVEN), 6, True),  # shortened since: off it for 14 days, 30 were asked for
        ((TIMED, THIRTY), 6, True),  # taken back since, and the source asks for 5
        ((PREDNISONE, THIRTY), 6, True),  # taken back, and no source gives a time
        ((TIMED, THIRTY, SEVEN), 1, False),  # applied by the time that counts now
        ((TIMED, THIRTY, SEVEN), 2, False),  # at the very moment of the change
        ((TIMED, replace(THIRTY, decided_at=AT - timedelta(days=4)), SEVEN), 6, False),  # came and went since
        ((TIMED, replace(THIRTY, decided_at=AT - timedelta(days=6)), SEVEN), 6, True),  # at its very moment
        ((PREDNISONE, THIRTY, SEVEN), 41, True),  # no time was given then
    ],
)
def test_a_time_of_the_clinics_own_that_is_shortened_clears_no_test_from_before_it(
    stated, applied_ago, hidden
):
    kept = taken(*stated, until=(AT - timedelta(days=applied_ago + 14)).date())
    test = replace(applied(applied_ago), readings=())
    assert bool(with_suppression(test, Taken((kept,), AT), "UTC").suppressed) is hidden


@pytest.mark.parametrize(("now", "hidden"), [((PREDNISONE,), True), ((PREDNISONE, SEVEN), False)])
def test_where_nothing_gives_a_time_any_more_no_earlier_time_of_the_clinics_own_does(now, hidden):
    """Off it for 31 days, where 30 were asked for when the test was applied."""
    kept = taken(*now, THIRTY, until=(AT - timedelta(days=6 + 31)).date())
    test = replace(applied(6), readings=())
    assert bool(with_suppression(test, Taken((kept,), AT), "UTC").suppressed) is hidden


def test_what_counts_now_is_told_without_what_counted_before():
    found = span(taken(TIMED, THIRTY, SEVEN, until=nov(1)), "patch", ("hides",))
    assert (found.asked, [one.least for one in found.stated]) == ("7 days", [5, 7])


def test_a_suppressed_test_is_still_to_be_read_for_a_reaction_counts():
    test = with_suppression(applied(2), Taken((STEROID,), AT), "Europe/Paris")
    found = outcome(test, at=AT, policy=POLICY)
    assert found.kind is TestOutcome.INVALID
    assert [due.window.name for due in found.due if due.state == "due"] == ["48 h"]


def test_a_test_that_concluded_is_not_touched_by_what_was_begun_later():
    begun = taken(PREDNISONE, since=(AT - timedelta(days=1)).date())
    test = with_suppression(applied(5, *NEGATIVE), Taken((begun,), AT), "Europe/Paris")
    assert test.suppressed == ""
