"""`@retried`: what passes by itself is tried again, a few times; everything else is told at once."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, OperationalError

from formulary import audit
from formulary.accounts.models import Person
from formulary.db import Busy, db, retried, retrying, transaction
from tests.db.conftest import BY


class Lost(Exception):
    """What a driver raises."""

    def __init__(self, words, sqlstate=None):
        super().__init__(words)
        self.sqlstate = sqlstate


def failing(times, fault):
    """A caller that fails so many times and then answers how often it ran."""
    runs = []

    @retried
    def call():
        runs.append(1)
        if len(runs) <= times:
            raise fault
        return len(runs)

    return call, runs


@pytest.fixture(autouse=True)
def without_waiting(monkeypatch):
    monkeypatch.setattr(retrying.time, "sleep", lambda _seconds: None)


PASSING = [
    OperationalError("", {}, Lost("database is locked")),
    OperationalError("", {}, Lost("deadlock detected", "40P01")),
    OperationalError("", {}, Lost("could not serialize access", "40001")),
    OperationalError("", {}, Lost("lock timeout", "55P03")),
    OperationalError("", {}, Lost("terminating connection", "57P01")),
    OperationalError("", {}, Lost("gone"), connection_invalidated=True),
    IntegrityError("", {}, Lost("UNIQUE constraint failed: request_key.key")),
    IntegrityError("", {}, Lost('duplicate key violates unique constraint "uq_request_key_key"', "23505")),
    IntegrityError("", {}, Lost("UNIQUE constraint failed: audit_head.id")),
]
TAKEN = [
    IntegrityError("", {}, Lost("UNIQUE constraint failed: lot.number")),
    IntegrityError("", {}, Lost('duplicate key violates unique constraint "uq_lot_product_id"', "23505")),
]
LASTING = [
    OperationalError("", {}, Lost("no such table: lot")),
    OperationalError("", {}, Lost("out of memory", "53200")),
    IntegrityError("", {}, Lost("CHECK constraint failed: quantity_is_positive")),
    IntegrityError("", {}, Lost("insert violates foreign key constraint", "23503")),
]


@pytest.mark.parametrize("fault", PASSING + TAKEN, ids=lambda fault: str(fault.orig)[:30])
def test_what_passes_is_tried_again(app, fault):
    call, _ = failing(2, fault)
    assert call() == 3


@pytest.mark.parametrize("fault", PASSING, ids=lambda fault: str(fault.orig)[:30])
def test_after_four_tries_it_is_busy(app, fault):
    call, runs = failing(99, fault)
    with pytest.raises(Busy, match="4 times"):
        call()
    assert len(runs) == 4


@pytest.mark.parametrize("fault", TAKEN, ids=lambda fault: str(fault.orig)[:30])
def test_a_name_that_is_taken_every_time_is_told_as_it_is(app, fault):
    call, runs = failing(99, fault)
    with pytest.raises(IntegrityError):
        call()
    assert len(runs) == 4


@pytest.mark.parametrize("fault", LASTING, ids=lambda fault: str(fault.orig)[:30])
def test_what_lasts_is_told_at_once(app, fault):
    call, runs = failing(1, fault)
    with pytest.raises(type(fault)):
        call()
    assert len(runs) == 1


def test_each_try_begins_afresh(app, watch):
    names = []

    @retried
    def act():
        with transaction():
            names.append(db.session.scalar(db.select(Person.name).filter_by(id=1)))
            if len(names) == 1:
                raise OperationalError("", {}, Lost("database is locked"))
            db.session.add(Person(name="Once", organisation_id=1))
            audit.record("people.add", None, by=BY, at=watch.now())

    act()
    assert len(names) == 2
    assert db.session.scalar(db.select(db.func.count(Person.id)).filter_by(name="Once")) == 1


# SQLite's file lock is what is provoked here.
@pytest.mark.databases("sqlite")
def test_a_locked_file_is_waited_for_and_then_busy(app, monkeypatch):
    @retried
    def act():
        db.session.rollback()
        db.session.execute(text("PRAGMA busy_timeout=10"))
        with transaction():
            pass

    with db.engine.connect() as other:
        other.exec_driver_sql("SELECT 1")
        other.rollback()
        with other.execution_options(immediate=True).begin(), pytest.raises(Busy):
            act()
    act()
