"""`record`: one act, one entry, in the same transaction; and an attempt that was refused leaves one too."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest

from formulary import audit
from formulary.accounts.models import Person
from formulary.audit.models import AccessEntry, AuditEntry
from formulary.audit.queries import chain_faults, entries_about, last_change
from formulary.db import Misuse, db, transaction
from formulary.rules.findings import refuse
from tests.audit.conftest import BY
from tests.support.builders import a_person


def newest():
    return db.session.scalars(db.select(AuditEntry).order_by(AuditEntry.id.desc()).limit(1)).one()


def test_an_act_leaves_its_whole_entry(act, watch):
    act(old={"name": "A"}, new={"name": "B"}, reason="married")
    entry = newest()
    told = (
        entry.action,
        entry.outcome,
        entry.object_kind,
        entry.object_id,
        entry.old,
        entry.new,
        entry.reason,
    )
    assert told == ("people.greet", "done", "person", 1, {"name": "A"}, {"name": "B"}, "married")
    who = (entry.person_id, entry.person_name, entry.role, entry.site_id, entry.at)
    assert who == (1, "Ines Faure", "pharmacist", 1, watch.now())


def test_entries_are_numbered_without_gaps(act):
    before = newest().id
    for _ in range(3):
        act()
    assert [e.id for e in entries_about("person", 1)][:3] == [before + 3, before + 2, before + 1]


def test_an_act_that_fails_leaves_none(app, watch):
    before = newest().id
    with pytest.raises(ZeroDivisionError), transaction():
        audit.record("people.greet", None, by=BY, at=watch.now())
        raise ZeroDivisionError
    assert newest().id == before


def test_two_entries_of_one_act_are_chained_in_order(app, watch):
    with transaction():
        audit.record("people.first", None, by=BY, at=watch.now())
        audit.record("people.second", None, by=BY, at=watch.now())
    assert (newest().action, list(chain_faults())) == ("people.second", [])


def test_recording_outside_an_act_is_a_fault(app, watch):
    with pytest.raises(Misuse, match="outside transaction"):
        audit.record("people.greet", None, by=BY, at=watch.now())


def test_a_row_made_in_the_act_is_named_by_its_number(app, watch):
    with transaction():
        person = Person(name="New", organisation_id=1)
        db.session.add(person)
        audit.record("people.add", person, by=BY, at=watch.now())
    assert (newest().object_kind, newest().object_id) == ("person", person.id)


@pytest.mark.parametrize(
    "value",
    [
        Decimal("0.50"),
        datetime(2026, 1, 2, tzinfo=UTC),
        {"b": 1, "a": [2, None]},
        {10: "ten", 2: "two"},
        (1, 2),
        True,
        None,
        "é“”",
    ],
    ids=repr,
)
def test_whatever_is_told_proves_right_when_read_back(act, value):
    act(new={"value": value})
    assert list(chain_faults()) == []


def test_an_instant_of_another_zone_proves_right(act, watch):
    act(at=watch.now().astimezone(timezone(timedelta(hours=5, minutes=30))))
    assert list(chain_faults()) == []
    assert newest().at == watch.now()


def test_a_float_is_no_part_of_an_entry(act):
    with pytest.raises(TypeError, match="whole or a decimal text"):
        act(new={"dose": 0.1})


def test_a_refused_attempt_is_recorded_after_the_roll_back(app, watch):
    person = a_person()
    refusal = refuse("lot.expired", "lot 4", "It expired.", "Take another.", rule="L1")
    audit.record_refusal("stock.take", refusal, by=BY, subject=person)
    entry = newest()
    assert (entry.action, entry.outcome, entry.object_id) == ("stock.take", "refused", person.id)
    assert entry.new == {"findings": [{"code": "lot.expired", "rule": "L1", "subject": "lot 4"}]}


def test_the_last_change_is_the_newest_that_was_done(act, watch):
    act("people.rename")
    watch.move(minutes=5)
    act("people.rename", outcome="refused")
    assert last_change("person", 1).at == watch.now() - timedelta(minutes=5)
    assert last_change("person", 999) is None


def test_a_look_at_patients_is_logged(app, watch):
    person = a_person()
    with transaction():
        audit.log_access(
            "patients.chart", by=BY, at=watch.now(), subject=person, patients=1, detail="x" * 300
        )
    row = db.session.scalars(db.select(AccessEntry).order_by(AccessEntry.id.desc()).limit(1)).one()
    assert (row.what, row.person_name, row.object_kind, row.object_id, row.patients) == (
        "patients.chart", "Ines Faure", "person", person.id, 1,
    )  # fmt: skip
    assert len(row.detail) == 200


def test_a_request_is_named_in_its_entries(app, client):
    answer = client.post("/accounts/sign-in", {"username": "x"})
    assert len(answer.headers["X-Request-Id"]) == 16
