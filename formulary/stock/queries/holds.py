"""Holds that stand: on a lot, its product, a place, a vial or a delivery, at every site at once."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from formulary.db import Missing, db, read_once, rows_of
from formulary.stock.models import Balance, Hold, Lot, Movement, Place, Reservation, Vial, hold_words


@dataclass(frozen=True)
class Standing:
    """A hold that stands, as far as what it stops is asked."""

    id: int
    code: str
    object_kind: str
    object_id: int
    source: str
    reason: str
    placed_at: datetime

    @property
    def words(self) -> str:
        """How a page names it after "held:"."""
        return hold_words(self.source, self.code, self.reason)


@dataclass(frozen=True)
class Holds:
    """The holds that stand, and which lots those on a lot or a delivery cover: with all made from them."""

    rows: tuple[Standing, ...]
    covered: frozenset[tuple[int, int]] = frozenset()

    def on(
        self, *, lot_id: int, product_id: int, vial_id: int | None, place_id: int | None
    ) -> tuple[Standing, ...]:
        """Those that stop this lot, as it lies in this vial or at this place."""
        if not self.rows:
            return ()
        touched = {("product", product_id), ("vial", vial_id), ("place", place_id)}
        return tuple(
            h for h in self.rows if (h.object_kind, h.object_id) in touched or (h.id, lot_id) in self.covered
        )


def hold(hold_id: int) -> Hold:
    """One hold; Missing when there is none."""
    found = db.session.get(Hold, hold_id)
    if found is None:
        raise Missing(f"No hold {hold_id}")
    return found


COLUMNS = (Hold.id, Hold.code, Hold.object_kind, Hold.object_id, Hold.source, Hold.reason, Hold.placed_at)
STANDING = db.select(*COLUMNS).where(Hold.released_at.is_(None)).order_by(Hold.id)
"""Made once: every check asks it."""


def open_holds() -> Holds:
    """Every hold that stands, in one query, and one or two more where a lot or a delivery is held."""
    return read_once((Hold, Movement, Lot), "open holds", _standing)


def _standing() -> Holds:
    return _covering(tuple(Standing(*row) for row in rows_of(STANDING)))


def holds_at(at: datetime) -> Holds:
    """Every hold that stood at an instant that is over."""
    stood = db.or_(Hold.released_at.is_(None), Hold.released_at > at)
    query = db.select(*COLUMNS).where(Hold.placed_at <= at, stood).order_by(Hold.id)
    return _covering(tuple(Standing(*row) for row in db.session.execute(query)))


def _covering(rows: tuple[Standing, ...]) -> Holds:
    """These holds, with the lots that those on a lot or a delivery cover."""
    own = {(h.id, h.object_id) for h in rows if h.object_kind == "lot"}
    deliveries = {h.object_id for h in rows if h.object_kind == "delivery"}
    for delivery, lot_id in _delivered(deliveries):
        own |= {(h.id, lot_id) for h in rows if (h.object_kind, h.object_id) == ("delivery", delivery)}
    return Holds(rows, frozenset(_with_made_from(own)))


def holds_on_formula(version_id: int | None) -> tuple[str, ...]:
    """The words of the holds that stand on a version of a formula."""
    if version_id is None:
        return ()
    query = db.select(Hold).filter_by(object_kind="formula_version", object_id=version_id, released_at=None)
    return tuple(hold.words for hold in db.session.scalars(query.order_by(Hold.id)))


def holds_about(lot: Lot, vials: Iterable[Vial] = ()) -> list[Hold]:
    """Every hold ever placed on a lot, what it was made from, its product or its vials, newest first."""
    pairs = [("lot", key) for key in _ancestry(lot)]
    pairs += [("product", lot.product_id), *(("vial", v.id) for v in vials)]
    conditions = [db.and_(Hold.object_kind == kind, Hold.object_id == key) for kind, key in pairs]
    return list(db.session.scalars(db.select(Hold).where(db.or_(*conditions)).order_by(Hold.id.desc())))


@dataclass(frozen=True)
class Stopped:
    """What a hold would stop, counted."""

    places: int
    preparing: int
    vials: int
    reservations: int


def what_stops(kind: str, object_id: int) -> Stopped:
    """Places with sealed stock, open vials and reservations that a hold on this would stop, at every site."""
    here = touched_by(Balance, kind, object_id), Balance.quantity > 0
    standing = touched_by(Reservation, kind, object_id), Reservation.ended_at.is_(None)
    at_places = db.select(Balance.place_id).join(Place, Place.id == Balance.place_id).where(*here).distinct()
    return Stopped(
        places=_count(at_places.where(Balance.vial_id.is_(None), Place.kind != "preparation")),
        preparing=_count(at_places.where(Place.kind == "preparation")),
        vials=_count(db.select(Balance.vial_id).where(*here, Balance.vial_id.is_not(None)).distinct()),
        reservations=_count(db.select(Reservation.id).where(*standing)),
    )


def touched_by(rows: Any, kind: str, object_id: int) -> Any:
    """The condition on balances or reservations that a hold on this object touches them."""
    if kind == "formula_version":
        return db.false()
    if kind in ("vial", "place"):
        touched: Any = getattr(rows, f"{kind}_id") == object_id
        return touched
    return rows.lot_id.in_(_lots_under(kind, object_id))


def _count(query: Any) -> int:
    return db.session.scalar(db.select(db.func.count()).select_from(query.subquery())) or 0


def _delivered(deliveries: Collection[int]) -> Iterable[tuple[int, int]]:
    if not deliveries:
        return ()
    query = db.select(Movement.document_id, Movement.lot_id).distinct()
    query = query.where(Movement.document_kind == "delivery", Movement.document_id.in_(deliveries))
    return ((delivery or 0, lot_id) for delivery, lot_id in db.session.execute(query))


def _lots_under(kind: str, object_id: int) -> Any:
    """The lots that a hold on a lot or a delivery stops, with all made from them; those of a product."""
    if kind == "product":
        return db.select(Lot.id).filter_by(product_id=object_id)
    own = {object_id} if kind == "lot" else {lot_id for _, lot_id in _delivered({object_id})}
    return {lot_id for _, lot_id in _with_made_from({(0, lot_id) for lot_id in own})}


def _with_made_from(pairs: set[tuple[int, int]]) -> set[tuple[int, int]]:
    """These (hold, lot), and for each lot what was made from it, however far."""
    found = grown = pairs
    while grown:
        query = db.select(Lot.made_from_id, Lot.id).where(Lot.made_from_id.in_({lot for _, lot in grown}))
        children = db.session.execute(query).all()
        grown = {(key, child) for key, lot in grown for parent, child in children if parent == lot} - found
        found = found | grown
    return found


def _ancestry(lot: Lot) -> list[int]:
    """The lot, what it was made from, and so on."""
    found, above = [lot.id], lot.made_from_id
    while above is not None:
        found.append(above)
        above = db.session.scalar(db.select(Lot.made_from_id).where(Lot.id == above))
    return found
