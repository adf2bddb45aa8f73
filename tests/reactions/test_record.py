"""Recording what was felt: what is kept, and every answer to what cannot be."""

from datetime import timedelta

import pytest

from formulary import clock
from formulary.accounts import Forbidden
from formulary.administrations.actions import reactions as actions
from formulary.administrations.models import Reaction
from formulary.administrations.queries import reactions as queries
from formulary.administrations.queries.reactions import rows
from formulary.administrations.queries.reactions.proof import reaction_faults
from formulary.audit.queries import entries_about
from formulary.db import Missing, Stale, db, transaction
from formulary.rules.findings import Refused
from tests.administrations.doing import close, practitioner
from tests.reactions.doing import HOUR, corrected, felt, followed_up, given, kind, recorded, seen, withdrawn
from tests.support.builders import a_lot, a_patient, a_test


def count():
    return db.session.scalar(db.select(db.func.count(Reaction.id)))


def refused(act, *args, **named):
    with pytest.raises(Refused) as refusal:
        act(*args, **named)
    return [(finding.code, finding.field) for finding in refusal.value.findings]


def test_a_reaction_keeps_what_was_said_by_whom_and_when(road, watch):
    session = given(road)
    watch.move(hours=5)
    onset, day = clock.now() - 3 * HOUR, clock.now().date() + timedelta(days=7)
    said = felt("redness", "itching", onset="about", onset_at=onset, remark="Cold pack", follow_up_on=day)
    row = seen(recorded(session, said))
    report = row.report
    assert (row.code, row.patient_id, row.treated_at) == ("E-1", session.patient_id, session.started_at)
    assert sorted(report.kind_ids) == sorted((kind("redness"), kind("itching")))
    assert (report.severity, report.outcome, report.onset, report.onset_at) == (
        "mild",
        "resolved",
        "about",
        onset,
    )
    assert (report.serious, report.reported_by, report.remark) == ("unknown", "patient", "Cold pack")
    assert (report.told_at, report.entered_at, row.due_on) == (clock.now(), clock.now(), day)
    assert [entry.action for entry in entries_about("reaction", row.id)] == ["reactions.record"]


def test_the_same_post_twice_is_one_reaction(road):
    session, key = given(road), "k" * 24
    first = recorded(session, key=key)
    assert (recorded(session, key=key).id, count()) == (first.id, 1)


def test_a_reaction_during_the_session_is_recorded_while_it_is_under_way(road):
    session = road.started()
    row = recorded(
        session, felt("allergic_reaction", severity="severe", serious="yes", serious_reason="Drip")
    )
    assert [(inside.given, inside.via) for inside in queries.mixture(row)] == [
        (None, "direct"),
        (None, "direct"),
        (None, "direct"),
        (None, "diluent"),
        (None, "direct"),
    ]


def minutes(number):
    return clock.now() + timedelta(minutes=number)


BAD = {
    "onset before the treatment": (
        lambda: {"onset": "exact", "onset_at": minutes(-61)},
        [("reaction.before_treatment", "onset_at")],
    ),
    "onset in the future": (
        lambda: {"onset": "exact", "onset_at": minutes(1)},
        [("reaction.in_future", "onset_at")],
    ),
    "a time that is not known": (
        lambda: {"onset": "unknown", "onset_at": minutes(-1)},
        [("reaction.onset_unclear", "onset_at")],
    ),
    "exact without a time": (lambda: {"onset": "exact"}, [("reaction.onset_unclear", "onset_at")]),
    "told in the future": (lambda: {"told_at": minutes(1)}, [("reaction.told_in_future", "told_at")]),
    "told before it began": (
        lambda: {"onset": "exact", "onset_at": minutes(-10), "told_at": minutes(-11)},
        [("reaction.told_before", "told_at")],
    ),
    "an unknown severity": (lambda: {"severity": "horrid"}, [("reaction.severity_not_known", "severity")]),
    "an unknown outcome": (lambda: {"outcome": "fine"}, [("reaction.outcome_not_known", "outcome")]),
    "an unknown kind": (lambda: {"kinds": (999,)}, [("reaction.kind_not_known", "kinds")]),
    "nothing ticked": (lambda: {"kinds": ()}, [("reaction.kind_missing", "kinds")]),
    "serious without a reason": (
        lambda: {"serious": "yes"},
        [("reaction.serious_without_reason", "serious_reason")],
    ),
    "a follow-up in the past": (
        lambda: {"follow_up_on": clock.now().date() - timedelta(days=1)},
        [("reaction.due_in_past", "follow_up_on")],
    ),
    "several at once": (
        lambda: {"kinds": (), "severity": "", "onset": "exact"},
        [
            ("reaction.severity_not_known", "severity"),
            ("reaction.onset_unclear", "onset_at"),
            ("reaction.kind_missing", "kinds"),
        ],
    ),
}


