"""Several threads at once, each with a session of its own."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from flask import Flask

from formulary.db import db


def at_once(app: Flask, what: Callable[[int], Any], times: int) -> list[Any]:
    """Call `what(0)`, `what(1)` … in as many threads; answers or exceptions, in order."""

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
