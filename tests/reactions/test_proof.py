"""The proof of the reactions: an untouched clinic is in order, and every altered row is named."""

from datetime import timedelta

import pytest

from formulary import clock
from formulary.administrations.queries.reactions import proof
from tests.reactions.doing import corrected, felt, followed_up, given, recorded, withdrawn
from tests.support.behind import behind_its_back
from tests.support.builders import a_lot, a_patient, a_test


def found():
    return [f"{fault.row} {fault.what}" for fault in proof.reaction_faults()]


@pytest.fixture
def told(road):
    """One reaction: corrected once, then followed up."""
    today = clock.now().date()
    row = recorded(given(road), felt(follow_up_on=today))
    corrected(row, felt("bruising", follow_up_on=today))
    return followed_up(row, "recovering", next_on=today + timedelta(days=1))


def test_what_was_recorded_corrected_followed_up_and_withdrawn_is_in_order(road, told):
    withdrawn(recorded(a_test(road.patient, a_lot()), felt("itching")))
    assert found() == []
    assert proof.counted() == {"reactions": 2, "reports of reactions": 4, "follow-ups": 1}


ALTERED = {
    "reaction SET treated_at = '2020-01-01 00:00:00.000000'": [
        "reaction 1 is not of its treatment's patient, cocktail or time"
    ],
    "reaction SET cocktail_id = NULL": ["reaction 1 is not of its treatment's patient, cocktail or time"],
    "reaction SET state = 'withdrawn'": ["reaction 1 and its last report differ on whether it stands"],
    "reaction SET due_on = NULL": ["reaction 1 and what was said last differ on when somebody looks again"],
    "reaction SET report_number = 1": ["reaction 1 and its reports differ on how many there are"],
    "reaction_report SET severity = 'severe' WHERE number = 2": [
        "reaction_report 2 is not what its audit entry says",
        "a report of reaction 1 is not there, and its audit entry has it",
    ],
    "reaction_sign SET kind_id = kind_id + 1 WHERE report_id = 1": [
        "reaction_report 1 is not what its audit entry says",
        "a report of reaction 1 is not there, and its audit entry has it",
    ],
    "reaction_follow_up SET outcome = 'resolved'": [
        "reaction_follow_up 1 is not what its audit entry says",
        "a follow-up of reaction 1 is not there, and its audit entry has it",
    ],
}


# what was altered is found row by row in Python; that both databases are read alike, the others show
@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("change", ALTERED)
def test_an_altered_row_is_named(told, change):
    behind_its_back(f"UPDATE {change}")
    assert found() == ALTERED[change]


def test_a_reaction_of_another_patient_is_named(told):
    behind_its_back(f"UPDATE reaction SET patient_id = {a_patient().id}")  # noqa: S608 - a number of ours
    assert found() == ["reaction 1 is not of its treatment's patient, cocktail or time"]


def test_a_follow_up_that_is_gone_is_named(told):
    behind_its_back("DELETE FROM reaction_follow_up")
    assert found() == [
        "reaction 1 and what was said last differ on when somebody looks again",
        "a follow-up of reaction 1 is not there, and its audit entry has it",
    ]
