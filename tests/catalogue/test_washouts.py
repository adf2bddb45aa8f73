"""The wash-outs of the catalogue: every source, the strictest, the clinic's own time where none is given."""

from datetime import timedelta

import pytest

from formulary.accounts import Forbidden
from formulary.catalogue import actions
from formulary.catalogue.labels import washout_lines
from formulary.catalogue.queries import medicine_kinds
from formulary.db import Missing, db
from formulary.patients.facts import patient_facts
from formulary.rules.findings import Refused
from formulary.rules.washouts import span
from tests.support.builders import PASSWORD, a_medicine, a_medicine_kind, a_patient, act

DAY = {"least": 24, "unit": "hours", "said": "not for a day", "source": "another article"}
NO_TIME = {"least": None, "said": "a few days", "source": "an article"}
LIFTED = {"before": "patch", "effect": "hides", "least": None, "lifted": True, "said": "no matter"}

pytestmark = pytest.mark.databases("sqlite")  # what a page and a rule say is the same on both


@pytest.fixture
def kinds(app):
    """One of which sources differ, and one of which none gives a time."""
    return a_medicine_kind("newt", {}, DAY, LIFTED), a_medicine_kind("salve", NO_TIME)


def proposed(kind, by, at, before="mesotherapy", **told):
    db.session.expire_all()
    with act():
        told = {"least": 3, "unit": "days", "reason": "the leaflet of the cream"} | told
        return actions.propose_washout(kind.id, before, **told, at=at, by=by)


def approved(row, by, at):
    with act():
        return actions.approve_washout(row.id, at=at, by=by)


def test_every_source_stands_there_and_the_strictest_binds(kinds):
    lines = [(line.kind.word, line.before, line.holds, line.words) for line in washout_lines(kinds)]
    assert lines == [
        ("newt", "mesotherapy", "7 days", "sources differ: the strictest"),
        ("newt", "patch", "does not matter", "as stated"),
        ("salve", "mesotherapy", "no time is stated", "the prescriber decides"),
    ]


def asked_for(patient, at):
    """How long without the first of a patient's medicines the rules ask before a session."""
    db.session.expire_all()
    [medicine] = patient_facts(patient.id, at).medicines
    return span(medicine, "mesotherapy", ("avoid",)).asked


def test_a_time_of_the_clinics_own_counts_once_another_person_has_signed_for_it(clients, kinds, watch):
    _, salve = kinds
    patient = a_patient(ready=False)
    a_medicine(patient, "salve", last_taken_on=watch.now().date())
    url = f"/catalogue/wash-outs/{salve.id}/mesotherapy"
    told = {"least": "3", "unit": "days", "reason": "the leaflet of the cream"}
    page = clients("practitioner").post_ok(url, told)
    assert "a time of our own waits for approval" in page.text
    assert asked_for(patient, watch.now()) == "no time is stated"
    page = clients("pharmacist").post_ok(
        "/catalogue/wash-outs/decisions/1/approve", {"secret": PASSWORD}, at=url
    )
    assert "decided by the clinic: the leaflet of the cream" in page.text
    assert asked_for(patient, watch.now()) == "3 days"


def test_nobody_approves_what_they_proposed(cast, kinds, watch):
    row = proposed(kinds[1], cast.actor("practitioner"), watch.now())
    with pytest.raises(Refused) as refused:
        approved(row, cast.actor("practitioner"), watch.now())
    assert [one.code for one in refused.value.findings] == ["washout.same_person"]


def test_every_version_is_kept_and_the_last_one_approved_counts(cast, kinds, watch):
    """It never shortens what a source asks for, and is taken back by another version."""
    newt, by, other = kinds[0], cast.actor("practitioner"), cast.actor("pharmacist")
    held = []
    for least in (3, 9, None):
        approved(proposed(newt, by, watch.now(), least=least), other, watch.now())
        db.session.expire_all()
        line = next(x for x in washout_lines(medicine_kinds()) if x.kind.word == "newt")
        held.append(line.holds)
    assert held == ["7 days", "9 days", "7 days"]
    assert [(row.version, row.least, row.status) for row in line.own] == [
        (3, None, "approved"),
        (2, 9, "superseded"),
        (1, 3, "superseded"),
    ]


def test_a_time_that_was_shortened_or_taken_back_is_told_with_until_when_it_counted(cast, kinds, watch):
    """What counted when a test was applied is asked of it for ever."""
    salve, by, other = kinds[1], cast.actor("practitioner"), cast.actor("pharmacist")
    days = [watch.now() + timedelta(days=number) for number in range(3)]
    for at, least in zip(days, (30, 7, None), strict=True):
        approved(proposed(salve, by, at, least=least), other, at)
    a_medicine(patient := a_patient(ready=False), "salve", last_taken_on=watch.now().date())
    db.session.expire_all()
    [medicine] = patient_facts(patient.id, days[2]).medicines
    told = [(one.least, one.decided_at, one.ended_at) for one in medicine.washouts]
    assert told == [(None, None, None), (30, days[0], days[1]), (7, days[1], days[2])]
    [line] = [x for x in washout_lines(medicine_kinds()) if x.kind.word == "salve"]
    assert [time for time, *_ in line.stated] == ["no time is stated"]


def test_one_version_waits_at_a_time_and_what_does_not_stand_is_not_taken_back(cast, kinds, watch):
    by, codes = cast.actor("practitioner"), []
    for least in (None, 3, 4):
        try:
            proposed(kinds[1], by, watch.now(), least=least)
        except Refused as refusal:
            codes += [one.code for one in refusal.findings]
    assert codes == ["washout.nothing_stands", "washout.another_waits"]


def test_what_waits_is_turned_down_and_stays_in_sight(clients, cast, kinds, watch):
    row = proposed(kinds[1], cast.actor("practitioner"), watch.now())
    url = f"/catalogue/wash-outs/{kinds[1].id}/mesotherapy"
    assert clients("pharmacist").get_ok(url).form(button="Withdraw it").filled({})["reason"] == [""]
    page = clients("pharmacist").post_ok(
        f"/catalogue/wash-outs/decisions/{row.id}/withdraw", {"reason": "no source"}, at=url
    )
    assert "the leaflet of the cream Withdrawn: no source" in page.text


def test_no_time_is_decided_for_what_no_source_names_or_a_prescriber_confirms(cast, kinds, watch):
    blocker = a_medicine_kind("blocker", NO_TIME | {"before": "prick", "effect": "ask"})
    for kind, before in ((kinds[0], "patch"), (kinds[0], "prick"), (blocker, "prick")):
        with pytest.raises(Missing):
            proposed(kind, cast.actor("practitioner"), watch.now(), before)


@pytest.mark.parametrize("username", ["technician", "admin", "auditor"])
def test_only_who_writes_limits_and_rules_proposes(cast, kinds, watch, username):
    with pytest.raises(Forbidden):
        proposed(kinds[0], cast.actor(username), watch.now())
