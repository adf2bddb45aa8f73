"""The file of a temperature logger: all of it or nothing, a stretch at a time, the same file twice once."""

import csv
import hashlib
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from zoneinfo import ZoneInfo

from formulary.accounts import Actor, Permission
from formulary.accounts import queries as accounts
from formulary.audit import record
from formulary.db import db, once
from formulary.rules.storage import BadRow, Clocks, Logged, read_rows
from formulary.stock import queries
from formulary.stock.actions.gaps import told_gaps
from formulary.stock.labels import loggers as labels
from formulary.stock.labels import temperature
from formulary.stock.models import Place, TemperatureReading

AT_ONCE = 1_000
MOST_ROWS = 100_000


@dataclass
class Looked:
    """What a file holds: rows that are new, those on record already, and every one that cannot be taken.

    `bad` holds the first of them, `many_bad` counts all; `rounded` is how many said more than a tenth.
    """

    new: int = 0
    known: int = 0
    rounded: int = 0
    many_bad: int = 0
    first: datetime | None = None
    last: datetime | None = None
    bad: list[BadRow] = field(default_factory=list)

    def refuse(self, row: BadRow) -> None:
        """Count a row that is not taken, and keep it to be shown."""
        self.many_bad += 1
        if len(self.bad) < labels.MOST_SHOWN:
            self.bad.append(row)

    def take(self, row: Logged) -> None:
        """Count a row that is new."""
        self.new += 1
        self.first = min(self.first or row.at, row.at)
        self.last = max(self.last or row.at, row.at)


def look_at_file(place_id: int, raw: bytes, clocks: Clocks, *, at: datetime, by: Actor) -> Looked:
    """What would be recorded of a file, and every row that would not; nothing is written."""
    by.must(Permission.RECEIVE_STOCK)
    looked = Looked()
    for _ in _stretches(_place(place_id, by), raw, clocks, looked, at):
        pass
    return looked


@once
def record_file(place_id: int, *, raw: bytes, clocks: Clocks, at: datetime, by: Actor) -> Place:
    """Record every row of a file that is not on record yet; refused whole where one cannot be taken.

    The file is read a stretch at a time, so that its length costs no memory beyond its own instants.
    """
    by.must(Permission.RECEIVE_STOCK)
    place, looked = _place(place_id, by), Looked()
    common = {"place_id": place.id, "source": "file", "recorded_at": at, "by_id": by.person_id}
    for rows in _stretches(place, raw, clocks, looked, at):
        if not looked.many_bad and rows:
            values = [common | {"taken_at": row.at, "tenths": row.tenths} for row in rows]
            db.session.execute(db.insert(TemperatureReading), values)
    if looked.many_bad:
        raise labels.bad_rows(looked.many_bad)
    new = {"file": hashlib.sha256(raw).hexdigest(), "new": looked.new, "known": looked.known}
    new |= {"first": str(looked.first or ""), "last": str(looked.last or ""), "clocks": clocks.value}
    if looked.first and looked.last:
        new |= told_gaps(place, looked.first, looked.last, at=at, by=by)
    record("stock.temperature_file", place, by=by, at=at, new=new)
    return place


def _place(place_id: int, by: Actor) -> Place:
    place = queries.place_by_id(place_id, by.site_id)
    if place.kind not in queries.LIES_AT:
        raise temperature.no_range_here(place)
    return place


def _stretches(
    place: Place, raw: bytes, clocks: Clocks, looked: Looked, at: datetime
) -> Iterator[list[Logged]]:
    """The new rows of a file, some hundreds at a time; what is not new is counted on the way."""
    site = accounts.site(place.site_id)
    rows = read_rows(_lines(raw), clocks=clocks, zone=ZoneInfo(site.zone), mark=site.decimal_mark)
    seen: dict[datetime, int] = {}
    count = 0
    try:
        while stretch := list(islice(rows, AT_ONCE)):
            count += len(stretch)
            if count > MOST_ROWS:
                raise labels.too_many_rows(MOST_ROWS)
            yield _new_of(place, stretch, seen, looked, at)
    except csv.Error as fault:
        raise labels.no_table() from fault
    if not count:
        raise labels.no_table()


def _new_of(
    place: Place, rows: Sequence[Logged | BadRow], seen: dict[datetime, int], looked: Looked, at: datetime
) -> list[Logged]:
    said = queries.said_at(place.id, [row.at for row in rows if isinstance(row, Logged)])
    found = []
    for row in rows:
        why = labels.why_not(row, seen, said, at)
        if isinstance(row, BadRow) or why:
            looked.refuse(row if isinstance(row, BadRow) else BadRow(row.row, labels.said(row), why))
        elif row.at in seen or row.at in said:
            looked.known += 1
        else:
            looked.take(row)
            found.append(row)
        if isinstance(row, Logged):
            looked.rounded += row.rounded
            seen.setdefault(row.at, row.tenths)
    return found


def _lines(raw: bytes) -> Iterator[str]:
    """The lines of a file in UTF-8, or in the code page of western spreadsheets."""
    try:
        raw.decode("utf-8")
        coding = "utf-8-sig"
    except UnicodeDecodeError:
        coding = "cp1252"
    return iter(io.TextIOWrapper(io.BytesIO(raw), coding, errors="replace", newline=""))
