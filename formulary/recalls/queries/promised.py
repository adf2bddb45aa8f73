"""Bucket F: cocktails that lots were promised to: reserved, named in a line, or planned and not drawn."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement
from sqlalchemy.orm import aliased

from formulary.accounts.models import Site
from formulary.cocktails.models import Cocktail, CocktailLine, Revision
from formulary.db import db
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
    query = db.select(Reservation).where(_source(wanted, Reservation), _stands_or_broken(held_at, at))
    kept = list(db.session.scalars(query.where(Reservation.for_ref.startswith(REF)).order_by(Reservation.id)))
    numbers = {int(row.for_ref.removeprefix(REF)) for row in kept}
    cocktails = _cocktails(Cocktail.id.in_(numbers)) if numbers else {}
    for row in kept:
        cocktail = cocktails.get(int(row.for_ref.removeprefix(REF)))
        for lot_id in wanted.of(row.lot_id, row.vial_id) if cocktail else ():
            why = "reserved" if row.ended_at is None else "broken"
            yield Promised(lot_id, *cocktail, why, row.quantity if row.lot_id == lot_id else None)  # type: ignore[misc]


def _planned(wanted: Wanted) -> Iterator[Promised]:
    columns = (Attempt.cocktail_id, Attempt.patient_id, Cocktail.code, Attempt.state, Site.name)
    draw = (PlannedDraw.lot_id, PlannedDraw.vial_id, PlannedDraw.quantity)
    query = db.select(*columns, *draw).join(PlannedDraw, PlannedDraw.attempt_id == Attempt.id)
    query = query.join(Cocktail, Cocktail.id == Attempt.cocktail_id).join(Site, Site.id == Attempt.site_id)
    query = query.where(Attempt.site_id.in_(db.select(Site.id)), Attempt.state == "in_preparation")
    query = query.where(PlannedDraw.state == "planned", _source(wanted, PlannedDraw))
    for *cocktail, lot_id, vial_id, quantity in db.session.execute(query):
        for one in wanted.of(lot_id, vial_id):
            yield Promised(one, *cocktail, "planned", quantity if one == lot_id else None)


def _named(wanted: Wanted) -> Iterator[Promised]:
    """Lines that name the lot, in what is not begun: only the revision that counts."""
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
    for row in db.session.execute(query.where(CocktailLine.lot_id.in_(wanted.lot_ids))):
        yield Promised(*row, "named")


def _cocktails(which: ColumnElement[bool]) -> dict[int, Sequence[Any]]:
    columns = (Cocktail.id, Cocktail.patient_id, Cocktail.code, Cocktail.state, Site.name)
    query = db.select(*columns).join(Site, Site.id == Cocktail.site_id).where(which, _not_begun())
    return {row[0]: row for row in db.session.execute(query)}


def _not_begun() -> ColumnElement[bool]:
    """By site and state, which is one index: what has ended is never looked at."""
    return db.and_(Cocktail.site_id.in_(db.select(Site.id)), Cocktail.state.in_(NOT_BEGUN))


def _source(wanted: Wanted, table: Any) -> ColumnElement[bool]:
    diluted = db.and_(table.lot_id.in_(wanted.vial_lots), table.vial_id.in_(wanted.in_vials))
    return db.or_(table.lot_id.in_(wanted.lot_ids), diluted)


def _stands_or_broken(held_at: Collection[datetime], at: datetime) -> ColumnElement[bool]:
    newer = aliased(Reservation)
    anew = db.select(newer.id).where(
        newer.for_ref == Reservation.for_ref, newer.created_at > Reservation.ended_at
    )
    stands = db.and_(
        Reservation.ended_at.is_(None), db.or_(Reservation.until.is_(None), Reservation.until > at)
    )
    broken = db.and_(
        Reservation.ended_at.in_(held_at), Reservation.ended_why.startswith("hold "), ~anew.exists()
    )
    return db.or_(stands, broken)
