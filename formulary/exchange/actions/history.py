"""What was given before: each row a late entry of grade imported, so that a recall finds it."""

import hashlib
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime
from typing import IO

from formulary.accounts import Actor
from formulary.accounts import queries as accounts
from formulary.administrations.actions import Importer, Use
from formulary.administrations.queries import known_identities
from formulary.audit import record
from formulary.db import StoredFile, db
from formulary.exchange.actions.cells import (
    as_written,
    not_more_than,
    read_amount,
    read_lot,
    read_ware,
    words,
)
from formulary.exchange.actions.looking import Cells, Judged, Looked, Told, stretches
from formulary.exchange.actions.lots import Lots, Meant, normalise
from formulary.exchange.actions.people import People, asked_of
from formulary.exchange.labels import HISTORY, has_bad_rows
from formulary.exchange.queries import Wares, recorded_before
from formulary.rules.lot_status import day_of, day_words
from formulary.stock.actions import bring_lots, has_arrived
from formulary.stock.models import Lot
from formulary.web.fields.times import read_date as read_day_or_none
from formulary.web.tables import BadCell, Row, read_instant, read_printed_expiry, read_yes

MOST_ROWS = 500_000
MOST_FOR_ONE = 100
"""So many containers for one patient at one time are a slip of the hand."""
FIRST_YEAR, FAR_YEARS = 2000, 10
"""No pack of this trade prints an expiry before the one, nor so many years behind the day it was used."""
LONGEST_WRITTEN = 40
practitioner, remark = words(120), words(400)


class HistoryReader:
    """Reads rows of earlier records against what is on record here."""

    columns, most = HISTORY.columns, MOST_ROWS

    def __init__(self, *, at: datetime, by: Actor, sha256: str = "") -> None:
        """For one file: rows that are the same are told apart by their number in it.

        Of a file with a `sha256` that was recorded here every row is known, whatever was corrected since.
        """
        self.all_known = bool(sha256) and recorded_before(HISTORY.word, sha256, by.site_id) is not None
        self.at, self.zone = at, accounts.site(by.site_id).zone
        self.wares, self.lots, self._seen = Wares(), Lots(), Counter[bytes]()
        self.lot_of: dict[int, Meant] = {}

    def judge(self, rows: list[Row]) -> list[Judged]:
        """Each row with the use it tells of, its lot in `lot_of` by the row's line."""
        if self.all_known:
            return [Judged(row, known=True) for row in rows]
        people = People(rows)
        self.lots.read(self._numbers(rows))
        judged = [self._row(row, people) for row in rows]
        known = known_identities([one.value.identity for one in judged if one.value])
        return [
            Judged(one.row, one.value, one.bad, bool(one.value and one.value.identity in known))
            for one in judged
        ]

    def _numbers(self, rows: list[Row]) -> Iterator[tuple[int, str]]:
        for row in rows:
            for text in filter(None, (row["product"], row["gtin"])) if row["lot"] else ():
                yield from ((key, row["lot"]) for key in self.wares.called(text))

    def _row(self, row: Row, people: People) -> Judged:
        cells = Cells(row)
        given_at = cells.must("date", self._instant)
        ware = read_ware(cells, self.wares)
        asked = asked_of(cells)
        who = cells.of("patient", lambda: people.find(asked))
        if who and given_at and day_of(given_at, self.zone) < who.born_on:
            cells.refuse("date", "The patient was not born yet.", "Look at the date and at the patient.")
        steps = cells.must("quantity", lambda text: read_amount(ware, text, row["unit"])) if ware else None
        if ware and steps:
            cells.of("quantity", lambda: not_more_than(ware, steps, MOST_FOR_ONE))
        by, told = cells.read("practitioner", practitioner), cells.read("remark", remark)
        meant = self._lot(cells, ware.id if ware else None, given_at)
        if cells.bad or not (given_at and ware and who and steps):
            return cells.judged(None)
        number = normalise(meant.number) if meant else ""
        when = day_of(given_at, self.zone) if read_day_or_none(row["date"]) else given_at
        amount = as_written(ware, row["quantity"], row["unit"])
        identity = self._identity(who.id, ware.id, when, number, amount)
        if meant:
            self.lot_of[row.line] = meant
        written = f"{row['quantity']} {row['unit']}".strip()[:LONGEST_WRITTEN]
        use = Use(row.line, who.id, ware.id, None, steps, written, given_at, by or "", told or "", identity)
        return cells.judged(use)

    def _instant(self, text: str) -> datetime:
        found = read_instant(text, self.zone)
        if found > self.at and day_of(found, self.zone) > day_of(self.at, self.zone):
            raise BadCell("It is in the future.", "Look at it again.")
        if found > self.at and len(text) > len("2026-11-24"):
            raise BadCell("It is in the future.", "Look at it again.")
        return min(found, self.at)

    def _lot(self, cells: Cells, product_id: int | None, given_at: datetime | None) -> Meant | None:
        """The lot, None where the row notes none: then no recall of the product can exclude it."""
        number = cells.read("lot", read_lot)
        expiry = cells.read("expiry", lambda text: _expiry(text, given_at))
        another = cells.read("another lot", read_yes)
        if cells.row["expiry"] and not cells.row["lot"]:
            cells.refuse(
                "lot", "The row has an expiry and no lot.", "Write the lot, or leave out the expiry."
            )
        if number is None or product_id is None or cells.bad:
            return None
        line, aside = cells.row.line, bool(another)
        return cells.of("lot", lambda: self.lots.find(product_id, number, expiry, line=line, another=aside))

    def _identity(self, *said: object) -> str:
        """By what a row is known again: who got how much of what when; the same twice in a file is two."""
        text = "|".join(["use-2", *map(str, said)])
        short = hashlib.blake2b(text.encode(), digest_size=12).digest()
        self._seen[short] += 1
        return hashlib.sha256(f"{text}|{self._seen[short]}".encode()).hexdigest()


