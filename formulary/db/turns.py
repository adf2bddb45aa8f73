"""Whose turn it is to write to SQLite: the acts of all processes stand in a line that the system keeps.

SQLite lets everybody who waits look again after a sleep of up to 100 ms: meanwhile the database stands free,
and whoever wrote last is mostly the next to write. Here only the first in the line looks, and looks often;
the others sleep until they are the first. A process that ends, however it ends, leaves the line.
"""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from fcntl import LOCK_EX, LOCK_NB, LOCK_UN, flock
from stat import S_IMODE

from sqlalchemy import Engine

PATIENCE_S = 5
LOOKS_PER_S = 1_000
BESIDE = ("-turn", "-line")
"""What stands beside the file of the database: two files of nothing."""
OWNER_ALONE, ROOT = 0o600, 0


@contextmanager
def in_turn(engine: Engine) -> Iterator[None]:
    """Wait in line for this database and keep the turn to the end of the block; on PostgreSQL nobody waits.

    Who has stood for PATIENCE_S goes on all the same: SQLite then says itself that it is taken, as it does
    where something writes that stands in no line. So nobody waits for ever behind an act that hangs.
    """
    file = engine.url.database
    if engine.dialect.name != "sqlite" or not file or file == ":memory:":
        yield
        return
    until = time.monotonic() + PATIENCE_S
    with _open(file, BESIDE[0]) as turn:
        with _open(file, BESIDE[1]) as line:
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
def _open(file: str, beside: str) -> Iterator[int]:
    """A file of nothing beside the database: SQLite's own locks would go with a handle on its file."""
    handle = os.open(file + beside, os.O_RDONLY | os.O_CREAT, OWNER_ALONE)
    try:
        _as_open_as(file, handle)
        yield handle
    finally:
        flock(handle, LOCK_UN)  # at once, also where another process was begun meanwhile
        os.close(handle)


def _as_open_as(file: str, handle: int) -> None:
    """Whoever may write to the database may stand in its line, also where root was the first to: SQLite does
    the same for the files that it puts beside it.
    """
    with suppress(FileNotFoundError, PermissionError):
        like, own = os.stat(file), os.fstat(handle)
        if S_IMODE(own.st_mode) != S_IMODE(like.st_mode):
            os.fchmod(handle, S_IMODE(like.st_mode))
        if own.st_uid != like.st_uid and os.geteuid() == ROOT:
            os.fchown(handle, like.st_uid, like.st_gid)
