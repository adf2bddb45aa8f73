"""Several processes that read one instant at once: a proof of millions of rows has more than one core."""

import gc
import os
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_all_start_methods, get_context
from multiprocessing.connection import Connection as Pipe
from multiprocessing.connection import wait
from multiprocessing.process import BaseProcess
from typing import Any

from sqlalchemy import Connection

from formulary.db.base import db

Send = Callable[[Any], None]
Work = Callable[[Send], None]
READY, CACHE_KIB = "ready", 32_768


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


def side_by_side(works: Sequence[Work]) -> Iterator[Any]:
    """Everything that the works send, as it comes; each runs in a process of its own, and all of them read
    the present instant, as does the session from here on.

    Raises RuntimeError where a process fails, with what it says.
    """
    db.session.remove()
    db.engine.dispose()  # no connection goes along into another process
    hands = [_begun(work) for work in works]
    try:
        with _held_still() as moment:
            for _, pipe in hands:
                pipe.send(moment)
            for _, pipe in hands:
                _heard(pipe)
            _stand_at(moment)
        yield from _sent([pipe for _, pipe in hands])
    finally:
        for process, pipe in hands:
            pipe.close()
            process.terminate()
            process.join()


def _begun(work: Work) -> tuple[BaseProcess, Pipe]:
    context = get_context("fork")
    ours, theirs = context.Pipe()
    process = context.Process(target=_run, args=(work, theirs), daemon=True)
    process.start()
    theirs.close()
    return process, ours


def _run(work: Work, pipe: Pipe) -> None:
    """In the new process: begin to read where all others do, work, and say how it ended."""
    gc.freeze()  # what came along is not looked through again and again
    try:
        _stand_at(pipe.recv())
        pipe.send(READY)
        work(pipe.send)
    except Exception:  # whatever it was, whoever waits is told
        pipe.send(_Broken(traceback.format_exc()))
    finally:
        pipe.close()


def _sent(pipes: list[Pipe]) -> Iterator[Any]:
    while pipes:
        for pipe in wait(pipes):
            try:
                yield _heard(pipe)  # type: ignore[arg-type]
            except EOFError:
                pipes.remove(pipe)  # type: ignore[arg-type]


def _heard(pipe: Pipe) -> Any:
    said = pipe.recv()
    if isinstance(said, _Broken):
        raise RuntimeError(said.told)
    return said


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
