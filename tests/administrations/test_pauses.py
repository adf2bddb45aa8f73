"""Leaving a session and going on with it: by anybody who may give, with label and patient again."""

import pytest

from formulary import clock
from formulary.administrations import actions, queries
from formulary.db import db, transaction
from formulary.rules.findings import Refused
from tests.administrations.doing import POINT, close, points, practitioner
from tests.preparations.doing import hold


@pytest.fixture
def paused(road):
    """A session of which two fifths were given when the patient felt faint."""
    session = road.started()
    points(session, 40)
    with transaction():
        actions.pause(session.id, reason="Patient felt faint", at=clock.now(), by=practitioner())
    return session


def resume(road, session, label="C-0001/1.1", by=None, **other):
    told = {"patient_code": road.patient.code, "born_on": road.patient.born_on} | other
    with transaction():
        return actions.resume(session.id, label=label, **told, at=clock.now(), by=by or practitioner())


def refused(road, session, *label, **other):
    with pytest.raises(Refused) as refusal:
        resume(road, session, *label, **other)
    return {finding.code for finding in refusal.value.findings}


def test_another_practitioner_goes_on_with_it(road, paused, watch):
    watch.move(minutes=30)
    doctor = road.clinic.actor("practitioner2")
    session = resume(road, paused, by=doctor)
    [left] = session.pauses
    assert (left.reason, left.resumed_at, left.resumed_by_id) == (
        "Patient felt faint", clock.now(), doctor.person_id,
    )  # fmt: skip
    assert session.pause is None
    points(session, 60)
    assert close(session, "0", by=doctor).outcome == "given"


# What the rule makes of it does not depend on the database.
@pytest.mark.databases("sqlite")
def test_past_its_beyond_use_date_nobody_goes_on_and_it_is_closed_as_partly_given(road, paused, watch):
    watch.move(minutes=120)
    assert "beyond_use.passed" in refused(road, paused)
    session = close(paused, "3", "partly_given", reason="Patient felt faint")
    assert (session.outcome, session.given) == ("partly_given", 2_000_000)


def test_a_hold_placed_meanwhile_stops_it(road, paused):
    hold("TXA-2231")
    assert "lot.held" in refused(road, paused)


# What the rule makes of it does not depend on the database.
@pytest.mark.databases("sqlite")
def test_the_label_must_be_the_one_of_this_session(road, paused):
    assert refused(road, paused, "C-9999/1.1") == {"label.unknown"}


# What the rule makes of it does not depend on the database.
@pytest.mark.databases("sqlite")
def test_the_patient_must_be_the_one_of_the_label(road, paused):
    assert refused(road, paused, patient_code="P-1") == {"patient.not_this_one"}


def test_it_is_paused_once_and_gone_on_with_once(road, paused):
    with pytest.raises(Refused, match=r"administration\.paused"), transaction():
        actions.pause(paused.id, reason="again", at=clock.now(), by=practitioner())
    resume(road, paused)
    db.session.expire_all()
    assert refused(road, paused) == {"administration.not_paused"}


def test_what_was_given_before_is_still_recorded(paused):
    points(paused, 5, paused_why="Given before it")
    db.session.expire_all()
    assert queries.administration(paused.id, practitioner()).recorded == 2_250_000


# What a page says does not depend on the database.
@pytest.mark.databases("sqlite")
def test_the_page_says_since_when_and_why_and_goes_on(road, paused, clients):
    url, doctor = f"/administrations/{paused.id}", clients("practitioner2")
    page = doctor.get_ok(url)
    assert "by Manon Roux: Patient felt faint" in page.text
    told = {"label": "C-0001/1.1", "patient_code": road.patient.code, "born_on": "1985-04-12"}
    wrong = doctor.post_refused(f"{url}/resume", told | {"born_on": "1985-04-13"}, at=url)
    assert "The label is for another patient" in wrong.text
    assert "The session goes on." in doctor.post_ok(f"{url}/resume", told, at=url).text


# What a page says does not depend on the database.
@pytest.mark.databases("sqlite")
def test_the_page_pauses_it_with_a_reason(road, clients):
    url, doctor = f"/administrations/{road.started().id}", clients("practitioner")
    assert "Why it is paused is not filled in" in doctor.post_refused(f"{url}/pause", {}, at=url).text
    assert "The session is paused." in doctor.post_ok(f"{url}/pause", {"why": "Called away"}, at=url).text


# What the rule makes of it does not depend on the database.
@pytest.mark.databases("sqlite")
def test_what_is_recorded_during_a_pause_says_why_and_is_marked(road, paused, clients):
    there = f"/administrations/{paused.id}"
    person, sent = clients("practitioner"), {"area": "Left cheek", "points": "5"}
    page = person.post_refused(f"{there}/points", sent, at=there, press="Record")
    told = "The session is paused: label, patient and checks were not asked for what is recorded now."
    assert [error[: len(told)] for error in page.errors] == [told]
    person.post_ok(f"{there}/points", sent | {"paused_why": "Given before it"}, at=there, press="Record")
    db.session.expire_all()
    sites = queries.administration(paused.id, practitioner()).sites
    assert [site.paused_why for site in sites] == ["", "Given before it"]
    assert "recorded during the pause" in person.get_ok(there).text


# What the rule makes of it does not depend on the database.
@pytest.mark.databases("sqlite")
def test_after_the_pause_nothing_is_marked(road, paused):
    resume(road, paused)
    with transaction():
        site = actions.add_site(
            paused.id,
            area="Chin",
            points=1,
            per_point=POINT,
            paused_why="x",
            at=clock.now(),
            by=practitioner(),
        )
    assert site.paused_why == ""
