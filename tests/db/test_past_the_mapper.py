"""Statements that go to the driver: read once in an act, written under its guards, with objects that are the
session's own.
"""

import pytest
from sqlalchemy import bindparam, insert, inspect, select, text, update
from sqlalchemy.exc import IntegrityError

from formulary import audit
from formulary.accounts.models import Organisation, Person, Site
from formulary.catalogue.models import Edition, Ingredient
from formulary.db import Misuse, db, exclusive, rows_of, transaction
from formulary.db.bare import driver_rows, put
from formulary.db.objects import by_key, columns, known, made, write
from formulary.stock.models import Place
from tests.db.conftest import BY
from tests.support.builders import a_person
from tests.support.counting import counting_queries

INES, ROCHE = "Ines Faure", "Ines Roche"
NAMES = select(Person.name).where(Person.name.in_(bindparam("among", expanding=True))).order_by(Person.name)
ADDED = insert(Person)
RENAMED = update(Person).where(Person.id == bindparam("key")).values(name=bindparam("to"))
RENAMED_TELLING = RENAMED.returning(Person.name)
TOKEN = select(Edition.token)


def names():
    return [row.name for row in rows_of(NAMES, among=[INES, ROCHE])]


def told(at):
    audit.record("people.look", None, by=BY, at=at)


@pytest.fixture
def ines(app):
    key = a_person(INES).id
    db.session.remove()
    return key


def test_an_act_asks_once_and_with_other_values_again(ines):
    with transaction(), counting_queries() as n:
        assert (names(), names()) == ([INES], [INES])
        assert len(n) == 1, n
        assert (rows_of(NAMES, among=[ROCHE]), rows_of(NAMES, among=[])) == ([], [])
    assert len(n) == 3, n


def test_outside_an_act_it_asks_each_time(ines):
    with counting_queries() as n:
        names(), names()
    assert len(n) == 2, n


WRITES = {
    "added": lambda key: db.session.add(Person(name=ROCHE, organisation_id=1)),
    "in bulk": lambda key: db.session.execute(update(Person).filter_by(id=key).values(name=ROCHE)),
    "by hand": lambda key: db.session.execute(text("UPDATE person SET name = 'Ines Roche'")),
    "put": lambda key: put(Person, RENAMED, {"key": key, "to": ROCHE}),
    "put new": lambda key: put(Person, ADDED, {"name": ROCHE, "organisation_id": 1}),
    "written at once": lambda key: write(Person(name=ROCHE, organisation_id=1)),
}


@pytest.mark.parametrize("change", WRITES.values(), ids=WRITES)
def test_what_the_act_writes_is_seen_by_its_next_question(ines, watch, change):
    with transaction():
        assert names() == [INES]
        change(ines)
        assert ROCHE in names()
        told(watch.now())


def test_a_write_to_another_table_leaves_what_was_read(ines, watch):
    with transaction(), counting_queries() as n:
        names()
        asked = len(n)
        write(Organisation(name="Of another table"))
        names()
        told(watch.now())
        assert len(n) == asked + 1, n


# On SQLite nobody commits between one's first read and one's last.
@pytest.mark.databases("postgresql")
def test_after_a_lock_it_asks_again(ines):
    with transaction():
        assert names() == [INES]
        with db.engine.begin() as other:
            other.execute(RENAMED, {"key": ines, "to": ROCHE})
        assert names() == [INES]
        exclusive("the tests")
        assert names() == [ROCHE]


def test_what_triggers_write_is_asked_each_time(app, watch):
    with transaction():
        before = rows_of(TOKEN)
        db.session.add(Ingredient(name="Renews the edition"))
        assert before != rows_of(TOKEN)
        told(watch.now())


@pytest.mark.parametrize("change", [WRITES["put"], WRITES["put new"], WRITES["written at once"]])
def test_an_entry_of_the_trail_is_owed_and_an_act_must_be_under_way(ines, change):
    with pytest.raises(Misuse, match="without an audit entry"), transaction():
        change(ines)
    assert names() == [INES]
    with pytest.raises(Misuse, match="outside"):
        change(ines)
    db.session.rollback()
    assert names() == [INES]


