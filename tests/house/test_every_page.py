"""The demo clinic walked through by every role: each page that is linked to is sound, and writes nothing."""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Iterator
from html import unescape
from urllib.parse import urlsplit

import pytest
from flask import Flask
from werkzeug.exceptions import HTTPException

from formulary import clock
from formulary.app import create_app
from formulary.db import db
from tests.conftest import dispose
from tests.house.sources import nothing
from tests.house.test_endpoints import writing_nothing
from tests.support.client import MOVED, Client, local
from tests.support.databases import Database
from tests.support.demo import a_demo
from tests.support.watch import NOON
from tests.support.world import settings_for

TWICE = {"pharmacist", "practitioner"}  # between them they open every page about a row: two of each kind
HREF = re.compile(r'<a\b[^>]*?\bhref="([^"]*)"')
ROLES = ("admin", "pharmacist", "technician", "practitioner", "recall", "auditor", "practitioner3")


@pytest.fixture
def demo(database: Database) -> Iterator[Flask]:
    """The app on a database with the demo clinic."""
    app = create_app(settings_for(a_demo(database)))
    with app.app_context(), clock.frozen(NOON):
        yield app
    dispose(app)


def walk(app: Flask, client: Client) -> Iterator[str]:
    """Follow every link, one or two per endpoint, breadth first; yields what is wrong with what it leads to.

    On PostgreSQL pages are opened and not read: what they show does not depend on the database.
    """
    reads = db.engine.dialect.name == "sqlite"
    most = 2 if reads and client.user in TWICE else 1
    ahead, seen, counted = deque(["/"]), {"/"}, Counter[str]()
    while ahead:
        url = ahead.popleft()
        try:
            links = opened(client, url, reads=reads)
        except AssertionError as fault:
            yield str(fault)
            continue
        for link in links:
            endpoint = endpoint_of(app, link)
            if link not in seen and endpoint != "static" and counted[endpoint] < most:
                seen.add(link)
                counted[endpoint] += 1
                ahead.append(link)


def opened(client: Client, url: str, *, reads: bool) -> list[str]:
    """Open one address; returns where it leads."""
    with writing_nothing(f"GET {url}"):
        answer = client.get(url)
    if answer.status_code in MOVED:
        return [local(answer.location)]
    if answer.status_code != 200:
        raise AssertionError(f"{url} as {client.user} answers {answer.status_code}")
    if answer.mimetype != "text/html":
        return []
    if reads:
        client.read(answer, url, 200)
    base = urlsplit(url).path
    links = [unescape(link) for link in HREF.findall(answer.get_data(as_text=True))]
    found = [link if link.startswith("/") else base + link for link in links if ours(link)]
    return [link.partition("#")[0] for link in found]


def ours(link: str) -> bool:
    """Whether a link leads to a page of the app."""
    return link.startswith(("/", "?")) and not link.startswith("//")


def endpoint_of(app: Flask, link: str) -> str:
    """The endpoint that answers a path; the path itself where none does."""
    try:
        endpoint, _ = app.url_map.bind("localhost").match(urlsplit(link).path)
    except HTTPException:
        return link
    return str(endpoint)


def test_every_page_of_the_demo_is_sound_for_every_role(demo: Flask) -> None:
    faults = {name: list(walk(demo, Client(demo).login(name))) for name in ROLES}
    db.session.remove()
    nothing(f"{name}: {fault}" for name, found in faults.items() for fault in found)
