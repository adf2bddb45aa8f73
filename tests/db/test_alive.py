"""A connection is asked whether it stands where it has rested or has a word to say, and not each time."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import text

from formulary.db import alive, db

# SQLite has no server that could end a connection.
pytestmark = pytest.mark.databases("postgresql")
OURS = text("SELECT pg_backend_pid()")
LAST = text("SELECT query FROM pg_stat_activity WHERE pid = :ours")


@pytest.fixture
def taken_again(app: Flask) -> Callable[[], str]:
    """What the server heard last from a connection that was given back and taken again, and asked nothing."""

    def take() -> str:
        with db.engine.connect() as other, db.engine.connect() as once:
            ours = once.execute(OURS).scalar_one()
            once.close()
            with db.engine.connect():
                return str(other.execute(LAST, {"ours": ours}).scalar_one())

    return take


def test_one_that_served_just_now_is_not_asked(taken_again, monkeypatch) -> None:
    monkeypatch.setattr(alive, "RESTED", 3600)
    assert taken_again() == "ROLLBACK"


def test_one_that_has_rested_is_asked(taken_again, monkeypatch) -> None:
    monkeypatch.setattr(alive, "RESTED", 0)
    assert taken_again() == ";"


@pytest.mark.parametrize("rested", [0, 3600])
def test_one_that_was_ended_meanwhile_is_made_anew(app: Flask, rested: int, monkeypatch) -> None:
    monkeypatch.setattr(alive, "RESTED", rested)
    with db.engine.connect() as other, db.engine.connect() as once:
        gone = once.execute(OURS).scalar_one()
        once.close()
        other.execute(text("SELECT pg_terminate_backend(:gone, 5000)"), {"gone": gone})
        with db.engine.connect() as anew:
            assert anew.execute(OURS).scalar_one() not in (gone, other.execute(OURS).scalar_one())
