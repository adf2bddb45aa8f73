"""What an act has read it does not read again; no longer than the act, and never past a lock."""

import gc
import weakref

import pytest
from sqlalchemy import text

from formulary import audit
from formulary.accounts.models import Person, Site
from formulary.db import Misuse, db, exclusive, past_orm, read_once, transaction
from formulary.stock.actions.balances import lock
from tests.db.conftest import BY
from tests.support.builders import a_person, a_site
from tests.support.counting import counting_queries

INES, ROCHE = "Ines Faure", "Ines Roche"


def names():
    """Everybody's name, asked as an act asks for what is decided."""
    return read_once(Person, "names", lambda: sorted(db.session.scalars(db.select(Person.name))))


def told(at):
    audit.record("people.look", None, by=BY, at=at)


def renamed_by_another(key):
    """Another session gives the person another name, and commits."""
    with db.engine.connect() as other:
        other.execute(text("UPDATE person SET name = :name WHERE id = :id"), {"name": ROCHE, "id": key})
        other.commit()


@pytest.fixture
def ines(app):
    key = a_person(INES).id
    db.session.remove()
    return key


def test_what_is_asked_twice_is_read_once(ines):
    with transaction(), counting_queries() as n:
        first, again = names(), names()
    assert (INES in first, again == first) == (True, True)
    assert len(n) == 1, n


def test_outside_an_act_it_is_read_each_time(ines):
    with counting_queries() as n:
        names(), names()
    assert len(n) == 2, n


def test_a_row_that_nobody_holds_is_not_read_again(ines):
    with transaction(), counting_queries() as n:
        first, again = (db.session.get(Person, ines).name for _ in range(2))
    assert (first, again) == (INES, INES)
    assert len(n) == 1, n


def test_a_row_that_holds_no_others_stays_at_hand_while_another_table_is_written(ines, watch):
    key = db.session.scalar(db.select(Site.id).limit(1)) or a_site().id
    db.session.remove()
    unseen = db.update(Site).filter_by(id=key).values(zone="Asia/Tokyo")
    with transaction(), counting_queries() as n:
        assert db.session.get(Site, key).zone == "Europe/Paris"
        db.session.add(Person(name=ROCHE, organisation_id=1))
        db.session.flush()
        asked = len(n)
        assert (db.session.get(Site, key).zone, len(n)) == ("Europe/Paris", asked)
        db.session.execute(unseen, execution_options={"synchronize_session": False})
        assert db.session.get(Site, key).zone == "Asia/Tokyo"
        told(watch.now())


@pytest.mark.parametrize(
    ("change", "after"),
    [
        (lambda key: db.session.add(Person(name=ROCHE, organisation_id=1)), [INES, ROCHE]),
        (lambda key: setattr(db.session.get(Person, key), "name", ROCHE), [ROCHE]),
        (lambda key: db.session.execute(db.update(Person).filter_by(id=key).values(name=ROCHE)), [ROCHE]),
        (lambda key: db.session.execute(text("UPDATE person SET name = 'Ines Roche'")), [ROCHE]),
        (lambda key: past_orm(Person).execute(db.update(Person.__table__).values(name=ROCHE)), [ROCHE]),
    ],
    ids=["added", "changed", "changed in bulk", "changed by hand", "changed past the objects"],
)
@pytest.mark.parametrize("flushed", [True, False], ids=["flushed", "not flushed yet"])
def test_what_the_act_writes_itself_is_seen(ines, watch, change, after, flushed):
    def ours():
        return sorted({name for name in names() if name.startswith("Ines")})

    with transaction():
        assert ours() == [INES]
        change(ines)
        if flushed:
            db.session.flush()
        assert ours() == after
        told(watch.now())


def test_a_row_that_nobody_holds_is_read_again_after_a_write(ines, watch):
    """Also where the session is not told of it, and where it may be a list of the row that has grown."""
    one = db.update(Person).filter_by(id=ines).values(name=ROCHE)
    with transaction():
        assert db.session.get(Person, ines).name == INES
        db.session.execute(one, execution_options={"synchronize_session": False})
        assert db.session.get(Person, ines).name == ROCHE
        told(watch.now())


def test_nothing_of_it_reaches_the_next_act(ines):
    with transaction():
        seen = weakref.ref(db.session.get(Person, ines))
        assert INES in names()
    gc.collect()
    assert (seen(), db.session.info) == (None, {})
    renamed_by_another(ines)
    with transaction():
        assert (ROCHE in names(), db.session.get(Person, ines).name) == (True, ROCHE)


def test_nothing_of_an_act_that_failed_reaches_the_next(ines):
    with pytest.raises(ZeroDivisionError), transaction():
        names(), 1 / 0
    renamed_by_another(ines)
    with transaction():
        assert ROCHE in names()


def _lock_the_row(key):
    db.session.scalars(db.select(Person).filter_by(id=key).with_for_update()).one()


LOCKS = {
    "the row": _lock_the_row,
    "another row": lambda _: db.session.scalars(db.select(Person).limit(1).with_for_update()).one(),
    "by a name": lambda _: exclusive("the tests"),
    "a balance": lambda _: lock([]),
}


# On SQLite nobody commits between one's first read and one's last.
@pytest.mark.databases("postgresql")
@pytest.mark.parametrize("take", LOCKS.values(), ids=LOCKS)
def test_after_a_lock_all_is_read_as_another_has_committed_it(ines, take):
    with transaction():
        assert (INES in names(), db.session.get(Person, ines).name) == (True, INES)
        renamed_by_another(ines)
        assert INES in names()
        take(ines)
        assert (ROCHE in names(), db.session.get(Person, ines).name) == (True, ROCHE)


@pytest.mark.databases("postgresql")
@pytest.mark.parametrize("get", [False, True], ids=["selected", "by its key"])
def test_a_row_in_hand_that_is_locked_is_as_another_has_committed_it(ines, get):
    with transaction():
        held = db.session.get(Person, ines)
        assert held.name == INES
        renamed_by_another(ines)
        _ = db.session.get(Person, ines, with_for_update=True) if get else _lock_the_row(ines)
        assert held.name == ROCHE


def test_what_is_changed_and_not_flushed_outlives_a_lock(ines, watch):
    with transaction():
        held = db.session.get(Person, ines)
        held.name = ROCHE
        _lock_the_row(ines)
        assert held.name == ROCHE
        told(watch.now())
    assert db.session.get(Person, ines).name == ROCHE


def test_past_the_orm_an_entry_is_owed_all_the_same(ines):
    one = db.update(Person.__table__).where(Person.__table__.c.id == ines).values(name=ROCHE)
    with pytest.raises(Misuse, match="without an audit entry"), transaction():
        past_orm(Person).execute(one)
    with pytest.raises(Misuse, match="outside"):
        past_orm()
    assert db.session.get(Person, ines).name == INES
