"""Holds that stand: on a lot, its product, a place, a vial or a delivery, at every site at once."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from formulary.db import Missing, db
from formulary.stock.models import Balance, Hold, Lot, Movement, Place, Reservation, Vial


@dataclass(frozen=True)
class Holds:
    """The holds that stand, with the lots that a held delivery brought."""

    rows: tuple[Hold, ...]
    delivered: frozenset[tuple[int, int]]

    def on(
        self, *, lot_id: int, product_id: int, vial_id: int | None, place_id: int | None
    ) -> tuple[Hold, ...]:
        """Those that stop this lot, as it lies in this vial or at this place."""
        touched = {("lot", lot_id), ("product", product_id), ("vial", vial_id), ("place", place_id)}
        return tuple(
            h
            for h in self.rows
            if (h.object_kind, h.object_id) in touched
            or (h.object_kind == "delivery" and (h.object_id, lot_id) in self.delivered)
        )


def hold(hold_id: int) -> Hold:
    """One hold; Missing when there is none."""
    found = db.session.get(Hold, hold_id)
    if found is None:
        raise Missing(f"No hold {hold_id}")
    return found


def open_holds() -> Holds:
    """Every hold that stands, in one query, or two where a delivery is held."""
    rows = tuple(db.session.scalars(db.select(Hold).where(Hold.released_at.is_(None)).order_by(Hold.id)))
    deliveries = {h.object_id for h in rows if h.object_kind == "delivery"}
    return Holds(rows, frozenset(_delivered(deliveries)))


def holds_about(lot: Lot, vials: Iterable[Vial] = ()) -> list[Hold]:
    """Every hold ever placed on a lot, its product or its vials, newest first."""
    pairs = [("lot", lot.id), ("product", lot.product_id), *(("vial", v.id) for v in vials)]
    conditions = [db.and_(Hold.object_kind == kind, Hold.object_id == key) for kind, key in pairs]
    return list(db.session.scalars(db.select(Hold).where(db.or_(*conditions)).order_by(Hold.id.desc())))


def holds_on(lot_ids: Collection[int]) -> dict[int, list[Hold]]:
    """The holds that stand on each of these lots themselves, by lot."""
    query = db.select(Hold).where(
        Hold.object_kind == "lot", Hold.object_id.in_(lot_ids), Hold.released_at.is_(None)
    )
    found: dict[int, list[Hold]] = {lot_id: [] for lot_id in lot_ids}
    for row in db.session.scalars(query.order_by(Hold.id)):
        found[row.object_id].append(row)
    return found


def lots_of_delivery(delivery_id: int) -> set[int]:
    """The lots that came with a delivery."""
    return {lot_id for _, lot_id in _delivered({delivery_id})}


@dataclass(frozen=True)
class Stopped:
    """What a hold would stop, counted."""

    places: int
    preparing: int
    vials: int
    reservations: int


def what_stops(kind: str, object_id: int) -> Stopped:
    """Places with sealed stock, open vials and reservations that a hold on this would stop, at every site."""
    lots = {"lot": {object_id}, "delivery": lots_of_delivery(object_id) if kind == "delivery" else set()}
    of_product = db.select(Lot.id).filter_by(product_id=object_id)
    balances: Any = {"vial": Balance.vial_id == object_id, "place": Balance.place_id == object_id}
    kept: Any = {"vial": Reservation.vial_id == object_id, "place": Reservation.place_id == object_id}
    among = of_product if kind == "product" else lots.get(kind, set())
    here = balances.get(kind, Balance.lot_id.in_(among)), Balance.quantity > 0
    standing = kept.get(kind, Reservation.lot_id.in_(among)), Reservation.ended_at.is_(None)
    at_places = db.select(Balance.place_id).join(Place, Place.id == Balance.place_id).where(*here).distinct()
    return Stopped(
        places=_count(at_places.where(Balance.vial_id.is_(None), Place.kind != "preparation")),
        preparing=_count(at_places.where(Place.kind == "preparation")),
        vials=_count(db.select(Balance.vial_id).where(*here, Balance.vial_id.is_not(None)).distinct()),
        reservations=_count(db.select(Reservation.id).where(*standing)),
    )


def _count(query: Any) -> int:
    return db.session.scalar(db.select(db.func.count()).select_from(query.subquery())) or 0


def _delivered(deliveries: Collection[int]) -> Iterable[tuple[int, int]]:
    if not deliveries:
        return ()
    query = db.select(Movement.document_id, Movement.lot_id).distinct()
    query = query.where(Movement.document_kind == "delivery", Movement.document_id.in_(deliveries))
    return ((delivery or 0, lot_id) for delivery, lot_id in db.session.execute(query))
