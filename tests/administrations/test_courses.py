"""A course from its opening to its end: what was given is counted, and the strictest interval holds."""

from datetime import UTC, datetime, timedelta

import pytest

from formulary import clock
from formulary.administrations.models import Administration
from formulary.audit import record
from formulary.audit.models import AuditEntry
from formulary.catalogue.models import Schedule
from formulary.cocktails import actions as cocktails
from formulary.cocktails.models import Cocktail, CocktailLine, CourseEntry, Revision
from formulary.cocktails.queries.entries import newest_entries
from formulary.db import db, transaction
from formulary.patients.actions import appointments as patients
from formulary.patients.models import Appointment, Course, Exposure
from formulary.rules.findings import Refused
from tests.recalls.doing import a_session
from tests.support.at_once import at_once
from tests.support.builders import (
    a_course,
    a_lot,
    a_patient,
    a_policy,
    a_product,
    a_protocol,
    an_appointment,
    an_ingredient,
    saved,
)
from tests.support.counting import counting_queries

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


@pytest.fixture
def patient(app):
    """Somebody in the care of Paris."""
    return a_patient(ready=False)


def counted(course, *sessions, cast):
    for session in sessions:
        with transaction():
            cocktails.count_towards(session.id, course.id, at=clock.now(), by=cast.actor("practitioner"))


def given(patient, days, **more):
    return a_session(patient, at=NOON - timedelta(days=days), **more)


def test_a_course_is_opened_with_its_price_and_ended_with_a_reason(clients, cast, patient):
    a_policy(cast.site, kind="currency", value="EUR")
    protocol, client = a_protocol("Our melasma"), clients("practitioner")
    agreed = {"protocol_id": protocol.id, "sessions": "4", "session_price": "120.50"}
    page = client.post_ok(f"/courses/open/{patient.id}", agreed)
    assert "0 of 4\xa0sessions" in page.h1
    assert "482.00\xa0EUR" in page.text
    row = db.session.scalars(db.select(Course).filter_by(patient_id=patient.id)).one()
    assert (row.session_price, row.course_price, row.currency) == (12050, None, "EUR")
    changed = client.post_ok(f"/courses/{row.id}/change", {"course_price": "450"})
    assert "450.00\xa0EUR" in changed.text
    client.post_refused(f"/courses/{row.id}/end", {"why": ""})
    assert "Ended" in client.post_ok(f"/courses/{row.id}/end", {"why": "the patient moved away"}).text
    acts = db.session.scalars(
        db.select(AuditEntry.action).filter_by(object_kind="course").order_by(AuditEntry.id)
    )
    assert list(acts) == ["patients.open_course", "patients.change_course", "patients.end_course"]


def test_only_what_was_given_is_a_session(clients, cast, patient):
    course = a_course(patient)
    sessions = [given(patient, 9), given(patient, 20, share="0"), given(patient, 8)]
    top_up = sessions[-1]
    with transaction():
        db.session.get_one(Cocktail, top_up.id).is_top_up = True
        record("test", None, by=cast.actor("practitioner"), at=clock.now())
    counted(course, *sessions, cast=cast)
    page = clients("practitioner").get_ok(f"/courses/{course.id}")
    assert "1 of 4\xa0sessions" in page.h1


def test_a_cocktail_is_counted_and_left_out_on_the_page(clients, patient):
    course = a_course(patient)
    given(patient, 9)
    client, url = clients("practitioner"), f"/courses/{course.id}"
    assert "1 of 4" in client.post_ok(f"{url}/count", at=url).h1
    assert "0 of 4" in client.post_ok(f"{url}/leave-out", at=url).h1


# What the rule makes of it does not depend on the database.
@pytest.mark.databases("sqlite")
def test_a_cocktail_counts_towards_no_course_of_another_patient(cast, patient):
    other = a_course(a_patient(ready=False))
    with pytest.raises(Refused, match="is of another patient than this course"):
        counted(other, given(patient, 9), cast=cast)