def test_what_cannot_be_is_refused_at_its_field_and_nothing_is_written(road, watch):
    session = given(road)
    watch.move(hours=1)
    found = {name: refused(recorded, session, felt(**changes())) for name, (changes, _) in BAD.items()}
    assert (found, count()) == ({name: codes for name, (_, codes) in BAD.items()}, 0)


def test_the_minute_in_which_the_session_began_is_not_before_it(road):
    session = given(road)
    began = session.started_at.replace(second=0, microsecond=0)
    assert recorded(session, felt(onset="exact", onset_at=began)).report.onset_at == began


@pytest.mark.parametrize(
    ("after", "codes"), [(60, []), (61, [("reaction.late_without_reason", "late_reason")])]
)
def test_what_was_told_more_than_an_hour_ago_says_why_it_is_late(road, watch, after, codes):
    session, told_at = given(road), clock.now()
    watch.move(minutes=after)
    found = refused(recorded, session, felt(told_at=told_at)) if codes else []
    assert found == codes
    row = recorded(session, felt(told_at=told_at, late_reason="Power cut"))
    assert row.report.late_reason == ("Power cut" if codes else "")


def test_nothing_is_felt_of_what_was_not_given(road):
    session = close(road.started(), "5", "not_given", reason="Patient unwell")
    assert refused(recorded, session) == [("reaction.nothing_given", None)]
    assert count() == 0


def test_a_reaction_after_a_patch_test_names_its_lots(road):
    road.ready()
    lot = a_lot()
    row = recorded(a_test(road.patient, lot), felt("itching"))
    assert (row.cocktail_id, [inside.lot.id for inside in queries.mixture(row)]) == (None, [lot.id])


def test_only_a_practitioner_records_and_only_of_whom_they_may_see(road):
    session = given(road)
    with pytest.raises(Forbidden):
        recorded(session, by=road.clinic.actor("pharmacist"))
    with pytest.raises(Missing):
        recorded(session, by=road.clinic.actor("practitioner3"))
    with pytest.raises(Missing):
        queries.reaction(recorded(session).id, by=road.clinic.actor("practitioner3"), at=clock.now())


def test_a_correction_is_a_further_report_with_its_reason(road):
    row = recorded(given(road))
    corrected(row, felt("bruising", severity="moderate"), "It was a bruise")
    found = seen(row)
    assert [(r.number, r.severity, r.reason) for r in found.reports] == [
        (1, "mild", ""),
        (2, "moderate", "It was a bruise"),
    ]
    assert (found.report_number, found.report.kind_ids) == (2, (kind("bruising"),))


def test_a_correction_without_a_reason_is_refused(road):
    row = recorded(given(road))
    assert refused(corrected, row, felt(), " ") == [("reaction.reason_missing", "reason")]


def test_of_two_corrections_of_one_version_the_second_is_told(road):
    row = recorded(given(road))
    told = {"version": row.row_version, "at": clock.now(), "by": practitioner()}
    with transaction():
        actions.correct_reaction(row.id, felt("rash"), reason="A rash", **told)
    with pytest.raises(Stale), transaction():
        actions.correct_reaction(row.id, felt("pain"), reason="Pain", **told)


