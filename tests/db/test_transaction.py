"""`transaction()`: one act, whole or not at all, and nothing is written anywhere else."""

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import IntegrityError, ProgrammingError

from formulary import audit
from formulary.accounts.models import Counter, Person, SignInAttempt
from formulary.db import Misuse, Stale, db, exclusive, expect_version, transaction
from tests.db.conftest import BY
from tests.support.builders import a_person, a_user

OWN = text("SELECT virtualxid FROM pg_locks WHERE pid = pg_backend_pid() AND locktype = 'virtualxid'")


def count(model):
    return db.session.scalar(db.select(db.func.count(model.id)))


def test_what_the_block_does_is_committed(app, watch):
    before = count(Person)
    with transaction():
        db.session.add(Person(name="Ines Faure", organisation_id=1))
        audit.record("people.add", None, by=BY, at=watch.now())
    db.session.remove()
    assert count(Person) == before + 1


def test_what_fails_half_way_leaves_nothing(app, watch):
    before = count(Person)
    with pytest.raises(ZeroDivisionError), transaction():
        db.session.add(Person(name="Ines Faure", organisation_id=1))
        audit.record("people.add", None, by=BY, at=watch.now())
        db.session.flush()
        raise ZeroDivisionError
    assert count(Person) == before


def test_it_refuses_to_nest(app):
    with pytest.raises(Misuse, match="open already"), transaction(), transaction():
        pass


def test_it_can_be_opened_again_after_a_failure(app):
    with pytest.raises(ZeroDivisionError), transaction():
        raise ZeroDivisionError
    with transaction():
        pass


def test_rows_changed_before_it_began_are_a_fault(app):
    person = a_person()
    person.name = "Somebody else"
    with pytest.raises(Misuse, match="before the transaction began"), transaction():
        pass
    db.session.rollback()


def test_new_rows_before_it_began_are_a_fault(app):
    db.session.add(Person(name="Too early", organisation_id=1))
    with pytest.raises(Misuse, match="before the transaction began"), transaction():
        pass
    db.session.rollback()


def test_a_flush_outside_is_a_fault(app):
    db.session.add(Person(name="Outside", organisation_id=1))
    with pytest.raises(Misuse, match="outside transaction"):
        db.session.flush()
    db.session.rollback()


def test_a_changed_row_that_a_query_would_flush_is_a_fault(app):
    a_person().name = "Changed in passing"
    with pytest.raises(Misuse, match="outside transaction"):
        count(Person)
    db.session.rollback()


@pytest.mark.parametrize(
    "statement",
    [
        db.update(Person).values(name="Everybody"),
        db.delete(Person),
        db.insert(Person).values(name="Nobody", organisation_id=1),
        text("UPDATE person SET name = 'Everybody'"),
        text("  delete from person"),
        text("INSERT INTO person (name, organisation_id) VALUES ('Nobody', 1)"),
    ],
    ids=["update", "delete", "insert", "raw update", "raw delete", "raw insert"],
)
def test_a_bulk_write_outside_is_a_fault(app, statement):
    with pytest.raises(Misuse, match="bulk write outside"):
        db.session.execute(statement)


def test_a_commit_outside_is_a_fault(app):
    db.session.execute(db.select(Person))
    with pytest.raises(Misuse, match=r"commit\(\) outside"):
        db.session.commit()
    db.session.rollback()


def test_a_commit_inside_is_a_fault(app):
    with pytest.raises(Misuse, match=r"commit\(\) outside"), transaction():
        db.session.commit()


def test_a_change_without_an_audit_entry_is_a_fault(app):
    before = count(Person)
    with pytest.raises(Misuse, match="without an audit entry"), transaction():
        db.session.add(Person(name="Unseen", organisation_id=1))
    assert count(Person) == before


@pytest.mark.parametrize(
    "statement",
    [
        db.update(Person).where(Person.id == 1).values(name="Unseen"),
        text("UPDATE person SET name = 'Unseen' WHERE id = 1"),
    ],
    ids=["bulk", "raw"],
)
def test_a_bulk_change_without_an_audit_entry_is_a_fault(app, statement):
    with pytest.raises(Misuse, match="without an audit entry"), transaction():
        db.session.execute(statement)


def test_tables_of_the_machinery_need_no_entry(app, watch):
    with transaction():
        db.session.add(SignInAttempt(account="a" * 64, address="127.0.0.1", at=watch.now()))
        db.session.execute(db.delete(Counter))
    assert count(SignInAttempt) == 1


