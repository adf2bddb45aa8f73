"""Bucket A: who received these lots, from one index, page by page, at the cost of the page."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache, lru_cache, partial
from typing import Any, NamedTuple

from sqlalchemy import Select, bindparam, func, select, tuple_, union_all

from formulary.administrations.models import GivenLot
from formulary.db import db
from formulary.db.bare import driver_rows, plain_rows
from formulary.db.prepared import values, whole
from formulary.db.types import instant
from formulary.patients.models import Patient
from formulary.web.paging import Page, Window, token, values_of

PAGE = 50
ALL_AT_ONCE = 1000
KEY = (GivenLot.at, GivenLot.id)
TABLE = GivenLot.__table__.c
COLUMNS = (
    TABLE.id, TABLE.lot_id, TABLE.at, TABLE.patient_id, TABLE.cocktail_id, TABLE.given.label("quantity"),
    TABLE.grade, TABLE.via,
)  # fmt: skip
Key = tuple[datetime, int]
UTC_ITSELF = timedelta()


class Given(NamedTuple):
    """So much of a lot reached a patient in a cocktail, in the lot's steps; `via` says by what way.

    By earlier records it was in no cocktail of ours. `stored_at` is as the driver gives it: not every instant
    of a long list is looked at.
    """

    id: int
    lot_id: int
    stored_at: Any
    patient_id: int
    cocktail_id: int | None
    quantity: int
    grade: str
    via: str

    @property
    def at(self) -> datetime:
        """When it was given: when the session began."""
        return instant(self.stored_at)


_as_given = partial(tuple.__new__, Given)
"""What `Given._make` does without a call in Python for each row: a fifth of what the database takes."""


@dataclass(frozen=True)
class Reach:
    """How many patients (merged records count as one) and cocktails these lots reached.

    `imported` counts the uses that earlier records tell of.
    """

    patients: int = 0
    cocktails: int = 0
    imported: int = 0


def received(lot_ids: Sequence[int], *, after: Key | None = None, size: int = PAGE) -> list[Given]:
    """Who received these lots, the newest first, `size` rows from behind a row's key."""
    return _rows(lot_ids, after, size)


def received_page(lot_ids: Sequence[int], window: Window, *, size: int = PAGE) -> Page:
    """The same as one page, with the tokens of the pages beside it.

    A bad token means the top, and so does one with nothing behind it: an answer never says that nobody was
    reached because of where it was opened.
    """
    before, after = _key(window.before), _key(window.after)
    backwards = before is not None
    found = _rows(lot_ids, before or after, size + 1, backwards=backwards)
    if not found and (before or after):
        return received_page(lot_ids, Window(), size=size)
    more, rows = len(found) > size, found[:size]
    if backwards:
        rows.reverse()
    newer = more if backwards else after is not None
    older = backwards or more
    return Page(
        rows, token(rows[0], KEY) if rows and newer else "", token(rows[-1], KEY) if rows and older else ""
    )


def everybody(lot_ids: Sequence[int]) -> Iterator[Given]:
    """Every row, the newest first, a stretch at a time: for lists that leave the page."""
    rows = received(lot_ids, size=ALL_AT_ONCE)
    while rows:
        yield from rows
        rows = received(lot_ids, after=(rows[-1].at, rows[-1].id), size=ALL_AT_ONCE)


def reach(lot_ids: Sequence[int]) -> Reach:
    """How far these lots went, whatever the page shows."""
    [counted] = plain_rows(_reach(), {"lots": list(lot_ids)})
    return Reach(*counted)


@cache
def _reach() -> Select[Any]:
    here = (GivenLot.lot_id.in_(values("lots")), GivenLot.given > whole(0))
    touched = db.select(GivenLot.patient_id).where(*here).distinct().subquery()
    kept = func.coalesce(Patient.merged_into_id, Patient.id)
    patients = db.select(func.count(kept.distinct())).join(touched, touched.c.patient_id == Patient.id)
    cocktails = db.select(func.count(GivenLot.cocktail_id.distinct())).where(*here)
    imported = db.select(func.count()).where(*here, GivenLot.cocktail_id.is_(None))
    sums = (query.scalar_subquery() for query in (patients, cocktails, imported))
    return db.select(*sums)


def _rows(lot_ids: Sequence[int], key: Key | None, size: int, *, backwards: bool = False) -> list[Given]:
    values: dict[str, Any] = {f"lot_{place}": lot_id for place, lot_id in enumerate(lot_ids)}
    if key is not None:
        values |= {"at": key[0], "number": key[1]}
    statement = _newest(len(lot_ids), key is not None, backwards)
    return list(map(_as_given, driver_rows(statement, values | {"size": size})))


@lru_cache(64)
def _newest(lots: int, goes_on: bool, backwards: bool) -> Any:
    """Each lot's rows come in the order of the index, so that the database merges and never sorts them:
    SQLite sees by itself that they do, PostgreSQL where each part says its order.

    Built once for so many lots: a page costs little more than its rows.
    """
    parts = [_of_lot(f"lot_{place}", goes_on, backwards) for place in range(lots)]
    if lots > 1:
        merged = union_all(*(select(part.subquery()) for part in parts))
        parts = [_ordered(merged, merged.selected_columns, backwards)]
    return parts[0].limit(bindparam("size"))


def _of_lot(name: str, goes_on: bool, backwards: bool) -> Any:
    query = select(*COLUMNS).where(TABLE.lot_id == bindparam(name), TABLE.given > whole(0))
    if goes_on:
        here = tuple_(TABLE.at, TABLE.id)
        there = tuple_(bindparam("at", type_=TABLE.at.type), bindparam("number"))
        query = query.where(here > there if backwards else here < there)
    return _ordered(query, TABLE, backwards)


def _ordered(query: Any, columns: Any, backwards: bool) -> Any:
    at, number = columns.at, columns.id
    return query.order_by(at, number) if backwards else query.order_by(at.desc(), number.desc())


def _key(text: str) -> Key | None:
    """What a token stands for; None where it is none of ours, which are written in UTC."""
    values = values_of(text, len(KEY)) if text else None
    if values is None or not (isinstance(values[0], datetime) and isinstance(values[1], int)):
        return None
    return (values[0], values[1]) if values[0].utcoffset() == UTC_ITSELF else None
