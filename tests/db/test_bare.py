"""The driver's own rows: counted like those of any statement, and what fails is told by SQLAlchemy."""

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from formulary.audit.models import AuditEntry
from formulary.db import bare, db
from formulary.db.bare import driver_rows, plain_rows
from formulary.db.prepared import value, values, whole, word, words
from formulary.db.types import instant
from tests.support.counting import counting_queries

ENTRY = AuditEntry.__table__.c
SINCE = select(ENTRY.id, ENTRY.at).where(ENTRY.at >= value("since"), ENTRY.id > 0).order_by(ENTRY.id)


def test_the_rows_are_those_of_the_same_statement(app: Flask, cast: object) -> None:
    first = db.session.execute(select(ENTRY.at).order_by(ENTRY.id)).scalars().first()
    with counting_queries() as sent:
        found = driver_rows(SINCE, {"since": first})
    assert len(sent) == 1, sent
    expected = [tuple(row) for row in db.session.execute(SINCE, {"since": first})]
    assert [(number, instant(at)) for number, at in found] == expected
    assert expected


OF = select(ENTRY.id, ENTRY.at, ENTRY.new).where(ENTRY.id.in_(values("keys"))).order_by(ENTRY.id)


@pytest.mark.parametrize("keys", [[], [1], [2, 1, 3]])
def test_plain_rows_are_read_as_their_columns_say_for_lists_of_any_length(
    app: Flask, cast: object, keys: list[int]
) -> None:
    expected = [tuple(row) for row in db.session.execute(OF, {"keys": keys})]
    assert plain_rows(OF, {"keys": keys}) == expected
    assert [row[0] for row in expected] == sorted(keys)


def test_what_goes_wrong_is_told_as_everywhere(app: Flask) -> None:
    with pytest.raises(DBAPIError) as told:
        driver_rows(select(text("something")).select_from(text("nowhere")), {})
    assert "nowhere" in str(told.value.orig)


def test_after_a_fault_the_connection_answers_the_next(app: Flask, cast: object) -> None:
    keys = [row[0] for row in driver_rows(OF, {"keys": [1, 2]})]
    with pytest.raises(DBAPIError):
        driver_rows(select(text("something")).select_from(text("nowhere")), {})
    db.session.rollback()
    assert [row[0] for row in driver_rows(OF, {"keys": [1, 2]})] == keys == [1, 2]


def test_a_connection_keeps_one_cursor_and_no_long_answer(
    app: Flask, cast: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bare, "MOST_ROWS", 1)
    kept = db.session.connection().info
    driver_rows(OF, {"keys": [1]})
    first = kept[bare.OWN_CURSOR]
    driver_rows(OF, {"keys": [2]})
    assert kept[bare.OWN_CURSOR] is first
    driver_rows(OF, {"keys": [1, 2]})
    assert bare.OWN_CURSOR not in kept
    assert len(driver_rows(OF, {"keys": [1, 2]})) == 2


# SQLite has no connection that others can end.
@pytest.mark.databases("postgresql")
def test_a_connection_that_was_ended_is_told_as_gone(app: Flask) -> None:
    ours = db.session.scalar(text("SELECT pg_backend_pid()"))
    with db.engine.connect() as another:
        another.execute(text("SELECT pg_terminate_backend(:ours, 5000)"), {"ours": ours})
    with pytest.raises(DBAPIError) as told:
        driver_rows(SINCE, {"since": None})
    assert told.value.connection_invalidated
    db.session.rollback()
    assert driver_rows(SINCE, {"since": None}) == []


@pytest.mark.databases("sqlite")  # what stands in a statement does not depend on the database
@pytest.mark.parametrize("text", ["", "it's", "two words", "été", "a;b", "%s"])
def test_only_plain_words_of_ours_stand_in_the_text_of_a_statement(app, text):
    told = [str(column) for column in (*words("in_use", "storage"), whole(7))]
    assert told == ["'in_use'", "'storage'", "7"]
    with pytest.raises(ValueError, match="No word of ours"):
        word(text)
