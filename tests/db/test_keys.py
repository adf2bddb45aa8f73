"""`@once`: a double click acts once, and answers like the first."""

from dataclasses import dataclass

import pytest

from formulary import audit
from formulary.accounts import Operator
from formulary.accounts.models import Person
from formulary.db import Misuse, RequestKey, db, once, retried, transaction
from formulary.db.keys import told_as
from formulary.rules.findings import Refused
from tests.db.conftest import BY

KEY = "k" * 24


@once
def add_person(name, *, at, by):
    """An act as rooms have them."""
    person = Person(name=name, organisation_id=1)
    db.session.add(person)
    db.session.flush()
    audit.record("people.add", person, by=by, at=at)
    return person


@once
def greet_person(name, *, at, by):
    """Another act."""
    return add_person(name, at=at, by=by)


def add(watch, name="Ines Faure", key=KEY, by=BY, act=add_person):
    with transaction():
        return act(name, at=watch.now(), by=by, key=key).id


def named(name):
    return db.session.scalar(db.select(db.func.count(Person.id)).filter_by(name=name))


def test_the_same_key_again_answers_with_the_row_of_the_first_time(app, watch):
    assert add(watch) == add(watch)
    assert named("Ines Faure") == 1


def test_the_same_key_with_something_else_is_refused_and_not_told_done(app, watch):
    add(watch)
    with pytest.raises(Refused) as refused:
        add(watch, name="Another")
    assert [f.code for f in refused.value.findings] == ["form.key_reused"]
    assert (named("Ines Faure"), named("Another")) == (1, 0)


@dataclass(frozen=True)
class Parts:
    """What an act may be told in one piece."""

    amounts: tuple[int, ...]
    words: frozenset[str] = frozenset()


class Speechless:
    """What has no words of its own."""


@pytest.mark.parametrize(
    ("one", "same"),
    [
        (Parts((1, 2), frozenset({"a", "b"})), Parts((1, 2), frozenset({"b", "a"}))),
        ({"a": 1, "b": [2]}, {"b": [2], "a": 1}),
        (Speechless(), Speechless()),
    ],
)
def test_the_same_is_said_in_the_same_words(one, same):
    assert told_as(one) == told_as(same)


@pytest.mark.parametrize(
    ("one", "other"),
    [(1, 2), (1, "1"), (0, None), ((1, 2), (2, 1)), ({"a": 1}, {"a": 2}), (Parts((1,)), Parts((2,)))],
)
def test_something_else_is_said_in_other_words(one, other):
    assert told_as(one) != told_as(other)


def test_a_row_is_told_by_its_key(app):
    one, other = db.session.scalars(db.select(Person).limit(2))
    assert told_as(one) == told_as(db.session.get(Person, one.id)) != told_as(other)


def test_another_key_acts_again(app, watch):
    assert add(watch) != add(watch, key="l" * 24)
    assert named("Ines Faure") == 2


def test_without_a_key_every_call_acts(app, watch):
    assert add(watch, key=None) != add(watch, key=None)


def test_another_person_cannot_use_the_key(app, watch):
    add(watch)
    with pytest.raises(Refused) as refused:
        add(watch, by=Operator("another", person_id=2))
    assert [f.code for f in refused.value.findings] == ["form.key_reused"]


def test_another_act_cannot_use_the_key(app, watch):
    add(watch)
    with pytest.raises(Refused) as refused:
        add(watch, act=greet_person)
    assert [f.code for f in refused.value.findings] == ["form.key_reused"]


def test_an_act_that_failed_leaves_its_key_free(app, watch):
    with pytest.raises(ZeroDivisionError), transaction():
        add_person("Ines Faure", at=watch.now(), by=BY, key=KEY)
        raise ZeroDivisionError
    add(watch)
    assert named("Ines Faure") == 1


def test_the_key_knows_its_act_and_its_row(app, watch):
    number = add(watch)
    row = db.session.scalars(db.select(RequestKey)).one()
    assert (row.action, row.person_id, row.row_table, row.row_id) == ("add_person", 1, "person", number)


def test_a_repeat_beside_an_unaudited_change_does_not_cover_it(app, watch):
    add(watch)
    with pytest.raises(Misuse, match="without an audit entry"), transaction():
        add_person("Ines Faure", at=watch.now(), by=BY, key=KEY)
        db.session.add(Person(name="Unseen", organisation_id=1))


def test_of_many_clicks_at_once_one_acts_and_all_get_its_row(app, watch, at_once):
    click = retried(lambda _number: add(watch))
    answers = at_once(click, 8)
    assert len(set(answers)) == 1, answers
    assert isinstance(answers[0], int)
    assert named("Ines Faure") == 1
