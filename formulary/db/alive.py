"""Whether a connection still stands is asked where it has rested or has something to say, not each time."""

import select
import time
from functools import partial
from typing import Any

from sqlalchemy import Dialect, Engine, event
from sqlalchemy.exc import InvalidatePoolError

RESTED = 1
"""Seconds: nobody's time-out cuts off what served a moment ago."""


def ask_after_a_rest(engine: Engine) -> None:
    """Let the engine ask a connection that has rested before it is used; all are made anew where one is gone.

    A file has nobody to ask.
    """
    if engine.dialect.name == "postgresql":
        event.listen(engine, "checkin", _rests)
        event.listen(engine, "checkout", partial(_stands, engine.dialect))


def _rests(_connection: Any, record: Any) -> None:
    record.info["rests_since"] = time.monotonic()


def _stands(dialect: Dialect, connection: Any, record: Any, _proxy: Any) -> None:
    since = record.info.get("rests_since")
    try:
        if since is not None and (time.monotonic() - since >= RESTED or _has_word(connection)):
            dialect.do_ping(connection)
    except dialect.loaded_dbapi.Error as gone:
        raise InvalidatePoolError from gone


def _has_word(connection: Any) -> bool:
    """Whether the server has said something unasked: most often that it ends."""
    waiting = select.poll()
    waiting.register(connection.fileno(), select.POLLIN)
    return bool(waiting.poll(0))
