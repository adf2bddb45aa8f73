"""`formulary upgrade`: tables on both databases, and a copy of a SQLite file before it changes."""

import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from formulary.cli import upgrade
from formulary.config import load


def folder(environ):
    return load(environ).sqlite_file.parent


def set_back(environ):
    """Let the database believe that it is at an earlier version."""
    engine = create_engine(load(environ).sqlalchemy_url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    engine.dispose()


def test_it_makes_the_tables(formulary):
    assert formulary("upgrade").output.startswith("The tables are at ")
    assert formulary("user", "list").stdout == ""


def test_a_second_time_there_is_nothing_to_do(formulary):
    formulary("upgrade")
    assert formulary("upgrade").output.startswith("The tables are up to date (")


def test_before_it_every_command_says_what_to_run(formulary):
    assert "formulary" in formulary("user", "list", status=1).output
    assert formulary("serve", status=1).output.strip().endswith(("formulary upgrade", "formulary init"))


# A file is what is kept private and copied here.
@pytest.mark.databases("sqlite")
def test_the_file_and_its_folder_are_this_users_alone(formulary, environ, monkeypatch):
    file = folder(environ) / "of" / "ours" / "clinic.db"
    monkeypatch.setenv("FORMULARY_DATABASE_URL", f"sqlite:///{file}")
    formulary("upgrade")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


# As above.
@pytest.mark.databases("sqlite")
def test_a_file_with_data_is_copied_first(clinic, formulary, environ, monkeypatch):
    set_back(environ)
    monkeypatch.setattr(upgrade, "upgrade", lambda: None)
    output = formulary("upgrade").output
    copy = Path(output.splitlines()[0].removeprefix("A copy of the file as it was: "))
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    with closing(sqlite3.connect(copy)) as connection:
        assert connection.execute("SELECT name FROM organisation").fetchall() == [("Les Tilleuls",)]
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


# As above.
@pytest.mark.databases("sqlite")
def test_a_new_file_is_not(formulary, environ):
    formulary("upgrade")
    formulary("upgrade")
    assert [path.suffix for path in folder(environ).glob("*.db")] == [".db"]


# As above.
@pytest.mark.databases("sqlite")
def test_a_place_where_no_file_can_be_is_told(formulary, monkeypatch):
    monkeypatch.setenv("FORMULARY_DATABASE_URL", "sqlite:////proc/none/of/this.db")
    assert "/proc/none/of/this.db cannot be made" in formulary("upgrade", status=1).output


def test_a_version_that_is_not_this_ones_is_not_served(clinic, formulary, environ):
    set_back(environ)
    result = formulary("serve", status=1)
    assert "The tables are at 0000, not " in result.output
