"""What the tests of `web` share: the small house, and a client in it."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.web.house import make_app


@pytest.fixture
def app() -> Flask:
    """The small house, without tokens."""
    return make_app(WTF_CSRF_ENABLED=False)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Somebody at the Lyon site."""
    return app.test_client()
