"""What the tests of the commands share: an environment with an empty database, and the command run in it."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from click.testing import CliRunner, Result
from flask import Flask

from formulary.cli import main
from formulary.db import db
from tests.conftest import dispose
from tests.support.databases import Database
from tests.support.watch import Watch

SECRET = "s" * 40


@pytest.fixture
def environ(database: Database, watch: Watch, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Settings of a clinic that does not exist yet."""
    values = {
        "FORMULARY_DATABASE_URL": database.empty("fresh"),
        "FORMULARY_SECRET_KEY": SECRET,
        "FORMULARY_LEDGER_KEY": "l" * 40,
    }
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    return values


@pytest.fixture
def formulary(environ: dict[str, str], made_apps: list[Flask]) -> Callable[..., Result]:
    """Run a command in this environment: `formulary("user", "list")`."""

    def run(*arguments: str, status: int = 0, **more: Any) -> Result:
        result = CliRunner().invoke(main, arguments, **more)
        assert result.exit_code == status, (result.output, result.exception)
        return result

    return run


@pytest.fixture
def made_apps(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Flask]]:
    """The apps that commands made, whose connections are closed at the end."""
    made: list[Flask] = []
    real = db.init_app

    def remember(app: Flask) -> None:
        made.append(app)
        real(app)

    monkeypatch.setattr(db, "init_app", remember)
    yield made
    for app in made:
        dispose(app)


@pytest.fixture
def clinic(
    formulary: Callable[..., Result], environ: dict[str, str], database: Database, made_apps: list[Flask]
) -> Result:
    """A clinic that was just set up: by the command at first, by a copy of what it left ever after."""
    kept: dict[str, Any] = database.__dict__.setdefault("just_set_up", {})
    fresh = environ["FORMULARY_DATABASE_URL"]
    if kept:
        database.copied(kept["url"], fresh)
    else:
        kept["said"] = set_up(formulary)
        for app in made_apps:
            dispose(app)
        kept["url"] = database.empty("just_set_up")
        database.copied(fresh, kept["url"])
    return kept["said"]


def set_up(formulary: Callable[..., Result]) -> Result:
    """Run the command that makes a clinic."""
    return formulary(
        "init", "--organisation", "Les Tilleuls", "--site", "Paris", "--zone", "Europe/Paris",
        "--decimal-mark", ",", "--username", "a.bernard", "--name", "Alix Bernard",
    )  # fmt: skip
