"""The pager: every row once, in order, also while rows are added, and no token makes a fault."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from formulary.db import UtcDateTime, db
from formulary.web.paging import Page, Window, page, token, values_of

START = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)


class Shelf(DeclarativeBase):
    """A base apart from the app's, so that its tables never enter a migration."""


class Thing(Shelf):
    __tablename__ = "thing"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    on: Mapped[date]


BY = (Thing.at, Thing.id)


@pytest.fixture
def shelf(tmp_path: Path) -> Any:
    app = Flask("shelf")
    app.config["SQLALCHEMY_DATABASE_URI"] = f"sqlite:///{tmp_path}/shelf.db"
    db.init_app(app)
    with app.app_context():
        Shelf.metadata.create_all(db.engine)
        put(range(1, 24))
        yield
        db.session.remove()
        db.engine.dispose()


def put(numbers: Any) -> None:
    rows = [{"id": n, "at": START + timedelta(hours=n // 3), "on": START.date()} for n in numbers]
    with db.engine.begin() as connection:
        connection.execute(Thing.__table__.insert(), rows)


def ids(found: Page) -> list[int]:
    return [row.id for row in found]


def show(window: Window | None = None, **more: Any) -> Page:
    return page(select(Thing), BY, window=window, size=10, **more)


def test_the_first_page_leads_only_to_older_rows(shelf: None) -> None:
    first = show()
    assert ids(first) == list(range(23, 13, -1))
    assert (bool(first.newer), bool(first.older), len(first)) == (False, True, 10)


def test_walking_down_and_up_again_meets_every_row_once(shelf: None) -> None:
    first = show()
    second = show(Window(after=first.older))
    third = show(Window(after=second.older))
    assert ids(first) + ids(second) + ids(third) == list(range(23, 0, -1))
    assert (bool(third.newer), bool(third.older)) == (True, False)
    assert ids(show(Window(before=third.newer))) == ids(second)
    assert ids(show(Window(before=second.newer))) == ids(first)
    assert not show(Window(before=second.newer)).newer


def test_rows_that_come_meanwhile_move_nothing(shelf: None) -> None:
    first = show()
    put(range(24, 40))
    assert ids(show(Window(after=first.older))) == list(range(13, 3, -1))


def test_oldest_first(shelf: None) -> None:
    first = show(newest_first=False)
    assert ids(first) == list(range(1, 11))
    assert ids(show(Window(after=first.older), newest_first=False)) == list(range(11, 21))


def test_a_select_keeps_its_own_conditions(shelf: None) -> None:
    found = page(select(Thing).where(Thing.id < 5), BY)
    assert ids(found) == [4, 3, 2, 1]
    assert not found.older


def test_an_empty_list_has_no_pager(shelf: None) -> None:
    assert show(Window(after=token(Thing(id=0, at=START, on=START.date()), BY))) == Page([])


BAD = [
    "x",
    "!!!",
    "W10",
    "WzFd",
    "bnVsbA",
    "eyJhIjoxfQ",
    "W3RydWUsMV0",
    "A" * 500,
    "WzEsWzJdXQ",
    "W3siYXQiOiJ4In0sMV0",
    "é",
]


@pytest.mark.parametrize("bad", BAD)
def test_a_token_that_is_none_means_the_top(shelf: None, bad: str) -> None:
    assert ids(show(Window(after=bad))) == list(range(23, 13, -1))
    assert ids(show(Window(before=bad))) == list(range(23, 13, -1))


@given(st.text(max_size=80))
def test_no_text_makes_a_fault(text: str) -> None:
    assert values_of(text, 2) is None or len(values_of(text, 2) or []) == 2


def test_a_token_carries_dates_and_instants() -> None:
    row = Thing(id=7, at=START, on=date(2026, 1, 2))
    assert values_of(token(row, (Thing.at, Thing.on, Thing.id)), 3) == [START, date(2026, 1, 2), 7]


def test_a_number_no_database_holds_is_no_key() -> None:
    assert values_of(token(Thing(id=2**63, at=START, on=START.date()), BY), 2) is None


def test_a_window_is_read_from_the_address() -> None:
    assert Window.of({"after": "a", "page": "9"}) == Window(after="a")
