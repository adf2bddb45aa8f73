"""What the tests of this room share: browsers that enter without leaving the room."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from flask import Flask

from formulary.accounts.guards import COOKIE
from tests.support import at_once as threads
from tests.support.builders.accounts import PASSWORD
from tests.support.client import Client

SIGN_IN = "/accounts/sign-in"
DOOR = f"{SIGN_IN}?next=/accounts/me"


def enter(browser: Client, username: str, password: str = PASSWORD) -> Client:
    """Sign in and stay in this room."""
    browser.post_ok(DOOR, {"username": username, "password": password})
    browser.user = username
    return browser


def cookie(browser: Client, name: str = COOKIE) -> str:
    """The value of a cookie that the browser keeps, or nothing."""
    found = browser.browser.get_cookie(name)
    return found.value if found else ""


def copy_of(browser: Client) -> Client:
    """Another browser into which somebody copied the cookies."""
    other = Client(browser.app)
    for name in (COOKIE, "__Host-csrf"):
        other.browser.set_cookie(name, cookie(browser, name))
    return other


def is_inside(browser: Client) -> bool:
    """Whether the browser's session holds."""
    return browser.get("/accounts/me").status_code == 200


@pytest.fixture
def signed_in(app: Flask) -> Callable[..., Client]:
    """A new browser in which this person is signed in."""
    return lambda username, password=PASSWORD: enter(Client(app), username, password)


@pytest.fixture
def at_once(app: Flask) -> Callable[..., list[Any]]:
    """Call something in several threads: `at_once(act, 6)`."""
    return partial(threads.at_once, app)
