"""What the tests of this room share: a table to write to, and somebody who writes."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask

from formulary.accounts import Operator
from formulary.db import db

BY = Operator("the tests", person_id=1)


@pytest.fixture
def at_once(app: Flask) -> Callable[..., list[Any]]:
    """Call something in several threads, each with a session of its own; answers or exceptions, in order."""

    def call(what: Callable[[int], Any], times: int) -> list[Any]:
        def one(number: int) -> Any:
            with app.app_context():
                try:
                    return what(number)
                except Exception as fault:
                    return fault
                finally:
                    db.session.remove()

        with ThreadPoolExecutor(times) as pool:
            return list(pool.map(one, range(times)))

    return call
