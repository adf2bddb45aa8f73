"""Column types: exact on both databases, and closed to what is not exact."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from fractions import Fraction

import pytest
from sqlalchemy import Column, Integer, MetaData, Table, insert, select
from sqlalchemy.exc import StatementError

from formulary.db import CanonicalJson, Steps, UtcDateTime, db

TABLE = Table(
    "of_types",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("steps", Steps),
    Column("at", UtcDateTime),
    Column("told", CanonicalJson),
)


@pytest.fixture
def there_and_back(app):
    """Write a value to a column and read it back, on a connection of its own."""
    with db.engine.connect() as connection:
        TABLE.create(connection)

        def through(**value):
            connection.execute(insert(TABLE).values(**value))
            column = TABLE.c[next(iter(value))]
            return connection.execute(select(column).order_by(TABLE.c.id.desc()).limit(1)).scalar_one()

        yield through
        connection.rollback()


@pytest.mark.parametrize("steps", [0, 1, -1, 2**62, 123_456_789_012_345_678])
def test_steps_come_back_exactly(there_and_back, steps):
    assert there_and_back(steps=steps) == steps


@pytest.mark.parametrize("steps", [1.0, Decimal(1), Fraction(1), "1", True, float("nan")])
def test_steps_are_whole_numbers_alone(there_and_back, steps):
    with pytest.raises((TypeError, StatementError), match="whole number of steps"):
        there_and_back(steps=steps)


@pytest.mark.parametrize(
    "at",
    [
        datetime(2026, 11, 24, 12, 0, tzinfo=UTC),
        datetime(2026, 11, 24, 12, 0, 0, 123_456, tzinfo=UTC),
        datetime(1900, 1, 1, tzinfo=UTC),
        datetime(2100, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
    ],
)
def test_instants_come_back_exactly_and_in_utc(there_and_back, at):
    back = there_and_back(at=at)
    assert (back, back.tzinfo) == (at, UTC)


def test_an_instant_of_another_zone_comes_back_in_utc(there_and_back):
    paris = timezone(timedelta(hours=1))
    back = there_and_back(at=datetime(2026, 11, 24, 13, 0, tzinfo=paris))
    assert back.isoformat() == "2026-11-24T12:00:00+00:00"


def test_a_naive_instant_is_refused(there_and_back):
    with pytest.raises((TypeError, StatementError), match="needs its zone"):
        there_and_back(at=datetime(2026, 11, 24, 12, 0))  # noqa: DTZ001 - that is what is refused


@pytest.mark.parametrize("value", [{}, [], {"a": [1, None, True, "é"]}, "text", 0, False])
def test_json_comes_back(there_and_back, value):
    assert there_and_back(told=value) == value


@pytest.mark.parametrize("value", [1.0, {"a": 0.1}, [[{"b": float("inf")}]], (0.5,)])
def test_a_float_in_json_is_refused(there_and_back, value):
    with pytest.raises((TypeError, StatementError), match="whole or a decimal text"):
        there_and_back(told=value)


def test_nothing_stays_nothing(there_and_back):
    assert [there_and_back(steps=None), there_and_back(at=None), there_and_back(told=None)] == [None] * 3


def test_equal_values_are_equal_texts():
    bind = CanonicalJson().process_bind_param
    assert bind({"b": 1, "a": [2]}, None) == bind({"a": [2], "b": 1}, None) == '{"a":[2],"b":1}'
