"""Bucket A: who received these lots, from one index, page by page, at the cost of the page."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, literal, tuple_, union_all

from formulary.administrations.models import GivenLot
from formulary.db import db
from formulary.patients.models import Patient
from formulary.web.paging import Page, Window, token, values_of

PAGE = 50
ALL_AT_ONCE = 1000
KEY = (GivenLot.at, GivenLot.id)
COLUMNS = (
    GivenLot.id, GivenLot.lot_id, GivenLot.at, GivenLot.patient_id, GivenLot.cocktail_id, GivenLot.given,
    GivenLot.grade, GivenLot.via,
)  # fmt: skip
Key = tuple[datetime, int]


@dataclass(frozen=True)
class Given:
    """So much of a lot reached a patient in a cocktail, in the lot's steps; `via` says by what way."""

    id: int
    lot_id: int
    at: datetime
    patient_id: int
    cocktail_id: int
    quantity: int
    grade: str
    via: str


@dataclass(frozen=True)
class Reach:
    """How many patients (merged records count as one) and cocktails these lots reached."""

    patients: int = 0
    cocktails: int = 0


def received(lot_ids: Sequence[int], *, after: Key | None = None, size: int = PAGE) -> list[Given]:
    """Who received these lots, the newest first, `size` rows from behind a row's key."""
    return _rows(_newest(lot_ids, after, backwards=False).limit(size))


def received_page(lot_ids: Sequence[int], window: Window, *, size: int = PAGE) -> Page:
    """The same as one page, with the tokens of the pages beside it; a bad token means the top."""
    before, after = _key(window.before), _key(window.after)
    backwards = before is not None
    found = _rows(_newest(lot_ids, before or after, backwards=backwards).limit(size + 1))
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
    here = (GivenLot.lot_id.in_(lot_ids), GivenLot.given > 0)
    touched = db.select(GivenLot.patient_id).where(*here).distinct().subquery()
    kept = func.coalesce(Patient.merged_into_id, Patient.id)
    patients = db.select(func.count(kept.distinct())).join(touched, touched.c.patient_id == Patient.id)
    cocktails = db.select(func.count(GivenLot.cocktail_id.distinct())).where(*here)
    row = db.session.execute(db.select(patients.scalar_subquery(), cocktails.scalar_subquery())).one()
    return Reach(*row)


def _newest(lot_ids: Sequence[int], key: Key | None, *, backwards: bool) -> Any:
    """Each lot's rows come in the order of the index, so that the database merges and never sorts them."""
    lots = [_of_lot(lot_id, key, backwards=backwards) for lot_id in lot_ids]
    query: Any = lots[0] if len(lots) == 1 else union_all(*lots)
    at, number = KEY if len(lots) == 1 else (query.selected_columns.at, query.selected_columns.id)
    return query.order_by(at, number) if backwards else query.order_by(at.desc(), number.desc())


def _of_lot(lot_id: int, key: Key | None, *, backwards: bool) -> Select[Any]:
    query = db.select(*COLUMNS).where(GivenLot.lot_id == lot_id, GivenLot.given > 0)
    if key is None:
        return query
    here, there = tuple_(*KEY), tuple_(literal(key[0], GivenLot.at.type), literal(key[1]))
    return query.where(here > there if backwards else here < there)


def _rows(query: Any) -> list[Given]:
    return [Given(*row) for row in db.session.execute(query)]


def _key(text: str) -> Key | None:
    values = values_of(text, len(KEY)) if text else None
    if values is None or not (isinstance(values[0], datetime) and isinstance(values[1], int)):
        return None
    return values[0], values[1]
