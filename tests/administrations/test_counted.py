"""The patient's account of each ingredient: what a session or a test brought, no more, no less, proved."""

import pytest

from formulary.administrations.queries.counted import counted_faults
from formulary.db import db
from formulary.patients.models import Exposure
from tests.administrations.doing import close, points
from tests.support.behind import behind_its_back
from tests.support.builders import a_patient


def counted(document):
    """Product, and how many mg are counted: diluents are not there."""
    rows = db.session.scalars(db.select(Exposure).filter_by(document_kind=document).order_by(Exposure.id))
    return [(row.product_id, None if row.amount is None else row.amount / 10**6) for row in rows]


def found():
    return [f"{fault.row} {fault.what}" for fault in counted_faults()]


@pytest.fixture
def session(road):
    """Four fifths of the cocktail given: of 20 mg, 150 mg and 100.5 mg."""
    begun = road.started()
    points(begun, 80)
    return close(begun, "1")


def test_partly_given_counts_what_was_given(session):
    assert [mg for _, mg in counted("administration")] == [16, 120, 80.4]


def test_not_given_counts_nothing(road):
    close(road.started(), "5", "not_given", reason="Patient unwell")
    assert counted("administration") == []
    assert found() == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("taken = taken - 1", "what administration 1 brought is counted as 159999 and was 160000 (product"),
        ("at = '2020-01-01 00:00:00.000000'", "is of another patient or time than its act"),
        ("is_top_up = true", "is not what its cocktail is: a top-up or none"),
    ],
)
def test_an_altered_account_is_named(session, change, said):
    first = db.session.scalar(db.select(db.func.min(Exposure.id)).filter_by(document_kind="administration"))
    assert found() == []
    behind_its_back(f"UPDATE exposure SET {change} WHERE id = {first}")  # noqa: S608 - a test's own words
    [fault] = found()
    assert said in fault


def test_a_top_up_is_counted_as_one(road):
    begun = road.started()
    behind_its_back("UPDATE cocktail SET is_top_up = true")
    points(begun, 80)
    close(begun, "1")
    query = db.select(Exposure.document_kind, Exposure.is_top_up).distinct()
    told = {tuple(row) for row in db.session.execute(query)}
    assert told == {("administration", True), ("patch_test", False)}
    assert found() == []


def test_an_account_moved_to_another_patient_is_named(session):
    other = a_patient().id
    behind_its_back(f"UPDATE exposure SET patient_id = {other} WHERE taken = 160000")  # noqa: S608
    [fault] = found()
    assert fault.endswith("is of another patient or time than its act")


def test_a_session_nobody_counted_is_named(session):
    behind_its_back("DELETE FROM exposure WHERE taken = 160000")
    [fault] = found()
    assert "is counted as 0 and was 160000" in fault