def test_what_is_withdrawn_stays_on_record_and_is_not_touched_again(road):
    row = withdrawn(recorded(given(road), felt(follow_up_on=clock.now().date())))
    found = seen(row)
    assert (found.state, found.due_on, [r.state for r in found.reports]) == (
        "withdrawn",
        None,
        ["standing", "withdrawn"],
    )
    assert refused(corrected, row, felt()) == [("reaction.withdrawn", None)]
    assert refused(followed_up, row) == [("reaction.withdrawn", None)]


def test_a_follow_up_says_how_it_stands_and_when_somebody_looks_again(road, watch):
    today = clock.now().date()
    row = recorded(given(road), felt(outcome="ongoing", follow_up_on=today))
    watch.move(hours=1)
    followed_up(row, "recovering", next_on=today + timedelta(days=3), remark="Paler")
    assert (seen(row).outcome, seen(row).due_on) == ("recovering", today + timedelta(days=3))
    followed_up(row, "resolved")
    assert (seen(row).outcome, seen(row).due_on, len(seen(row).follow_ups)) == ("resolved", None, 2)


def test_a_follow_up_that_cannot_be_is_refused(road, watch):
    row = recorded(given(road))
    watch.move(hours=1)
    bad = {
        "fine": {"outcome": "fine"},
        "ahead": {"seen_at": minutes(1)},
        "before": {"seen_at": minutes(-61)},
        "past": {"next_on": clock.now().date() - timedelta(days=1)},
    }
    assert {name: refused(followed_up, row, **told) for name, told in bad.items()} == {
        "fine": [("reaction.outcome_not_known", "outcome")],
        "ahead": [("reaction.seen_in_future", "seen_at")],
        "before": [("reaction.seen_before", "seen_at")],
        "past": [("reaction.due_in_past", "next_on")],
    }


def test_the_worklist_holds_the_sites_own_the_most_overdue_first(road):
    session, today = given(road), clock.now().date()
    days = {2: "second", 0: "first"}
    for ahead in days:
        recorded(session, felt(follow_up_on=today + timedelta(days=ahead)))
    recorded(session)
    recorded(
        a_test(
            a_patient(site=road.clinic.other_site),
            a_lot(site=road.clinic.other_site),
            site=road.clinic.other_site,
        ),
        felt(follow_up_on=today),
        by=road.clinic.actor("practitioner3"),
    )
    due = queries.follow_ups_due(by=practitioner(), at=clock.now())
    assert [(row.code, row.due_on - today) for row, _ in due] == [
        ("E-2", timedelta()),
        ("E-1", timedelta(days=2)),
    ]
    assert queries.follow_ups_in_all(road.clinic.site.id) == 2


def test_a_correction_opened_before_a_follow_up_is_stale(road):
    row = recorded(given(road), felt(outcome="ongoing"))
    opened = seen(row).row_version
    followed_up(row, "fatal")
    told = {"version": opened, "at": clock.now(), "by": practitioner()}
    with pytest.raises(Stale), transaction():
        actions.correct_reaction(row.id, felt(outcome="ongoing"), reason="A slip", **told)
    assert (seen(row).outcome, seen(row).row_version) == ("fatal", opened + 1)


def test_an_older_look_that_is_entered_late_does_not_replace_the_newer_one(road, watch):
    row = recorded(given(road), felt(outcome="ongoing"))
    watch.move(days=3)
    tomorrow = clock.now().date() + timedelta(days=1)
    followed_up(row, "fatal", next_on=tomorrow)
    followed_up(row, "recovering", seen_at=clock.now() - timedelta(days=2))
    db.session.expire_all()
    found = seen(row)
    assert (found.outcome, found.due_on) == ("fatal", tomorrow)
    assert [look.outcome for look in found.follow_ups] == ["recovering", "fatal"]
    assert list(reaction_faults()) == []


