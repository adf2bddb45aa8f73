"""A session that closes keeps the appointment of its day, counts in its course, and says what is due next."""

from datetime import UTC, datetime, timedelta

import pytest

from formulary import clock
from formulary.cocktails import actions as cocktails
from formulary.cocktails.queries import entries
from formulary.db import db, transaction
from tests.administrations.doing import close, points
from tests.support.builders import a_course, a_patient, an_appointment

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
FIXED = "\N{NO-BREAK SPACE}"


@pytest.fixture
def session(road):
    begun = road.started()
    points(begun, 80)
    return begun


def closed(session):
    close(session, "1")
    db.session.expire_all()
    return session


def test_its_appointment_is_kept_and_the_course_counts_it_and_is_due_again(road, session, clients):
    course = a_course(road.patient)
    booked = an_appointment(road.patient, NOON + HOUR, course_id=course.id)
    page = clients("practitioner").get_ok(f"/administrations/{closed(session).id}")
    assert (booked.state, booked.kept_ref) == ("kept", f"session:{session.id}")
    words = page.text.replace(FIXED, " ")
    assert "kept the appointment of 24 Nov 2026, 14:00." in words
    assert (
        f"{course.protocol.name}: 1 of 4 sessions; next due 1 Dec 2026 to 4 Dec 2026, by the protocol."
        in words
    )
    assert page.links["Book the next"] == f"/appointments/book/{road.patient.id}"


# Which appointment it is does not depend on the database.
@pytest.mark.databases("sqlite")
def test_another_day_another_patient_and_another_time_of_the_day_stay_booked(road, session):
    patient = road.patient
    nearest = an_appointment(patient, NOON - HOUR)
    others = [an_appointment(patient, NOON + 2 * HOUR), an_appointment(patient, NOON + 24 * HOUR)]
    others.append(an_appointment(a_patient(ready=False), NOON))
    closed(session)
    assert [nearest.state, *(row.state for row in others)] == ["kept", "booked", "booked", "booked"]


@pytest.mark.databases("sqlite")
def test_what_somebody_said_of_its_course_stays(road, session):
    said, other = a_course(road.patient), a_course(road.patient)
    with transaction():
        by = road.clinic.actor("practitioner")
        cocktails.count_towards(session.cocktail_id, said.id, at=clock.now(), by=by)
    elsewhere = an_appointment(road.patient, NOON, course_id=other.id)
    own = an_appointment(road.patient, NOON + 3 * HOUR, course_id=said.id)
    closed(session)
    assert (elsewhere.state, own.state) == ("booked", "kept")
    assert entries.course_of(session.cocktail_id) == said.id


@pytest.mark.databases("sqlite")
def test_who_comes_hours_before_the_booked_time_did_not_come_for_it(road, session):
    course = a_course(road.patient)
    later = an_appointment(road.patient, NOON + 4 * HOUR, course_id=course.id)
    closed(session)
    assert (later.state, entries.course_of(session.cocktail_id)) == ("booked", None)


@pytest.mark.databases("sqlite")
def test_of_what_nothing_was_given_counts_in_no_course_though_the_patient_came(road):
    begun = road.started()
    course = a_course(road.patient)
    booked = an_appointment(road.patient, NOON, course_id=course.id)
    close(begun, "5", outcome="not_given", reason="the patient felt faint")
    db.session.expire_all()
    assert (booked.state, entries.course_of(begun.cocktail_id)) == ("kept", None)
