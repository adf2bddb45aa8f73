"""How warm a place was: readings against its range, who lay there meanwhile, and files of a logger."""

from formulary.rules.storage.excursions import (
    COLD,
    UNREAD,
    WARM,
    Excursion,
    Reading,
    Span,
    excursions,
    gaps,
    is_missing,
    span_of,
)
from formulary.rules.storage.loggers import BadRow, Clocks, Logged, read_rows, read_value
from formulary.rules.storage.stays import Move, Stay, stays

__all__ = [
    "COLD",
    "UNREAD",
    "WARM",
    "BadRow",
    "Clocks",
    "Excursion",
    "Logged",
    "Move",
    "Reading",
    "Span",
    "Stay",
    "excursions",
    "gaps",
    "is_missing",
    "read_rows",
    "read_value",
    "span_of",
    "stays",
]