def test_what_a_write_returns_is_told_and_a_fault_of_the_database_is_as_everywhere(ines, watch):
    with transaction():
        assert put(Person, RENAMED_TELLING, {"key": ines, "to": ROCHE}) == [(ROCHE,)]
        assert put(Person, RENAMED_TELLING, {"key": 0, "to": ROCHE}) == []
        told(watch.now())
    with pytest.raises(IntegrityError), transaction():
        put(Person, ADDED, {"name": None, "organisation_id": 1})


def test_a_row_that_is_written_at_once_is_the_sessions_with_every_column(app, watch):
    with transaction():
        row = write(Organisation(name="Of the tests"))
        assert db.session.get(Organisation, row.id) is row
        assert row not in db.session.new
        told(watch.now())
    kept = driver_rows(select(*Organisation.__table__.columns), {})[-1]
    assert [getattr(row, column.name) for column in Organisation.__table__.columns] == list(kept)


@pytest.fixture
def undone(app):
    """A row of an act that was rolled back, which somebody still holds; SQLite gives its key out again."""
    row = Organisation(name="Never there")
    with pytest.raises(ZeroDivisionError), transaction():
        write(row)
        raise ZeroDivisionError
    return row


def key_of(row):
    """The key that a row had, which an undone row cannot be asked for any more."""
    return inspect(row).identity[0]


def row_under(undone):
    """What the database has under its key by now."""
    [row] = driver_rows(select(*columns(Organisation)).where(Organisation.id == key_of(undone)), {})
    return row


@pytest.mark.databases("sqlite")
def test_a_new_row_takes_the_place_of_one_that_was_undone_with_its_key(undone, watch):
    with transaction():
        row = write(Organisation(name="There"))
        told(watch.now())
    assert row.id == key_of(undone)
    assert db.session.get(Organisation, row.id) is row
    assert undone not in db.session


@pytest.mark.databases("sqlite")
def test_what_is_made_of_a_row_is_never_one_that_was_undone_with_its_key(undone, watch):
    with transaction():
        there = write(Organisation(name="There"))
        told(watch.now())
    assert made(Organisation, row_under(undone)) is by_key(Organisation, there.id) is there
    assert (undone in db.session, there.name) == (False, "There")


@pytest.mark.databases("sqlite")
def test_what_is_made_of_a_row_that_others_wrote_under_an_undone_key_is_as_they_wrote_it(undone, watch):
    with transaction():
        put(Organisation, insert(Organisation), {"name": "Of others"})
        told(watch.now())
    assert made(Organisation, row_under(undone)).name == "Of others"


def test_a_row_whose_versions_are_counted_is_left_to_the_session(app):
    with pytest.raises(TypeError, match="versions"):
        write(Site(name="Elsewhere", zone="UTC"))


def test_a_row_by_its_key_is_the_one_that_the_session_has(app, place):
    db.session.remove()
    with counting_queries() as n:
        found = by_key(Place, place)
        assert (found is by_key(Place, place), found is db.session.get(Place, place)) == (True, True)
    assert len(n) == 1, n
    db.session.expire_all()
    assert {c.key: getattr(found, c.key) for c in Place.__table__.columns}["id"] == place
    assert (by_key(Place, 0), by_key(Place, place) is found) == (None, True)
    with pytest.raises(LookupError):
        known(Place, 0)


def test_an_object_made_of_a_row_is_what_the_mapper_makes_and_is_changed_like_it(app, place, watch):
    db.session.remove()
    found = by_key(Place, place)
    ours = {column.key: getattr(found, column.key) for column in Place.__table__.columns}
    db.session.remove()
    theirs = db.session.get(Place, place)
    assert ours == {column.key: getattr(theirs, column.key) for column in Place.__table__.columns}
    db.session.remove()
    with transaction():
        by_key(Place, place).name = "Renamed"
        told(watch.now())
    db.session.remove()
    assert db.session.get(Place, place).name == "Renamed"


@pytest.fixture
def place(app, cast, watch):
    return db.session.scalar(db.select(Place.id).order_by(Place.id).limit(1))
