"""Counting a cocktail towards a course of its patient, and taking it out again."""

from datetime import datetime

from formulary.accounts import Actor, Permission
from formulary.audit import record
from formulary.cocktails import queries
from formulary.cocktails.models import CourseEntry
from formulary.cocktails.queries import entries
from formulary.db import db, once
from formulary.patients import queries as patients
from formulary.rules.findings import refuse


@once
def count_towards(cocktail_id: int, course_id: int | None, *, at: datetime, by: Actor) -> CourseEntry:
    """Count a cocktail towards a course of the same patient; None takes it out of any. The newest holds."""
    by.must(Permission.EDIT_PATIENTS)
    cocktail = queries.locked(cocktail_id, by)
    patient = patients.patient(cocktail.patient_id, by=by, at=at)
    if course_id is not None:
        course = patients.course(course_id, by=by, at=at)
        if patients.patient(course.patient_id, by=by, at=at).id != patient.id:
            told = f"{cocktail} is of another patient than this course."
            raise refuse("course.other_patient", cocktail.code, told, "Choose a cocktail of this patient.")
        if course.ended_at is not None:
            raise refuse("course.ended", str(course), "This course has ended.", "Open another one.")
    before = entries.course_of(cocktail.id)
    if before == course_id:
        told = f"{cocktail} is counted so already."
        raise refuse("course.counted_so", cocktail.code, told, "Load the page again.")
    row = CourseEntry(cocktail_id=cocktail.id, course_id=course_id, at=at, by_id=by.person_id)
    db.session.add(row)
    db.session.flush()
    old, new = {"course": before}, {"course": course_id}
    record("cocktails.count_towards", cocktail, by=by, at=at, old=old, new=new)
    return row
