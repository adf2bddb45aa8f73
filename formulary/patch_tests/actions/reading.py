"""Reading a test: what is seen at a spot, also if it is nothing; a correction is a further reading."""

from collections.abc import Mapping
from datetime import datetime

from formulary.accounts import Actor, Permission
from formulary.audit import record
from formulary.db import db, once
from formulary.patch_tests import queries
from formulary.patch_tests.actions.cosigning import another_person, sign_beside
from formulary.patch_tests.actions.seeing import Seen, judged
from formulary.patch_tests.models import PatchTest, PatchTestReading
from formulary.patients.actions import add_photo
from formulary.rules.findings import refuse
from formulary.rules.patch_test import lessens


@once
def read_test(
    test_id: int,
    *,
    grades: Mapping[int, str | Seen],
    read_at: datetime | None = None,
    note: str = "",
    photo: bytes = b"",
    at: datetime,
    by: Actor,
) -> PatchTest:
    """Record what was seen at each spot, by item: a grade, or a wheal that the guideline of the test judges.

    A mixture is one spot with several items. A `photo` is kept with the look, drawn anew without EXIF.

    Refuses a time before the application or in the future. Outside its window a reading is recorded all the
    same; whether it counts is computed whenever somebody asks.
    """
    by.must(Permission.TEST_PATIENTS)
    test = queries.test(test_id, by=by, at=at, locked=True)
    when = read_at or at
    _check(test, when, at=at)
    if not grades:
        raise refuse(
            "reading.none", test.code, "No spot was read.", "Enter what you see, also if it is nothing."
        )
    seen = {item.id: one for key, one in grades.items() for item in queries.item_of(test, key).together}
    rows = [_reading(test, item_id, one, when, note, at=at, by=by) for item_id, one in seen.items()]
    db.session.add_all(rows)
    db.session.flush()
    told = {"grades": [_told(row) for row in rows], "read_at": when.isoformat()}
    record("patch_tests.read", test, by=by, at=at, new=told)
    if photo:
        add_photo(test.patient_id, raw=photo, about=("patch_test", test.id), taken_at=when, at=at, by=by)
    return test


@once
def correct_reading(
    test_id: int,
    reading_id: int,
    *,
    grade: str | Seen,
    read_at: datetime | None = None,
    note: str,
    cosigner: Actor | None = None,
    at: datetime,
    by: Actor,
) -> PatchTest:
    """Correct a reading by a further one that says why; the first stays on record and no longer counts.

    Where that takes a reaction back, in part or whole, another person co-signs.
    """
    by.must(Permission.TEST_PATIENTS)
    test = queries.test(test_id, by=by, at=at, locked=True)
    wrong = queries.reading_of(test, reading_id)
    when = read_at or wrong.read_at
    _check(test, when, at=at)
    if _is_corrected(wrong):
        why = "This reading was corrected already."
        raise refuse("reading.corrected", test.code, why, "Correct the newer one.")
    alike = [twin for item in wrong.item.together for twin in item.readings if _is_twin(twin, wrong)]
    rows = [_reading(test, r.item_id, grade, when, note, at=at, by=by, corrects_id=r.id) for r in alike]
    before = {"grade": wrong.grade, "read_at": wrong.read_at.isoformat()}
    told: dict[str, object] = {
        "grade": rows[0].grade,
        "read_at": when.isoformat(),
        "items": [r.item_id for r in rows],
    }
    if lessens(wrong.fact, rows[0].fact):
        second = another_person(test, cosigner, by)
        told["cosigner"] = second.person_id
        sign_beside(test, second, {"old": before, "new": told}, note, at=at)
        for row in rows:
            row.cosigner_id = second.person_id
    db.session.add_all(rows)
    db.session.flush()
    record("patch_tests.correct_reading", test, by=by, at=at, old=before, new=told, reason=note)
    return test


def _check(test: PatchTest, when: datetime, *, at: datetime) -> None:
    if test.state == "void":
        raise refuse("test.void", test.code, f"{test.code} is void.", "Apply a new test.")
    if when > at:
        told = "This time has not come yet."
        raise refuse("reading.in_future", test.code, told, "Type when you looked.", field="read_at")
    if when < test.applied_at:
        told = "This is before the test was applied."
        raise refuse("reading.before_application", test.code, told, "Type when you looked.", field="read_at")


def _is_corrected(reading: PatchTestReading) -> bool:
    return any(r.corrects_id == reading.id for r in reading.item.readings)


def _is_twin(one: PatchTestReading, other: PatchTestReading) -> bool:
    """Whether two readings were made in one look: those of a mixture stand once per component."""
    return one is other or (one.read_at, one.entered_at, one.grade) == (
        other.read_at,
        other.entered_at,
        other.grade,
    )


def _told(row: PatchTestReading) -> list[object]:
    """What the trail keeps of a look; the figures where a wheal was measured."""
    figures = [] if row.wheal is None else [row.wheal_first, row.wheal, row.flare]
    return [row.item_id, row.grade, *figures]


def _reading(
    test: PatchTest,
    item_id: int,
    told: str | Seen,
    when: datetime,
    note: str,
    *,
    at: datetime,
    by: Actor,
    corrects_id: int | None = None,
) -> PatchTestReading:
    seen = Seen(told) if isinstance(told, str) else told
    grade = judged(seen, test.by, when - test.applied_at, "the reading")
    row = PatchTestReading(item_id=item_id, grade=grade, read_at=when, entered_at=at, reader_id=by.person_id)
    row.note, row.corrects_id, row.flare = note, corrects_id, seen.flare
    row.wheal = None if seen.wheal is None else seen.wheal.whole()
    row.wheal_first = None if seen.wheal_first is None else seen.wheal_first.whole()
    return row
