"""What the tests of this room share: browsers that enter without leaving the room."""

from collections.abc import Callable

import pytest
from flask import Flask

from tests.support.builders.accounts import PASSWORD
from tests.support.client import Client

DOOR = "/accounts/sign-in?next=/accounts/me"


def enter(browser: Client, username: str, password: str = PASSWORD) -> Client:
    """Sign in and stay in this room."""
    browser.post_ok(DOOR, {"username": username, "password": password})
    browser.user = username
    return browser


@pytest.fixture
def signed_in(app: Flask) -> Callable[[str], Client]:
    """A new browser in which this person is signed in."""
    return lambda username: enter(Client(app), username)
