"""Rows as objects of the session, past the mapper: one is read, or written, in a fifth of the mapper's time.

What the session has already is that very object, as everywhere; what it has not yet is made of its columns,
and all that hangs on it is read when it is asked for.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import Integer, bindparam, inspect, select
from sqlalchemy import insert as insert_into
from sqlalchemy.orm import Session, make_transient_to_detached
from sqlalchemy.orm.attributes import instance_state, set_committed_value

from formulary.db.bare import put
from formulary.db.base import Base, db
from formulary.db.reading import rows_of

M = TypeVar("M", bound=Base)
Model = Any


def by_key(model: type[M], key: int) -> M | None:
    """The row with this key, or none: as the session has it, else as it is read."""
    asked: Model = model
    if _identity(asked, key) in db.session.identity_map:
        return db.session.get(model, key)
    return next((made(model, row) for row in rows_of(_with_key(asked), key=key)), None)


def known(model: type[M], key: int) -> M:
    """The row with a key that another row names."""
    found = by_key(model, key)
    if found is None:
        raise LookupError(f"No {model.__name__} {key}")
    return found


def made(model: type[M], row: Sequence[Any]) -> M:
    """The object of a row of the model's columns, as `columns` tells them."""
    asked: Model = model
    values, session = dict(zip(_names(asked), row, strict=True)), db.session()
    identity = _identity(asked, values["id"])
    if identity in session.identity_map:
        return session.get_one(model, values["id"])
    found: M = _mapper(asked).class_manager.new_instance()
    found.__dict__.update(values)
    instance_state(found).key = identity
    return _attached(session, found)


def hang(row: Base, name: str, other: Base) -> None:
    """Let a row hold another that was read with it, as if the mapper had read both."""
    if name not in row.__dict__:
        set_committed_value(row, name, other)


def write(row: M) -> M:
    """Insert a new row at once, after all that waits in the session; it has its key, and is the session's.

    A column that nobody has set gets its default, or NULL. Raises TypeError for a row whose versions are
    counted.
    """
    model: Model = type(row)
    if _mapper(model).version_id_col is not None:
        raise TypeError(f"{model.__name__} counts its versions: the session writes it")
    db.session.flush()
    told = {name: value for name in _names(model)[1:] if (value := row.__dict__.get(name)) is not None}
    told = _defaults(model) | told
    [(key,)] = put(model, _inserting(model), told)
    row.__dict__.update(told, id=key)
    _forget(_identity(model, key))
    make_transient_to_detached(row)
    return _attached(db.session(), row)


def _forget(identity: Any) -> None:
    """A row of an act that was rolled back: SQLite gives its key out again."""
    undone = db.session.identity_map.get(identity)
    if undone is not None:
        db.session.expunge(undone)


def _attached(session: Session, row: M) -> M:
    """The session's own from here on: as it takes what it has read itself.

    `add` looks through all that could hang on a row, which takes several times as long as to make it.
    """
    state: Any = instance_state(row)
    session.identity_map.add(state)
    state.session_id = session.hash_key
    session.dispatch.detached_to_persistent(session, state)
    return row


def _identity(model: Model, key: int) -> Any:
    return _mapper(model).identity_key_from_primary_key((key,))


def columns(model: Model) -> list[Any]:
    """The columns of a model as `made` takes them, the key first."""
    return [getattr(model, name) for name in _names(model)]


@cache
def _mapper(model: Model) -> Any:
    return inspect(model)


@cache
def _names(model: Model) -> tuple[str, ...]:
    """Its columns by the names of their attributes, the key first."""
    return "id", *(each.key for each in _mapper(model).column_attrs if each.key != "id")


@cache
def _with_key(model: Model) -> Any:
    return select(*columns(model)).where(model.id == bindparam("key", type_=Integer))


@cache
def _inserting(model: Model) -> Any:
    return insert_into(model).returning(model.id)


@cache
def _defaults(model: Model) -> dict[str, Any]:
    """What stands in each column that nobody has set: nothing, where it has no default."""
    of_columns = {
        each.key: each.columns[0].default for each in _mapper(model).column_attrs if each.key != "id"
    }
    if worked_out := [name for name, default in of_columns.items() if default and not default.is_scalar]:
        raise TypeError(f"{model.__name__} works out {worked_out}: the session writes it")
    return {name: default.arg if default else None for name, default in of_columns.items()}
