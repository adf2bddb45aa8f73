"""One transaction per act: the block that opens it and the guards that hold it."""

import re
from collections import deque
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import Connection, TextClause, event, inspect, text
from sqlalchemy.orm import ORMExecuteState, Session, UOWTransaction
from sqlalchemy.orm.exc import StaleDataError

from formulary.db.base import db

R = TypeVar("R")

WRITES = re.compile(r"\s*(?:INSERT|UPDATE|DELETE|REPLACE|MERGE|TRUNCATE)\b", re.IGNORECASE)
MARKS = (
    "writing",
    "changed",
    "audited",
    "committing",
    "audit_queue",
    "rows",
    "found",
    "locked",
    "connection",
)
KEPT = 1_000
"""So many rows are kept at most while an act goes on: what it has read lately is not read again."""

Finisher = Callable[[Session], None]
_finishers: list[Finisher] = []


class Misuse(RuntimeError):
    """A write that goes round the transaction block: a fault of ours, never of the person."""


class Stale(Exception):
    """The row was changed since the form was opened; carries the row as it is now."""

    def __init__(self, row: Any, message: str = "") -> None:
        """Take the row that was changed by somebody else."""
        self.row = row
        super().__init__(message or f"{row} was changed meanwhile")


class Missing(LookupError):
    """There is no such row, or none that the asker may see: the answer is the same."""


def before_commit(finish: Finisher) -> Finisher:
    """Register work that closes every act, such as writing the audit chain after all other locks."""
    _finishers.append(finish)
    return finish


@contextmanager
def transaction() -> Iterator[Session]:
    """One act, whole or not at all: drops earlier reads, takes SQLite's write lock at once, never nests."""
    session = db.session()
    if session.info.get("writing"):
        raise Misuse("A transaction is open already; actions never open their own")
    if session.new or session.dirty or session.deleted:
        raise Misuse("Rows were changed before the transaction began")
    if not _sees_what_is_committed(session):
        session.rollback()
    session.expire_all()  # also what was read before an earlier commit: a decision looks at the rows of now
    session.info.update(writing=True, changed=False, audited=False, rows=deque(maxlen=KEPT))
    session.info.update(found={}, locked={})
    try:
        session.info["connection"] = _begun(session)
        yield session
        session.flush()
        for finish in _finishers:
            finish(session)
        session.info["committing"] = True
        session.commit()
    except StaleDataError as lost:
        session.rollback()
        raise Stale(None, "The row was changed meanwhile") from lost
    except BaseException:
        session.rollback()
        raise
    finally:
        for mark in MARKS:
            session.info.pop(mark, None)


def _sees_what_is_committed(session: Session) -> bool:
    """Whether the act can go on in the transaction in which its page has read: on PostgreSQL each statement
    sees what others have committed by then. Not where it stands at one moment, or where a statement failed.
    """
    if not session.in_transaction() or session.get_bind().dialect.name != "postgresql":
        return False
    connection = session.connection()
    if "isolation_level" in connection.get_execution_options():
        return False
    driver: Any = connection.connection.driver_connection
    return bool(driver.is_whole)


def _begun(session: Session) -> Connection:
    if session.in_transaction():
        return session.connection()
    return session.connection(execution_options={"immediate": True})


def read_once(models: type | tuple[type, ...], asked: Hashable, read: Callable[[], R]) -> R:
    """What an act has read of these tables' rows already under what is `asked`; read anew outside an act.

    What the act itself writes to a table is seen, and after every lock all is read again: what it guards
    may have changed while one waited.
    """
    session = db.session()
    if "found" not in session.info:
        return read()
    all_of = models if isinstance(models, tuple) else (models,)
    if any(isinstance(row, all_of) for row in (*session.new, *session.dirty, *session.deleted)):
        return read()
    return keep(session, _named(all_of), (all_of, asked), read)


def keep(session: Session, tables: frozenset[str], asked: Hashable, read: Callable[[], R]) -> R:
    """The same by the names of the tables, where all that was changed has been written."""
    found: dict[Hashable, tuple[frozenset[str], R]] = session.info["found"]
    if asked not in found:
        found[asked] = tables, read()
    return found[asked][1]


@cache
def _named(models: tuple[Any, ...]) -> frozenset[str]:
    return frozenset(model.__tablename__ for model in models)


