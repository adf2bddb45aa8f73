"""Several processes that read one instant at once: a proof of millions of rows has more than one core."""

import gc
import os
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from enum import Enum
from functools import partial
from multiprocessing import get_all_start_methods, get_context
from multiprocessing.connection import Connection as Pipe
from multiprocessing.connection import wait
from multiprocessing.process import BaseProcess
from typing import Any

from sqlalchemy import Connection

from formulary.db.base import db

Send = Callable[[Any], None]
Work = Callable[[Send, Any], None]
Begin = Callable[[Any], Iterator[Any]]
CACHE_KIB = 32_768


class _Sign(Enum):
    """Where a process has come to."""

    READY = "ready"
    DONE = "done"


@dataclass(frozen=True)
class _Broken:
    """What went wrong in a process, as it told it."""

    told: str


def spare_hands() -> bool:
    """Whether this machine lets several processes work, and nobody else need be asked to wait for it.

    A file that may not be written cannot be held still: it is read by one.
    """
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1
    return cores > 1 and "fork" in get_all_start_methods() and (not _on_sqlite() or _may_write())


@contextmanager
def side_by_side(works: Sequence[Work]) -> Iterator[Begin]:
    """Processes, one for each work, that all read the present instant, as does the session from here on.

    What `begin(told)` is told each work is told, and everything that they send comes back as it comes. Raises
    RuntimeError where a process fails or is ended, with what it says.
    """
    db.session.remove()
    db.engine.dispose()  # no connection goes along into another process
    hands: list[tuple[BaseProcess, Pipe]] = []
    try:
        for work in works:
            hands.append(_begun(work, [pipe for _, pipe in hands]))
        pipes = [pipe for _, pipe in hands]
        _stand_together(pipes)
        yield partial(_begin, pipes)
    finally:
        for process, pipe in hands:
            pipe.close()
            process.terminate()
            process.join()


def _begun(work: Work, others: Sequence[Pipe]) -> tuple[BaseProcess, Pipe]:
    context = get_context("fork")
    ours, theirs = context.Pipe()
    process = context.Process(target=_run, args=(work, theirs, [*others, ours]), daemon=True)
    process.start()
    theirs.close()
    return process, ours


def _run(work: Work, pipe: Pipe, not_ours: Sequence[Pipe]) -> None:
    """In the new process: begin to read where all others do, work, and say how it ended.

    The ends that came along of whoever waits are closed: once that process is gone, however it ended, nothing
    more can be sent and this one ends too.
    """
    for end in not_ours:
        end.close()
    gc.freeze()  # what came along is not looked through again and again
    with suppress(ConnectionError), pipe:  # nobody waits any more
        pipe.send(_said_of(work, pipe))


def _said_of(work: Work, pipe: Pipe) -> _Sign | _Broken:
    try:
        _stand_at(pipe.recv())
        pipe.send(_Sign.READY)
        work(pipe.send, pipe.recv())
    except Exception:  # whatever it was, whoever waits is told
        return _Broken(traceback.format_exc())
    return _Sign.DONE


def _stand_together(pipes: Sequence[Pipe]) -> None:
    """Have all of them, and the session here, read one instant."""
    with _held_still() as moment:
        for pipe in pipes:
            _tell(pipe, moment)
        for pipe in pipes:
            _heard(pipe)
        _stand_at(moment)


def _begin(pipes: Sequence[Pipe], told: Any) -> Iterator[Any]:
    for pipe in pipes:
        _tell(pipe, told)
    at_work = list(pipes)
    while at_work:
        for pipe in _ready(at_work):
            said = _heard(pipe)
            if said is _Sign.DONE:
                at_work.remove(pipe)
            else:
                yield said


def _ready(pipes: list[Pipe]) -> list[Any]:
    return wait(pipes)


def _tell(pipe: Pipe, told: Any) -> None:
    with _both_alive():
        pipe.send(told)


def _heard(pipe: Pipe) -> Any:
    with _both_alive():
        said = pipe.recv()
    if isinstance(said, _Broken):
        raise RuntimeError(said.told)
    return said


@contextmanager
def _both_alive() -> Iterator[None]:
    try:
        yield
    except (EOFError, OSError) as cut:
        raise RuntimeError("A process ended before its time") from cut


@contextmanager
def _held_still() -> Iterator[str]:
    """The present instant: PostgreSQL names it, and nobody writes to SQLite as long as this is open."""
    options = {"immediate": True} if _on_sqlite() else {"isolation_level": "REPEATABLE READ"}
    with db.engine.connect().execution_options(**options) as connection:
        yield "" if _on_sqlite() else _asked(connection, "SELECT pg_export_snapshot()")
        connection.rollback()


def _stand_at(moment: str) -> None:
    """Read from here on what stands at this moment."""
    db.session.rollback()
    if _on_sqlite():
        connection = db.session.connection()
        connection.exec_driver_sql(f"PRAGMA cache_size = -{CACHE_KIB}")
        _asked(connection, "SELECT count(*) FROM sqlite_master")
        return
    connection = db.session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
    connection.exec_driver_sql(f"SET TRANSACTION SNAPSHOT '{moment}'")


def _asked(connection: Connection, statement: str) -> str:
    return str(connection.exec_driver_sql(statement).scalar_one())


def _on_sqlite() -> bool:
    return db.engine.dialect.name == "sqlite"


def _may_write() -> bool:
    return os.access(db.engine.url.database or "", os.W_OK)
