"""Bucket F: cocktails that lots were promised to: reserved, named in a line, or planned and not drawn."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, null, union_all
from sqlalchemy.orm import aliased

from formulary.accounts.models import Site
from formulary.cocktails.models import Cocktail, CocktailLine, Revision
from formulary.db import db
from formulary.db.bare import plain_rows
from formulary.db.prepared import value, values, whole, word, words
from formulary.preparations.models import Attempt, PlannedDraw
from formulary.stock.models import Reservation

NOT_BEGUN = ("draft", "prescribed", "verified")
REF = "cocktail:"


@dataclass(frozen=True)
class Promised:
    """A cocktail that would have taken of a lot; `why`: reserved, broken (by a hold), planned, named."""

    lot_id: int
    cocktail_id: int
    patient_id: int
    code: str
    state: str
    site: str
    why: str
    quantity: int | None = None


@dataclass(frozen=True)
class Wanted:
    """What is looked for: the lots, and by vial the lots that are in it as diluents."""

    lot_ids: frozenset[int]
    in_vials: Mapping[int, frozenset[int]]
    vial_lots: frozenset[int]

    @property
    def asked(self) -> dict[str, list[int]]:
        """The values of `_source`, and the lots that a line may name."""
        lots = {name: sorted(self.lot_ids) for name in ("lots", "lines")}
        return lots | {"vials": sorted(self.in_vials), "vial_lots": sorted(self.vial_lots)}

    def of(self, lot_id: int, vial_id: int | None) -> Iterable[int]:
        """The lots that a draw from this source would take."""
        own = {lot_id} & self.lot_ids
        return sorted(own | self.in_vials.get(vial_id or 0, frozenset()))


def promised(wanted: Wanted, *, held_at: Collection[datetime], at: datetime) -> tuple[Promised, ...]:
    """Every cocktail that waits for one of these lots, each lot of it once, as known at `at`.

    `held_at` are the instants of the holds that stand: what they broke is told as well.
    """
    rows = [*_reserved(wanted, held_at, at), *_waiting(wanted)]
    once = {(row.cocktail_id, row.lot_id): row for row in reversed(rows)}
    return tuple(sorted(once.values(), key=lambda row: (row.site, row.cocktail_id, row.lot_id)))


def _reserved(wanted: Wanted, held_at: Collection[datetime], at: datetime) -> Iterator[Promised]:
    asked = {**wanted.asked, "held_at": list(held_at), "at": at}
    kept = [(int(ref.removeprefix(REF)), *row) for ref, *row in plain_rows(_reservations(), asked)]
    numbers = {number for number, *_ in kept}
    cocktails = _cocktails(Cocktail.id.in_(numbers)) if numbers else {}
    for number, lot_id, vial_id, quantity, ended_at in kept:
        cocktail, why = cocktails.get(number), "reserved" if ended_at is None else "broken"
        for one in wanted.of(lot_id, vial_id) if cocktail else ():
            yield Promised(one, *cocktail, why, quantity if one == lot_id else None)  # type: ignore[misc]


@cache
def _reservations() -> Select[Any]:
    source = (Reservation.lot_id, Reservation.vial_id, Reservation.quantity, Reservation.ended_at)
    query = db.select(Reservation.for_ref, *source).where(_source(Reservation), _stands_or_broken())
    return query.where(Reservation.for_ref.startswith(REF)).order_by(Reservation.id)


def _waiting(wanted: Wanted) -> Iterator[Promised]:
    """Draws that are planned, then lines that name the lot in what is not begun."""
    for _, *cocktail, lot_id, vial_id, quantity, why in plain_rows(_plans_and_lines(), wanted.asked):
        for one in wanted.of(lot_id, vial_id):
            yield Promised(one, *cocktail, why, quantity if one == lot_id else None)


@cache
def _plans_and_lines() -> Any:
    return union_all(_plans(), _lines()).order_by("first")


@cache
def _plans() -> Select[Any]:
    columns = (Attempt.cocktail_id, Attempt.patient_id, Cocktail.code, Attempt.state, Site.name)
    draw = (PlannedDraw.lot_id, PlannedDraw.vial_id, PlannedDraw.quantity, word("planned"))
    query = db.select(whole(1).label("first"), *columns, *draw).join(
        PlannedDraw, PlannedDraw.attempt_id == Attempt.id
    )
    query = query.join(Cocktail, Cocktail.id == Attempt.cocktail_id).join(Site, Site.id == Attempt.site_id)
    query = query.where(Attempt.site_id.in_(db.select(Site.id)), Attempt.state == word("in_preparation"))
    return query.where(PlannedDraw.state == word("planned"), _source(PlannedDraw))


@cache
def _lines() -> Select[Any]:
    """Only of the revision that counts."""
    columns = (Cocktail.id, Cocktail.patient_id, Cocktail.code, Cocktail.state, Site.name)
    line = (CocktailLine.lot_id, null(), null(), word("named"))
    query = db.select(whole(2), *columns, *line).join(Revision, Revision.cocktail_id == Cocktail.id)
    query = query.join(CocktailLine, CocktailLine.revision_id == Revision.id)
    query = query.join(Site, Site.id == Cocktail.site_id).where(_not_begun())
    return query.where(Revision.number == Cocktail.revision_number, CocktailLine.lot_id.in_(values("lines")))


def _cocktails(which: ColumnElement[bool]) -> dict[int, Sequence[Any]]:
    columns = (Cocktail.id, Cocktail.patient_id, Cocktail.code, Cocktail.state, Site.name)
    query = db.select(*columns).join(Site, Site.id == Cocktail.site_id).where(which, _not_begun())
    return {row[0]: row for row in db.session.execute(query)}


def _not_begun() -> ColumnElement[bool]:
    """By site and state, which is one index: what has ended is never looked at."""
    return db.and_(Cocktail.site_id.in_(db.select(Site.id)), Cocktail.state.in_(words(*NOT_BEGUN)))


def _source(table: Any) -> ColumnElement[bool]:
    """Of one of the lots, or of a vial that one of them is in as the diluent."""
    diluted = db.and_(table.lot_id.in_(values("vial_lots")), table.vial_id.in_(values("vials")))
    return db.or_(table.lot_id.in_(values("lots")), diluted)


def _stands_or_broken() -> ColumnElement[bool]:
    newer = aliased(Reservation)
    anew = db.select(newer.id).where(
        newer.for_ref == Reservation.for_ref, newer.created_at > Reservation.ended_at
    )
    stands = db.and_(
        Reservation.ended_at.is_(None), db.or_(Reservation.until.is_(None), Reservation.until > value("at"))
    )
    broken = db.and_(
        Reservation.ended_at.in_(values("held_at")), Reservation.ended_why.startswith("hold "), ~anew.exists()
    )
    return db.or_(stands, broken)
