"""The only reader of the wall clock; every rule and action takes its time as an argument."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime


def _wall() -> datetime:
    return datetime.now(UTC)


_source: Callable[[], datetime] = _wall


def now() -> datetime:
    """The present instant, aware and in UTC."""
    return _source()


@contextmanager
def reading(source: Callable[[], datetime]) -> Iterator[None]:
    """Read another clock inside the block, in every thread: a journey moves days ahead this way."""
    global _source  # noqa: PLW0603 - one process has one clock
    before, _source = _source, source
    try:
        yield
    finally:
        _source = before


@contextmanager
def frozen(at: datetime) -> Iterator[None]:
    """Let the clock stand at `at` inside the block."""
    with reading(lambda: at):
        yield
