"""Idempotency: an act that carries a key happens once, and a repeat answers with the first row."""

from collections.abc import Callable
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
    """One key of one form, and the row that its act made."""

    __tablename__ = "request_key"
    __audited__ = False

    key: Mapped[str] = mapped_column(String(64), unique=True)
    action: Mapped[str] = mapped_column(String(80))
    person_id: Mapped[int] = mapped_column(Integer)
    row_table: Mapped[str] = mapped_column(String(60))
    row_id: Mapped[int] = mapped_column(Integer)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


def once(action: Callable[..., R]) -> Callable[..., R]:
    """Let an action that is given `key=` act once; the same key again returns the row of the first time."""

    @wraps(action)
    def run(*args: Any, at: datetime, by: Any, key: str | None = None, **named: Any) -> R:
        if key is None:
            return action(*args, at=at, by=by, **named)
        if done := db.session.scalar(db.select(RequestKey).filter_by(key=key)):
            return _first_answer(done, action.__qualname__, by)  # type: ignore[no-any-return]
        claim = RequestKey(
            key=key, action=action.__qualname__, person_id=by.person_id, row_table="", row_id=0, at=at
        )
        db.session.add(claim)
        db.session.flush()  # a second click waits here for the first to end, and answers with its row
        row: Any = action(*args, at=at, by=by, **named)
        db.session.flush()
        claim.row_table, claim.row_id = row.__tablename__, row.id
        return row  # type: ignore[no-any-return]

    return run


def _first_answer(done: RequestKey, action: str, by: Any) -> Any:
    if (done.action, done.person_id) != (action, by.person_id):
        raise refuse(
            "form.key_reused",
            "this form",
            "It was sent once already for another act.",
            "Open the page again.",
        )
    model = next(m.class_ for m in Base.registry.mappers if m.class_.__tablename__ == done.row_table)
    return db.session.get_one(model, done.row_id)
