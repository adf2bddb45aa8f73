"""Reservations: quantities kept for somebody, never more than lies there."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from formulary.accounts import Actor
from formulary.db import db
from formulary.rules.findings import Finding, Refused
from formulary.stock.actions.balances import lock
from formulary.stock.actions.entries import Key
from formulary.stock.facts import standing
from formulary.stock.labels import refusals
from formulary.stock.models import Lot, Place, Reservation, Vial


@dataclass(frozen=True)
class Pick:
    """A quantity of one source: a sealed lot at a place, or an open vial; in the lot's steps."""

    lot_id: int
    quantity: int
    place_id: int
    vial_id: int | None = None

    @property
    def key(self) -> Key:
        """The balance it is of."""
        return self.place_id, self.lot_id, self.vial_id


def reserve(
    for_ref: str, picks: Iterable[Pick], *, at: datetime, by: Actor, until: datetime | None = None
) -> list[Reservation]:
    """Keep these quantities for `for_ref` (`cocktail:12`), all of them or none; ends what was kept before.

    Refuses with one finding per source of which others have left too little. The caller's audit entry tells
    of it.
    """
    wanted = list(picks)
    end_reservations(for_ref, why="reserved anew", at=at)
    rows = lock(pick.key for pick in wanted)
    kept = _kept(wanted, at)
    asked: dict[Key, int] = {}
    for pick in wanted:
        asked[pick.key] = asked.get(pick.key, 0) + pick.quantity
    short = [key for key, quantity in asked.items() if quantity > rows[key].quantity - kept.get(key, 0)]
    if short:
        raise Refused(*map(_taken_meanwhile, short))
    made = [_reservation(for_ref, pick, at, until) for pick in wanted]
    db.session.add_all(made)
    db.session.flush()
    return made


def end_reservations(for_ref: str, *, why: str, at: datetime) -> int:
    """End everything kept for `for_ref`; how many there were. The caller's audit entry tells of it."""
    ended = db.update(Reservation).where(Reservation.for_ref == for_ref, Reservation.ended_at.is_(None))
    return db.session.execute(ended.values(ended_at=at, ended_why=why[:60])).rowcount


def _kept(picks: list[Pick], at: datetime) -> dict[Key, int]:
    key = (Reservation.place_id, Reservation.lot_id, Reservation.vial_id)
    query = db.select(*key, db.func.sum(Reservation.quantity)).group_by(*key)
    query = query.where(Reservation.lot_id.in_({pick.lot_id for pick in picks}), standing(at))
    return {(place, lot, vial): int(total) for place, lot, vial, total in db.session.execute(query)}


def _taken_meanwhile(key: Key) -> Finding:
    place_id, lot_id, vial_id = key
    if vial_id is not None:
        return refusals.taken_meanwhile(f"vial {db.session.get_one(Vial, vial_id).code}")
    lot, place = db.session.get_one(Lot, lot_id), db.session.get_one(Place, place_id)
    return refusals.taken_meanwhile(f"lot {lot.number} in {place.name}")


def _reservation(for_ref: str, pick: Pick, at: datetime, until: datetime | None) -> Reservation:
    return Reservation(
        lot_id=pick.lot_id,
        place_id=pick.place_id,
        vial_id=pick.vial_id,
        quantity=pick.quantity,
        for_ref=for_ref,
        created_at=at,
        until=until,
    )