def test_reading_needs_no_entry(app):
    with transaction():
        assert count(Person) > 0


def test_marks_of_one_act_do_not_reach_the_next(app, watch):
    with transaction():
        audit.record("people.look", None, by=BY, at=watch.now())
    with pytest.raises(Misuse, match="without an audit entry"), transaction():
        db.session.add(Person(name="Unseen", organisation_id=1))


def test_it_drops_what_was_read_before(app, watch):
    person = a_person("Ines Faure")
    with db.engine.connect() as other:
        other.execute(text("UPDATE person SET name = 'Ines Roche' WHERE id = :id"), {"id": person.id})
        other.commit()
    assert person.name == "Ines Faure"
    with transaction():
        assert person.name == "Ines Roche"


# SQLite's acts begin a transaction of their own, with the write lock.
@pytest.mark.databases("postgresql")
def test_on_postgresql_it_goes_on_in_the_transaction_of_the_page(app):
    read_in = db.session.scalar(OWN)
    with transaction():
        assert db.session.scalar(OWN) == read_in


# As above.
@pytest.mark.databases("postgresql")
def test_on_postgresql_it_begins_anew_where_a_statement_of_the_page_has_failed(app):
    db.session.scalar(OWN)
    with pytest.raises(ProgrammingError):
        db.session.execute(text("SELECT nothing FROM nowhere"))
    with transaction():
        assert count(Person) > 0


# As above.
@pytest.mark.databases("postgresql")
def test_on_postgresql_it_begins_anew_where_the_page_stood_at_one_moment(app, watch):
    person = a_person("Ines Faure")
    db.session.rollback()
    db.session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
    before = count(Person)
    with db.engine.connect() as other:
        other.execute(text("DELETE FROM person WHERE id = :id"), {"id": person.id})
        other.commit()
    assert count(Person) == before
    with transaction():
        assert count(Person) == before - 1


# SQLite alone has a write lock for the whole file.
@pytest.mark.databases("sqlite")
def test_on_sqlite_the_write_lock_is_taken_before_the_first_read(app):
    seen = []
    event.listen(db.engine, "before_cursor_execute", lambda *args: seen.append(args[2]))
    with transaction():
        count(Person)
    assert seen[0] == "BEGIN IMMEDIATE"
    assert seen[1].startswith("SELECT")


# As above.
@pytest.mark.databases("sqlite")
def test_on_sqlite_a_page_that_only_reads_takes_no_lock(app):
    seen = []
    event.listen(db.engine, "before_cursor_execute", lambda *args: seen.append(args[2]))
    db.session.rollback()
    count(Person)
    assert "BEGIN IMMEDIATE" not in seen


# The settings are of SQLite's own.
@pytest.mark.databases("sqlite")
def test_sqlite_keeps_what_it_acknowledged(app):
    wanted = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
    found = {name: db.session.scalar(text(f"PRAGMA {name}")) for name in wanted}
    assert found == wanted


def test_a_foreign_key_is_held_on_both_databases(app, watch):
    with pytest.raises(IntegrityError), transaction():
        db.session.add(Person(name="Of nowhere", organisation_id=999_999))
        audit.record("people.add", None, by=BY, at=watch.now())


def test_a_row_that_another_changed_meanwhile_is_stale(app, watch):
    user = a_user()
    with pytest.raises(Stale), transaction():
        db.session.connection().execute(
            text("UPDATE user_account SET row_version = 99 - :seen WHERE id = :id"),
            {"id": user.id, "seen": user.row_version},
        )
        user.username = "renamed"
        audit.record("people.rename", user, by=BY, at=watch.now())


def test_a_form_opened_on_an_older_version_is_stale(app):
    user = a_user()
    with pytest.raises(Stale) as stale:
        expect_version(user, user.row_version - 1)
    assert stale.value.row is user


def test_a_form_without_a_version_is_not(app):
    expect_version(a_user(), None)


def test_what_is_exclusive_is_done_by_one_at_a_time(app, at_once):
    running, most = [], []

    def act(number):
        with transaction():
            exclusive("a test")
            running.append(number)
            most.append(len(running))
            db.session.execute(db.select(Person))
            running.remove(number)

    assert at_once(act, 6) == [None] * 6
    assert max(most) == 1


def test_exclusive_outside_is_a_fault(app):
    with pytest.raises(Misuse, match="exclusive"):
        exclusive("a test")


def test_a_row_in_a_log_says_nothing_but_its_number(app):
    person = a_person("Ines Faure")
    assert repr(person) == f"<person {person.id}>"