# What the rule makes of it does not depend on the database.
@pytest.mark.databases("sqlite")
def test_the_next_session_is_due_by_the_protocol_and_drifts_when_late(clients, cast, patient):
    course = a_course(patient)
    counted(course, given(patient, 20), cast=cast)
    page = clients("practitioner").get_ok(f"/courses/{course.id}")
    assert "11\xa0Nov\xa02026 to 14\xa0Nov\xa02026, by the protocol" in page.text
    assert "next session 10\xa0days late" in page.text


# What the rule makes of it does not depend on the database.
@pytest.mark.databases("sqlite")
def test_the_later_interval_of_a_protocol_stands_beside_the_one_that_counts(clients, cast, patient):
    later = {"later_least": 14, "later_most": 14, "later_unit": "days", "later_when": "once it improves"}
    course = a_course(patient, a_protocol(**later))
    counted(course, given(patient, 8), cast=cast)
    page = clients("practitioner").get_ok(f"/courses/{course.id}")
    assert "23\xa0Nov\xa02026 to 26\xa0Nov\xa02026, by the protocol" in page.text
    assert "or 30\xa0Nov\xa02026, by the protocol, once it improves" in page.text


def test_two_who_book_one_patient_for_one_time_at_once_book_once(app, cast, patient):
    who, when = cast.actor("practitioner"), NOON + timedelta(days=3)

    def book(_number):
        with transaction():
            told = {"starts_at": when, "at": NOON, "by": who}
            return patients.book_appointment(patient.id, **told).id

    answers = at_once(app, book, 4)
    assert sorted(type(answer).__name__ for answer in answers) == ["Refused"] * 3 + ["int"]


def test_where_a_cocktail_counts_is_told_by_its_newest_entry(cast, patient):
    first, second, session = a_course(patient), a_course(patient), given(patient, 8)
    counted(first, session, cast=cast)
    counted(second, session, cast=cast)
    held = db.session.scalars(db.select(CourseEntry.course_id).where(newest_entries())).all()
    assert held == [second.id]


# What the rule makes of it does not depend on the database.
@pytest.mark.databases("sqlite")
def test_the_month_of_an_ingredient_wins_over_the_days_of_a_protocol(clients, cast, patient):
    acid = an_ingredient()
    saved(Schedule(ingredient_id=acid.id, interval=1, unit="months", most_sessions=6, source="[KYB1]"))
    course, lot = a_course(patient), a_lot(a_product(acid))
    session = given(patient, 9)
    _exposed(patient, session, lot.product, days=9)
    counted(course, session, cast=cast)
    page = clients("practitioner").get_ok(f"/courses/{course.id}")
    assert f"15\xa0Dec\xa02026, by {acid.name}" in page.text


def _exposed(patient, session, product, days):
    revision = db.session.scalars(db.select(Revision).filter_by(cocktail_id=session.id)).one()
    saved(CocktailLine(revision_id=revision.id, number=1, product_id=product.id, pin="volume", volume=1))
    act = db.session.scalars(db.select(Administration).filter_by(cocktail_id=session.id)).one()
    saved(
        Exposure(
            patient_id=patient.id, ingredient_id=product.ingredient_id, product_id=product.id,
            dimension=product.dimension, basis="", amount=1, taken=1, document_kind="administration",
            document_id=act.id, at=NOON - timedelta(days=days),
        )
    )  # fmt: skip


# What the rule makes of it does not depend on the database.
@pytest.mark.databases("sqlite")
def test_a_complete_course_is_kept_up_as_its_protocol_says(clients, cast, patient):
    course = a_course(patient, a_protocol(upkeep_least=3, upkeep_most=6), sessions=1)
    counted(course, given(patient, 9), cast=cast)
    page = clients("practitioner").get_ok(f"/courses/{course.id}")
    assert "15\xa0Feb\xa02027 to 15\xa0May\xa02027, by maintenance" in page.text


