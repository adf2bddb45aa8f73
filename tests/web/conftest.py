"""What the tests of `web` share: the small house, a client in it, and a browser before it."""

import threading
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Browser, ConsoleMessage, Page
from werkzeug.serving import make_server

from tests.web.house import make_app


@pytest.fixture
def app() -> Flask:
    """The small house, without tokens."""
    return make_app(WTF_CSRF_ENABLED=False)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Somebody at the Lyon site."""
    return app.test_client()


@pytest.fixture(scope="module")
def house() -> Iterator[str]:
    """The address at which the small house is served, tokens and all."""
    server = make_server("127.0.0.1", 0, make_app(), threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def browser(chromium: Browser) -> Browser:
    """Chromium without a window: one per worker, for two cannot run beside each other."""
    return chromium


@pytest.fixture
def page(browser: Browser, house: str) -> Iterator[Page]:
    """A window in which any fault of a script or of the content policy fails the test."""
    context = browser.new_context(base_url=house, viewport={"width": 1280, "height": 900})
    opened = context.new_page()
    faults: list[str] = []
    opened.on("pageerror", lambda fault: faults.append(str(fault)))
    opened.on("console", lambda said: faults.append(said.text) if _is_ours(said) else None)
    yield opened
    context.close()
    assert faults == []


def _is_ours(said: ConsoleMessage) -> bool:
    """An answer of 422 is one we mean to give, and only a browser asks for /favicon.ico."""
    meant = "422" in said.text or said.location["url"].endswith("/favicon.ico")
    return said.type == "error" and not meant