def _expiry(text: str, given_at: datetime | None) -> date:
    found = read_printed_expiry(text)
    if found.year < FIRST_YEAR or (given_at and found.year - given_at.year > FAR_YEARS):
        raise BadCell(f"No pack used then expires on {day_words(found)}.", "Look at it again.")
    return found


def record_history(
    file: StoredFile, content: IO[bytes], told: Told | None, *, at: datetime, by: Actor
) -> Looked:
    """Write what is new of a list; Refused where any row of it is bad, and then nothing is written."""
    looked, reader = Looked(), HistoryReader(at=at, by=by, sha256=file.sha256)
    importer = Importer(file, at=at, by=by)
    made = list[int]()
    for judged in stretches(content, reader, looked, told):
        fresh = [one for one in judged if one.value and not one.known]
        if not looked.bad_rows and fresh:
            made += _make_lots(
                [reader.lot_of[one.row.line] for one in fresh if one.row.line in reader.lot_of], at
            )
            importer.write([_with_lot(one.value, reader.lot_of.get(one.row.line)) for one in fresh])
        reader.lot_of.clear()
    if looked.bad_rows:
        raise has_bad_rows(looked.bad_rows)
    told_anew = _tell_expiries(reader.lots, at=at, by=by)
    importer.finish()
    has_arrived([*made, *told_anew], at=at, by=by, goods=False)
    new = {
        "sha256": file.sha256,
        "file": file.name,
        "new": looked.new,
        "known": looked.known,
        "lots": len(made),
    }
    record("exchange.history", file, by=by, at=at, new=new)
    return looked


def _make_lots(wanted: list[Meant], at: datetime) -> list[int]:
    fresh = list({id(meant): meant for meant in wanted if meant.id is None}.values())
    told = ((meant.product_id, meant.number, meant.expires_on) for meant in fresh)
    for meant, lot in zip(fresh, bring_lots(told, at=at), strict=True):
        meant.id = lot.id
    return [meant.id for meant in fresh if meant.id is not None]


def _with_lot(use: Use, meant: Meant | None) -> Use:
    if meant is None:
        return use
    values = {name: getattr(use, name) for name in Use.__slots__} | {"lot_id": meant.id}
    return Use(**values)


def _tell_expiries(lots: Lots, *, at: datetime, by: Actor) -> list[int]:
    """An expiry that a later row told, or that nobody had told of a lot on record; the keys of those."""
    for meant in lots.changed:
        if meant.id is None:
            continue
        lot = db.session.get_one(Lot, meant.id)
        lot.expires_on = meant.expires_on
        if meant.on_record:
            new = {"lot": lot.number, "expires_on": str(lot.expires_on)}
            record("exchange.lot_expiry", lot, by=by, at=at, old={"expires_on": "not on record"}, new=new)
    db.session.flush()
    return [meant.id for meant in lots.changed if meant.id is not None]
