"""Whose turn it is to write to SQLite: the acts of all processes stand in a line that the system keeps.

SQLite lets everybody who waits look again after a sleep of up to 100 ms: meanwhile the database stands free,
and whoever wrote last is mostly the next to write. Here only the first in the line looks, and looks often;
the others sleep until they are the first. A process that ends, however it ends, leaves the line.
"""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from fcntl import LOCK_EX, LOCK_NB, LOCK_UN, flock

from sqlalchemy import Engine

PATIENCE_S = 5
LOOKS_PER_S = 1_000
BESIDE = ("-turn", "-line")
"""What stands beside the file of the database: two files of nothing."""


@contextmanager
def in_turn(engine: Engine) -> Iterator[None]:
    """Wait in line for this database and keep the turn to the end of the block; on PostgreSQL nobody waits.

    Who has stood for PATIENCE_S goes on all the same: SQLite then says itself that it is taken, as it does
    where something writes that stands in no line. So nobody waits for ever behind an act that hangs.
    """
    file = engine.url.database
    if engine.dialect.name != "sqlite" or not file:
        yield
        return
    until = time.monotonic() + PATIENCE_S
    with _open(file + BESIDE[0]) as turn:
        with _open(file + BESIDE[1]) as line:
            flock(line, LOCK_EX)
            while not _is_taken(turn) and time.monotonic() < until:
                time.sleep(1 / LOOKS_PER_S)
        yield


def _is_taken(turn: int) -> bool:
    """Whether the turn is ours now."""
    try:
        flock(turn, LOCK_EX | LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextmanager
def _open(name: str) -> Iterator[int]:
    """A file of nothing beside the database: SQLite's own locks would go with a handle on its file."""
    handle = os.open(name, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        yield handle
    finally:
        flock(handle, LOCK_UN)  # at once, also where another process was begun meanwhile
        os.close(handle)
