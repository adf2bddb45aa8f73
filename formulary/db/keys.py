"""Idempotency: an act that carries a key happens once, and a repeat answers with the first row.

A repeat says the same again. The same key with something else (a page gone back to and changed, two forms of
one page) is refused: it would be told done, and was not.
"""

import hashlib
from collections.abc import Callable, Mapping, Set
from dataclasses import fields, is_dataclass
from datetime import datetime
from functools import wraps
from typing import Any, TypeVar

from sqlalchemy import Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from formulary.db.base import Base, db
from formulary.db.types import UtcDateTime
from formulary.rules.findings import refuse

R = TypeVar("R")


class RequestKey(Base):
    """One key of one form, the row that its act made, and a SHA-256 of what it was told."""

    __tablename__ = "request_key"
    __audited__ = False

    key: Mapped[str] = mapped_column(String(64), unique=True)
    action: Mapped[str] = mapped_column(String(80))
    person_id: Mapped[int] = mapped_column(Integer)
    row_table: Mapped[str] = mapped_column(String(60))
    row_id: Mapped[int] = mapped_column(Integer)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    told: Mapped[str] = mapped_column(String(64))


def once(action: Callable[..., R]) -> Callable[..., R]:
    """Let an action that is given `key=` act once; the same key again returns the row of the first time."""

    @wraps(action)
    def run(*args: Any, at: datetime, by: Any, key: str | None = None, **named: Any) -> R:
        if key is None:
            return action(*args, at=at, by=by, **named)
        act = {"action": action.__qualname__, "person_id": by.person_id, "told": told_as(args, named)}
        if done := db.session.scalar(db.select(RequestKey).filter_by(key=key)):
            return _first_answer(done, act)  # type: ignore[no-any-return]
        claim = RequestKey(key=key, row_table="", row_id=0, at=at, **act)
        db.session.add(claim)
        db.session.flush()  # a second click waits here for the first to end, and answers with its row
        row: Any = action(*args, at=at, by=by, **named)
        db.session.flush()
        claim.row_table, claim.row_id = row.__tablename__, row.id
        return row  # type: ignore[no-any-return]

    return run


def told_as(*values: object) -> str:
    """The hash of what an act is told: equal where the same is said again."""
    return hashlib.sha256(_words(values).encode()).hexdigest()


def _words(value: Any) -> str:
    """A text equal where the values are; a row is its key, and what has no words of its own its type."""
    if isinstance(value, Base):
        return f"{value.__tablename__}:{value.id}"
    if is_dataclass(value):
        parts = (f"{field.name}={_words(getattr(value, field.name))}" for field in fields(value))
        return f"{type(value).__name__}({','.join(parts)})"
    if isinstance(value, Mapping):
        return f"{{{','.join(sorted(f'{key!r}:{_words(item)}' for key, item in value.items()))}}}"
    if isinstance(value, (list, tuple, Set)):
        found = [_words(item) for item in value]
        return f"[{','.join(sorted(found) if isinstance(value, Set) else found)}]"
    own: object = type(value).__repr__
    return type(value).__name__ if own is object.__repr__ else repr(value)


def _first_answer(done: RequestKey, act: Mapping[str, object]) -> Any:
    if any(getattr(done, name) != said for name, said in act.items()):
        raise refuse(
            "form.key_reused",
            "this form",
            "It was sent once already, for another act or with something else in it.",
            "Look at what was recorded, and open the page again.",
        )
    model = next(m.class_ for m in Base.registry.mappers if m.class_.__tablename__ == done.row_table)
    return db.session.get_one(model, done.row_id)