# What the rule makes of it does not depend on the database.
@pytest.mark.databases("sqlite")
def test_a_course_is_kept_up_no_sooner_than_an_ingredient_may_be_given_again(clients, cast, patient):
    acid = an_ingredient()
    saved(Schedule(ingredient_id=acid.id, interval=1, unit="months", most_sessions=6, source="[KYB1]"))
    fortnight = a_protocol(upkeep_least=14, upkeep_most=14, upkeep_unit="days")
    course, lot = a_course(patient, fortnight, sessions=1), a_lot(a_product(acid))
    session = given(patient, 9)
    _exposed(patient, session, lot.product, days=9)
    counted(course, session, cast=cast)
    page = clients("practitioner").get_ok(f"/courses/{course.id}")
    assert f"15\xa0Dec\xa02026, by {acid.name}" in page.text


# What the rule makes of it does not depend on the database.
@pytest.mark.databases("sqlite")
def test_an_appointment_before_the_interval_is_over_asks_why(clients, cast, patient):
    course, client = a_course(patient), clients("practitioner")
    counted(course, given(patient, 2), cast=cast)
    wanted = {"starts_at": "2026-11-25T10:00", "course_id": course.id}
    page = client.post_refused(f"/appointments/book/{patient.id}", wanted)
    assert page.errors == [
        "The interval of this course is over on 29 Nov 2026, and this is before. "
        "Book a later day, or say why it is right for this patient."
    ]
    day = client.post_ok(f"/appointments/book/{patient.id}", wanted | {"early_why": "she travels"})
    assert "before the interval is over" in day.text
    assert "she travels" in day.text


def test_an_appointment_is_moved_and_kept(clients, patient):
    row, client = an_appointment(patient, NOON + timedelta(hours=1)), clients("practitioner")
    client.post_ok(f"/appointments/{row.id}/move", {"starts_at": "2026-11-24T15:30"})
    moved = db.session.scalars(db.select(Appointment).filter_by(moved_from_id=row.id)).one()
    client.post_ok(f"/appointments/{moved.id}/close", {"state": "kept"})
    db.session.expire_all()
    assert (row.state, moved.state, moved.starts_at) == ("moved", "kept", NOON + timedelta(hours=2.5))
    client.post_refused(f"/appointments/{moved.id}/close", {"state": "no_show"})


# What the rule makes of it does not depend on the database.
@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(
    ("hours", "answer", "said"),
    [
        (30, {"state": "no_show"}, "Its day has not come yet. Cancel or move it."),
        (30, {"state": "cancelled"}, "It is cancelled. Say why."),
    ],
)
def test_what_became_of_an_appointment_is_told_when_it_can_be_known(clients, patient, hours, answer, said):
    row = an_appointment(patient, NOON + timedelta(hours=hours))
    page = clients("practitioner").post_refused(f"/appointments/{row.id}/close", answer)
    assert page.errors == [said]


def test_the_list_of_the_day_says_who_is_due_and_not_booked(clients, cast, patient):
    booked, late = a_patient(name="Anna Booked", ready=False), a_course(patient)
    an_appointment(booked, NOON + timedelta(hours=1), what="first talk")
    counted(late, given(patient, 20), cast=cast)
    page = clients("practitioner").get_ok("/appointments/")
    assert "13:00" in page.text
    assert "first talk" in page.text
    assert f"Book {patient.name} for {late.protocol.name}" in page.text
    assert patient.name not in clients("practitioner3").get_ok("/appointments/").text


def test_a_day_of_ten_times_as_many_appointments_costs_no_more(clients, cast):
    client, costs = clients("practitioner"), []
    for times in (1, 9):
        for n in range(times):
            patient = a_patient(ready=False)
            course = a_course(patient)
            counted(course, given(patient, 20), cast=cast)
            an_appointment(patient, NOON + timedelta(minutes=n), course_id=course.id)
        client.get("/appointments/")
        with counting_queries() as sent:
            client.get_ok("/appointments/")
        costs.append(len(sent))
    assert costs[1] <= costs[0]


def test_a_course_of_another_site_is_no_page(clients, patient):
    course = a_course(patient)
    assert clients("practitioner3").get(f"/courses/{course.id}").status_code == 404


# What cannot be read is refused before any table is asked.
@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_a_day_beyond_the_calendar_is_refused(clients, day):
    assert clients("practitioner").get(f"/appointments/?day={day}").status_code == 422
