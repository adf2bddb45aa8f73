"""Lots and open vials at an instant: may it be used, may it enter, and how its number is looked up."""

from formulary.rules.lot_status.days import (
    NOT_ON_RECORD,
    day_of,
    day_words,
    end_of_day,
    hours,
    moment_words,
    month_end,
    span_words,
    stamp_words,
    time_words,
)
from formulary.rules.lot_status.numbers import near, normalise, number_findings
from formulary.rules.lot_status.receiving import receivable
from formulary.rules.lot_status.usable import (
    Bar,
    InUse,
    bars,
    discards,
    drawn_until,
    free,
    has_lapsed,
    is_discarded,
    name_of,
    serves_one_patient,
    sharing_h,
    usable,
)

__all__ = [
    "NOT_ON_RECORD",
    "Bar",
    "InUse",
    "bars",
    "day_of",
    "day_words",
    "discards",
    "drawn_until",
    "end_of_day",
    "free",
    "has_lapsed",
    "hours",
    "is_discarded",
    "moment_words",
    "month_end",
    "name_of",
    "near",
    "normalise",
    "number_findings",
    "receivable",
    "serves_one_patient",
    "sharing_h",
    "span_words",
    "stamp_words",
    "time_words",
    "usable",
]