def look_again(session: Session) -> None:
    """Let go of what an act has read: whoever takes a lock reads what it guards once the lock is there.

    On SQLite the act has held the only lock since before its first read: nobody else has written since.
    """
    if session.get_bind().dialect.name == "sqlite":
        return
    for mark in ("rows", "found"):
        if mark in session.info:
            session.info[mark].clear()


def past_orm(writes: type | None = None) -> Connection:
    """The connection of the act under way, for statements that are made once and rows nobody has as objects.

    That takes a tenth of the time. What the session has not written yet is not written first; `writes` is the
    table that is about to be changed. Raises Misuse outside an act.
    """
    session = db.session()
    if not session.info.get("writing"):
        raise Misuse("past_orm() outside transaction()")
    if writes is not None:
        session.info["changed"] |= _is_audited(writes)
        forget(session, {writes})
    return under_way(session)


def under_way(session: Session) -> Connection:
    """The connection of the session: of the act under way, or of what is only read."""
    connection: Connection | None = session.info.get("connection")
    return session.connection() if connection is None else connection


def exclusive(name: str) -> None:
    """Let one transaction at a time go on from here, in all processes: for what no row stands for."""
    session = db.session()
    if not session.info.get("writing"):
        raise Misuse("exclusive() outside transaction()")
    look_again(session)
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(hashtext(:name))"), {"name": name})


def expect_version(row: Any, version: int | None) -> None:
    """Refuse to go on from a form that was opened on an older version of the row."""
    if version is not None and row.row_version != version:
        raise Stale(row)


@event.listens_for(Session, "before_flush")
def _flush_only_inside(session: Session, _context: UOWTransaction, _instances: object) -> None:
    touched = [*session.new, *session.dirty, *session.deleted]
    if touched and not session.info.get("writing"):
        raise Misuse(f"A write outside transaction(): {touched[0]!r}")
    if any(_is_audited(type(row)) for row in touched):
        session.info["changed"] = True
    if touched:
        forget(session, {type(row) for row in touched})


def forget(session: Session, models: set[type] | None) -> None:
    """Let go of what was read of these tables, of all where nobody knows which; and of the rows at hand.

    What was written may stand in a list that one of them holds: a row of another table stays only where it
    holds no other rows.
    """
    if (found := session.info.get("found")) is None:
        return
    rows = session.info["rows"]
    stay = (
        []
        if models is None
        else [row for row in rows if type(row) not in models and _stands_alone(row.__class__)]
    )
    rows.clear()
    rows.extend(stay)
    gone = None if models is None else _named(tuple(models))
    for asked in [asked for asked, (tables, _) in found.items() if gone is None or tables & gone]:
        del found[asked]


@cache
def _stands_alone(model: Any) -> bool:
    return not inspect(model).relationships


@event.listens_for(Session, "loaded_as_persistent")
@event.listens_for(Session, "pending_to_persistent")
@event.listens_for(Session, "detached_to_persistent")
def _keep_while_it_goes_on(session: Session, row: object) -> None:
    """The session itself lets go of what nobody holds, and would read it again."""
    if (rows := session.info.get("rows")) is not None:
        rows.append(row)


@event.listens_for(Session, "do_orm_execute")
def _locked_as_it_is(state: ORMExecuteState) -> None:
    """A row that is locked is as it stands once the lock is there, also where it was read before."""
    if not state.is_select or getattr(state.statement, "_for_update_arg", None) is None:
        return
    look_again(state.session)
    if not (state.is_column_load or state.is_relationship_load):
        state.update_execution_options(populate_existing=True)


@event.listens_for(Session, "do_orm_execute")
def _bulk_only_inside(state: ORMExecuteState) -> None:
    by_hand = isinstance(state.statement, TextClause) and WRITES.match(state.statement.text)
    if not (state.is_insert or state.is_update or state.is_delete or by_hand):
        return
    if not state.session.info.get("writing"):
        raise Misuse("A bulk write outside transaction()")
    mapper = state.bind_mapper
    if mapper is None or _is_audited(mapper.class_):
        state.session.info["changed"] = True
    forget(state.session, {mapper.class_} if mapper else None)


@event.listens_for(Session, "before_commit")
def _commit_only_here(session: Session) -> None:
    if not session.info.get("committing"):
        raise Misuse("commit() outside transaction(); the outermost caller opens the block")
    if session.info.get("changed") and not session.info.get("audited"):
        raise Misuse("A change without an audit entry; the action must call audit.record()")


def _is_audited(model: type) -> bool:
    return bool(getattr(model, "__audited__", True))
