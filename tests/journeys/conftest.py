"""The rig of the journeys: the app on a port, Chromium, and a person at it per name."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser

from formulary.db import db
from tests.support.browser import DESK, Person, shots_folder
from tests.support.road import clinic, formula, patient, ready  # noqa: F401 - fixtures
from tests.support.server import serving

Browse = Callable[..., Person]


@pytest.fixture
def served(app: Flask) -> Iterator[str]:
    """The address at which the app of this test answers; its clock is `watch`."""
    with serving(app) as address:
        yield address


@pytest.fixture
def browse(served: str, chromium: Browser) -> Iterator[Browse]:
    """Seat a person: `browse("pharmacist")` is signed in, and the same one each time; "" is a stranger.

    At the first call `screen=PHONE` gives a small screen and `scripts=False` a browser without JavaScript.
    Pages are looked at by axe-core on SQLite alone: what they show does not depend on the database.
    """
    people: dict[str, Person] = {}

    def seat(name: str = "", screen: tuple[int, int] = DESK, scripts: bool = True) -> Person:
        if name not in people:
            folder = shots_folder()
            people[name] = somebody(chromium, served, folder, name=name, screen=screen, scripts=scripts)
            people[name].audits = db.engine.dialect.name == "sqlite"
            if name:
                people[name].sign_in()
        return people[name]

    yield seat
    faults = {person.name: person.faults for person in people.values() if person.faults}
    for person in people.values():
        person.context.close()
    assert faults == {}


def somebody(
    browser: Browser,
    address: str,
    shots: Path | None,
    *,
    name: str = "",
    screen: tuple[int, int] = DESK,
    scripts: bool = True,
) -> Person:
    """A person with an empty browser."""
    viewport = {"width": screen[0], "height": screen[1]}
    return Person(name, address, browser.new_context(viewport=viewport, java_script_enabled=scripts), shots)