def test_an_older_look_entered_late_does_not_replace_what_the_report_was_told_later(road, watch):
    session = given(road)
    watch.move(days=3)
    friday = clock.now().date() + timedelta(days=2)
    row = recorded(session, felt(**HARMLESS | {"outcome": "resolved"}, follow_up_on=friday))
    followed_up(row, "unknown", seen_at=clock.now() - timedelta(days=2))
    assert (seen(row).outcome, seen(row).due_on) == ("resolved", friday)
    assert queries.standing_of(row.patient_id).grave_in_all == 0
    assert list(reaction_faults()) == []


@pytest.mark.parametrize("days", [2, 0])
def test_a_death_stands_whatever_look_is_entered_afterwards(road, watch, days):
    session = given(road)
    watch.move(days=3)
    row = recorded(session, felt(**HARMLESS | {"outcome": "fatal"}))
    followed_up(row, "recovering", seen_at=clock.now() - timedelta(days=days))
    assert (seen(row).outcome, queries.standing_of(row.patient_id).grave_in_all) == ("fatal", 1)
    corrected(row, felt(**HARMLESS), "It was another patient who died")
    assert (seen(row).outcome, queries.standing_of(row.patient_id).grave_in_all) == ("ongoing", 0)


def test_a_look_in_the_minute_of_the_report_is_not_older_than_it(road, watch):
    noon = clock.now() + timedelta(hours=1)
    session = given(road)
    watch.set(noon + timedelta(seconds=30))
    row = recorded(session, felt(outcome="ongoing"))
    watch.move(minutes=5)
    followed_up(row, "resolved", seen_at=noon)
    assert seen(row).outcome == "resolved"


def test_a_correction_that_moves_when_it_was_told_says_why_it_is_late(road, watch):
    row = recorded(given(road))
    watch.move(hours=5)
    moved = felt(told_at=clock.now() - 2 * HOUR)
    assert refused(corrected, row, moved) == [("reaction.late_without_reason", "late_reason")]


HARMLESS = {"severity": "moderate", "serious": "no", "outcome": "ongoing"}


# What the rule makes of it does not depend on the database.
@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(
    ("said", "later", "grave"),
    [
        ({}, None, 0),
        ({"severity": "severe"}, None, 1),
        ({"severity": "unknown"}, None, 1),
        ({"serious": "unknown"}, None, 1),
        ({"serious": "yes", "serious_reason": "Hospital"}, None, 1),
        ({"outcome": "fatal"}, None, 1),
        ({"outcome": "resolved_with_sequelae"}, None, 1),
        ({"outcome": "unknown"}, None, 1),
        ({"outcome": "unknown"}, "resolved", 0),
        ({}, "fatal", 1),
    ],
)
def test_whatever_is_not_known_to_be_harmless_is_grave(road, said, later, grave):
    row = recorded(given(road), felt(**HARMLESS | said))
    if later:
        followed_up(row, later)
    stand = queries.standing_of(row.patient_id)
    assert (len(stand.grave), stand.grave_in_all, stand.others) == (grave, grave, 1 - grave)


def test_what_is_withdrawn_stands_in_no_banner(road):
    row = withdrawn(recorded(given(road), felt(severity="severe")))
    assert queries.standing_of(row.patient_id) == queries.Standing((), 0, 0, None)


def test_a_known_amount_and_one_that_is_not_known_are_not_known(road, monkeypatch):
    road.ready()
    lot = a_lot()
    row = recorded(a_test(road.patient, lot), felt("itching"))
    sums = {}
    for amounts in ((2, None), (None, 2), (2, 3)):
        spots = [queries.Inside(lot, amount, "direct") for amount in amounts]
        monkeypatch.setattr(rows, "_of_test", lambda _, spots=spots: iter(spots))
        sums[amounts] = [one.given for one in queries.mixture(row)]
    assert sums == {(2, None): [None], (None, 2): [None], (2, 3): [5]}
