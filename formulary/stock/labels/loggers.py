"""The file of a logger in words: why a row or the whole file is refused."""

from collections.abc import Mapping
from datetime import datetime

from formulary.rules.findings import Refused, refuse
from formulary.rules.storage import BadRow, Clocks, Logged
from formulary.stock.labels.temperature import temperature
from formulary.web import site, words

MOST_SHOWN = 500
CLOCKS = {
    Clocks.SITE: "as the clocks here, summer time and all",
    Clocks.STANDARD: "as the clocks here in winter, all year",
    Clocks.UTC: "in UTC",
}


def why_not(
    row: Logged | BadRow, seen: Mapping[datetime, int], known: Mapping[datetime, list[int]], at: datetime
) -> str:
    """Why a row that could be read is not taken; "" where it is."""
    if isinstance(row, BadRow):
        return row.why
    if row.at > at:
        return "the time is later than now"
    if seen.get(row.at, row.tenths) != row.tenths:
        return f"the file gives the same time with {temperature(seen[row.at])} before"
    if row.at in known and row.tenths not in known[row.at]:
        return f"{temperature(known[row.at][-1])} is on record for this time"
    return ""


def said(row: Logged) -> str:
    """A row that could be read, in words."""
    return f"{words.instant(row.at, site.zone())}, {temperature(row.tenths)}"


def bad_rows(count: int) -> Refused:
    """All of a file or nothing."""
    why = f"{words.plural(count, 'row')} cannot be taken, and a file is recorded whole or not at all."
    return refuse("temperature.bad_rows", "file", why, "Correct them in the file and choose it again.")


def too_many_rows(most: int) -> Refused:
    """A file that nobody would look through."""
    why = f"The file has more than {most:,} rows."
    return refuse("temperature.too_many_rows", "file", why, "Split it by month.", field="file")


def no_table() -> Refused:
    """Not the file of a logger."""
    why = "No rows of time and value can be found in it."
    return refuse("temperature.no_table", "file", why, "Export it as CSV with these columns.", field="file")


def no_file() -> Refused:
    """Neither a file nor its text."""
    why = "Neither a file was chosen nor its text was pasted."
    return refuse("temperature.no_file", "file", why, "Choose the file of the logger.", field="file")
