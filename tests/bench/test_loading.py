"""Loading in bulk: only inside a transaction, exact as the ORM, and on the one chain of the audit trail."""

from datetime import timedelta

import pytest
from flask import Flask

from formulary import clock
from formulary.accounts import Operator
from formulary.accounts.models import Person, Policy
from formulary.audit import Act, record, record_many
from formulary.audit.models import AuditEntry
from formulary.audit.queries import chain_faults
from formulary.db import Misuse, bulk, db, transaction
from formulary.stock.models import Place
from tests.support.builders import a_person, saved
from tests.support.world import Cast

BY = Operator("a test")


def an_act(key: int, **more: object) -> Act:
    return Act("test.act", "person", key, BY, clock.now() + timedelta(seconds=key), **more)  # type: ignore[arg-type]


def test_nothing_is_loaded_outside_a_transaction(app: Flask) -> None:
    with pytest.raises(Misuse):
        bulk.load(Person, [{"id": 1}])
    with pytest.raises(Misuse):
        bulk.first_keys([Person])
    with pytest.raises(Misuse):
        record_many([])


def test_a_load_without_an_entry_in_the_trail_is_stopped(app: Flask, cast: Cast) -> None:
    organisation = cast.site.organisation_id
    with pytest.raises(Misuse, match="without an audit entry"), transaction():
        [key] = bulk.first_keys([Person]).values()
        bulk.load(Person, [{"id": key, "organisation_id": organisation, "name": "Nobody"}])
    assert db.session.scalar(db.select(Person).filter_by(name="Nobody")) is None


def test_rows_come_back_as_the_orm_would_have_written_them(app: Flask, cast: Cast) -> None:
    site_id, today = cast.site.id, clock.now().date()
    value = {"b": "1", "a": ["2", None]}
    with transaction():
        key = bulk.first_keys([Policy])[Policy]
        bulk.load(
            Policy, [{"id": key, "site_id": site_id, "kind": "test", "value": value, "valid_from": today}]
        )
        record_many([an_act(key)])
    row = db.session.get_one(Policy, key)
    assert (row.value, row.valid_from, row.edition, row.entered_by_id) == (value, today, "", None)


def test_keys_go_on_behind_what_was_loaded(app: Flask, cast: Cast) -> None:
    organisation = cast.site.organisation_id
    with transaction():
        key = bulk.first_keys([Person])[Person]
        bulk.load(
            Person, [{"id": key + n, "organisation_id": organisation, "name": f"Many {n}"} for n in range(3)]
        )
        record_many([an_act(key)])
    assert a_person("Next").id == key + 3


def test_a_quantity_that_is_no_whole_number_is_refused(app: Flask, cast: Cast) -> None:
    with pytest.raises(TypeError), transaction():
        bulk.load(Policy, [{"id": 99, "kind": "test", "value": {"x": 0.5}}])


def test_many_acts_stand_on_the_chain_with_the_others(app: Flask) -> None:
    before = db.session.scalar(db.select(db.func.max(AuditEntry.id))) or 0
    with transaction():
        record_many([an_act(n, new={"n": n}, reason="many") for n in range(1, 4)])
        record("test.after", None, by=BY, at=clock.now(), new={"n": 4})
        record_many([an_act(5, movements=[(7, "hash")])])
    entries = list(db.session.scalars(db.select(AuditEntry).order_by(AuditEntry.id)))[before:]
    assert [entry.new.get("n") for entry in entries] == [1, 2, 3, None, 4]
    assert entries[3].movements == [[7, "hash"]]
    assert list(chain_faults()) == []


def test_a_float_has_no_place_in_an_entry(app: Flask) -> None:
    with pytest.raises(TypeError), transaction():
        record_many([an_act(1, new={"dose": 0.5})])


def test_nothing_of_a_load_stays_when_its_act_fails(app: Flask, cast: Cast) -> None:
    before = db.session.scalar(db.select(db.func.count(AuditEntry.id)))
    with pytest.raises(LookupError), transaction():
        record_many([an_act(1)])
        raise LookupError
    assert db.session.scalar(db.select(db.func.count(AuditEntry.id))) == before
    place = saved(Place(site_id=cast.site.id, kind="storage", name="Another shelf"))
    assert place.id
