"""Column types that are the same on both databases: exact steps, UTC instants, canonical JSON."""

import json
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, DateTime, Dialect, Text
from sqlalchemy.types import TypeDecorator

from formulary.rules.findings import canonical


class Steps(TypeDecorator[int]):
    """A whole number of the smallest step of its dimension (ng, nL, nano-IU, nano-unit, nmol)."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: int | None, dialect: Dialect) -> int | None:
        """Refuse everything but a whole number: no float ever reaches a level of stock."""
        if value is not None and type(value) is not int:
            raise TypeError(f"A stored quantity is a whole number of steps, not {value!r}")
        return value


class UtcDateTime(TypeDecorator[datetime]):
    """An instant: aware in Python, UTC in the database."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        """Keep the zone where the database can."""
        return dialect.type_descriptor(DateTime(timezone=dialect.name == "postgresql"))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a naive instant; SQLite keeps the UTC wall time."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise TypeError(f"An instant needs its zone: {value!r}")
        in_utc = value.astimezone(UTC)
        return in_utc if dialect.name == "postgresql" else in_utc.replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give it back aware."""
        if value is None:
            return None
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)

    def result_processor(self, dialect: Dialect, coltype: object) -> Any:
        """Read SQLite's text in one step, which a list of instants feels."""
        return _read_text if dialect.name == "sqlite" else super().result_processor(dialect, coltype)


def instant(stored: Any) -> datetime:
    """An instant as the driver gives it back: SQLite's text, or a datetime that has its zone."""
    return datetime.fromisoformat(f"{stored}+00:00") if isinstance(stored, str) else stored.astimezone(UTC)


def _read_text(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(f"{text}+00:00")


class CanonicalJson(TypeDecorator[Any]):
    """A JSON text with sorted keys, so that equal values are equal bytes and can be hashed."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        """Write it canonically; a float has no place in it."""
        if value is None:
            return None
        refuse_floats(value)
        return canonical(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        """Read it back."""
        return None if value is None else json.loads(value)


def refuse_floats(value: Any) -> None:
    """Raise TypeError where a float hides in a value that is to be stored: its text would not be exact."""
    if isinstance(value, float):
        raise TypeError(f"A stored number is whole or a decimal text, not {value!r}")
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list | tuple):
        for part in value:
            refuse_floats(part)


def one_of(column: str, *words: str) -> CheckConstraint:
    """A constraint that a column holds one of these words."""
    listed = ", ".join(f"'{word}'" for word in words)
    return CheckConstraint(f"{column} IN ({listed})", name=f"{column}_is_known")
