"""Bucket F: cocktails that lots were promised to: reserved, named in a line, or planned and not drawn."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select
from sqlalchemy.orm import aliased

from formulary.accounts.models import Site
from formulary.cocktails.models import Cocktail, CocktailLine, Revision
from formulary.db import db
from formulary.db.prepared import value, values
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
        """The values of `_source`."""
        return {"lots": list(self.lot_ids), "vials": list(self.in_vials), "vial_lots": list(self.vial_lots)}

    def of(self, lot_id: int, vial_id: int | None) -> Iterable[int]:
        """The lots that a draw from this source would take."""
        own = {lot_id} & self.lot_ids
        return sorted(own | self.in_vials.get(vial_id or 0, frozenset()))


def promised(wanted: Wanted, *, held_at: Collection[datetime], at: datetime) -> tuple[Promised, ...]:
    """Every cocktail that waits for one of these lots, each lot of it once, as known at `at`.

    `held_at` are the instants of the holds that stand: what they broke is told as well.
    """
    rows = [*_reserved(wanted, held_at, at), *_planned(wanted), *_named(wanted)]
    once = {(row.cocktail_id, row.lot_id): row for row in reversed(rows)}
    return tuple(sorted(once.values(), key=lambda row: (row.site, row.cocktail_id, row.lot_id)))


def _reserved(wanted: Wanted, held_at: Collection[datetime], at: datetime) -> Iterator[Promised]:
    asked = {**wanted.asked, "held_at": list(held_at), "at": at}
    kept = list(db.session.scalars(_reservations(), asked))
    numbers = {int(row.for_ref.removeprefix(REF)) for row in kept}
    cocktails = _cocktails(Cocktail.id.in_(numbers)) if numbers else {}
    for row in kept:
        cocktail = cocktails.get(int(row.for_ref.removeprefix(REF)))
        for lot_id in wanted.of(row.lot_id, row.vial_id) if cocktail else ():
            why = "reserved" if row.ended_at is None else "broken"
            yield Promised(lot_id, *cocktail, why, row.quantity if row.lot_id == lot_id else None)  # type: ignore[misc]


@cache
def _reservations() -> Select[Any]:
    query = db.select(Reservation).where(_source(Reservation), _stands_or_broken())
    return query.where(Reservation.for_ref.startswith(REF)).order_by(Reservation.id)


def _planned(wanted: Wanted) -> Iterator[Promised]:
    for *cocktail, lot_id, vial_id, quantity in db.session.execute(_plans(), wanted.asked):
        for one in wanted.of(lot_id, vial_id):
            yield Promised(one, *cocktail, "planned", quantity if one == lot_id else None)


@cache
def _plans() -> Select[Any]:
    columns = (Attempt.cocktail_id, Attempt.patient_id, Cocktail.code, Attempt.state, Site.name)
    draw = (PlannedDraw.lot_id, PlannedDraw.vial_id, PlannedDraw.quantity)
    query = db.select(*columns, *draw).join(PlannedDraw, PlannedDraw.attempt_id == Attempt.id)
    query = query.join(Cocktail, Cocktail.id == Attempt.cocktail_id).join(Site, Site.id == Attempt.site_id)
    query = query.where(Attempt.site_id.in_(db.select(Site.id)), Attempt.state == "in_preparation")
    return query.where(PlannedDraw.state == "planned", _source(PlannedDraw))


def _named(wanted: Wanted) -> Iterator[Promised]:
    """Lines that name the lot, in what is not begun: only the revision that counts."""
    for row in db.session.execute(_lines(), {"lots": list(wanted.lot_ids)}):
        yield Promised(*row, "named")


@cache
def _lines() -> Select[Any]:
    columns = (
        CocktailLine.lot_id,
        Cocktail.id,
        Cocktail.patient_id,
        Cocktail.code,
        Cocktail.state,
        Site.name,
    )
    query = db.select(*columns).join(Revision, Revision.cocktail_id == Cocktail.id)
    query = query.join(CocktailLine, CocktailLine.revision_id == Revision.id).join(
        Site, Site.id == Cocktail.site_id
    )
    query = query.where(Revision.number == Cocktail.revision_number, _not_begun())
    return query.where(CocktailLine.lot_id.in_(values("lots")))


def _cocktails(which: ColumnElement[bool]) -> dict[int, Sequence[Any]]:
    columns = (Cocktail.id, Cocktail.patient_id, Cocktail.code, Cocktail.state, Site.name)
    query = db.select(*columns).join(Site, Site.id == Cocktail.site_id).where(which, _not_begun())
    return {row[0]: row for row in db.session.execute(query)}


def _not_begun() -> ColumnElement[bool]:
    """By site and state, which is one index: what has ended is never looked at."""
    return db.and_(Cocktail.site_id.in_(db.select(Site.id)), Cocktail.state.in_(NOT_BEGUN))


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
