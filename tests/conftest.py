"""The fixtures of every test; what they are made of is in `tests/support`."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, sync_playwright

from formulary import clock
from formulary.app import create_app
from formulary.config import Settings
from formulary.db import db
from tests.support.browser import launch
from tests.support.builders.base import NUMBERS
from tests.support.client import Client
from tests.support.databases import KINDS, Database
from tests.support.remembered import remember_password_checks
from tests.support.snapshots import at_rest
from tests.support.watch import Watch
from tests.support.world import FILLED, Cast, fill, settings_for

SLOWEST_FIRST = ("tests/journeys", "tests/bench")


def pytest_configure(config: pytest.Config) -> None:
    """Name the marks that tests may carry; collect garbage less often, of what the tests themselves made."""
    remember_password_checks()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)
    config.addinivalue_line("markers", "databases(*names): run on these alone, with the reason in a comment")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the longest stories, so that two workers end together."""
    items.sort(key=lambda item: not item.nodeid.startswith(SLOWEST_FIRST))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run every database test on both databases."""
    if "database" in metafunc.fixturenames:
        mark = metafunc.definition.get_closest_marker("databases")
        metafunc.parametrize("database", mark.args if mark else list(KINDS), indirect=True)


@pytest.fixture(scope="session")
def _stores() -> Iterator[dict[str, tuple[Database, Flask]]]:
    """The databases this worker has needed so far, each with the app that serves it."""
    stores: dict[str, tuple[Database, Flask]] = {}
    yield stores
    for store, app in stores.values():
        dispose(app)
        store.close()


@pytest.fixture
def database(request: pytest.FixtureRequest, _stores: dict[str, tuple[Database, Flask]]) -> Database:
    """SQLite and then PostgreSQL: migrated, with the cast and the noise in it, nothing else."""
    kind: str = request.param
    if kind not in _stores:
        made = KINDS[kind](fill)
        _stores[kind] = made, create_app(settings_for(made.url))
    store, app = _stores[kind]
    with app.app_context():
        at_rest(store)
    store.reset()
    NUMBERS.last = FILLED
    return store


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser per worker, without a window; a test opens a context of its own in it."""
    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser
        browser.close()


@pytest.fixture
def watch() -> Iterator[Watch]:
    """The clock of the test: stands at noon UTC, 24 Nov 2026, until it is moved."""
    hands = Watch()
    with clock.reading(hands.now):
        yield hands


@pytest.fixture
def app(database: Database, watch: Watch, _stores: dict[str, tuple[Database, Flask]]) -> Iterator[Flask]:
    """The app on a fresh database, inside an application context, with the clock standing."""
    application = _stores[database.name][1]
    with application.app_context():
        yield application
        db.session.remove()


@pytest.fixture
def make_app(database: Database, watch: Watch) -> Iterator[Callable[..., Flask]]:
    """Make another app on the same database with other settings: `make_app(idle_minutes=5)`."""
    made: list[Flask] = []

    def make(**changes: Any) -> Flask:
        settings: Settings = replace(settings_for(database.url), **changes)
        made.append(create_app(settings))
        return made[-1]

    yield make
    for application in made:
        dispose(application)


@pytest.fixture
def cast(app: Flask) -> Cast:
    """Two sites and somebody of every role: `cast.site`, `cast.actor("practitioner")`."""
    return Cast()


@pytest.fixture
def client(app: Flask) -> Client:
    """A browser that checks every page it opens; nobody is signed in."""
    return Client(app)


@pytest.fixture
def clients(app: Flask) -> Callable[[str], Client]:
    """A browser per person: `clients("pharmacist")` is signed in, and the same one each time."""
    opened: dict[str, Client] = {}

    def of(username: str) -> Client:
        if username not in opened:
            opened[username] = Client(app).login(username)
        return opened[username]

    return of


def dispose(app: Flask) -> None:
    """Close the connections of an app."""
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
