"""Reservations: quantities kept for somebody, never more than lies there; a draw uses up its own."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Integer, String, bindparam

from formulary.accounts import Actor
from formulary.db import Steps, UtcDateTime, db, rows_of
from formulary.db.bare import put
from formulary.rules.findings import Finding, Refused
from formulary.stock import queries
from formulary.stock.actions.balances import lock
from formulary.stock.actions.entries import Key
from formulary.stock.labels.taken import taken_meanwhile
from formulary.stock.models import KeptLess, Lot, Place, Reservation, Vial
from formulary.stock.queries.reserved import EVERY, standing_of

NO_LONGER_THERE = "no longer there"
"""Why a reservation ended whose source went away."""
ROW = bindparam("row", type_=Integer)
IS_OF_LOTS = Reservation.lot_id.in_(bindparam("lots", expanding=True))
OWN_AND_OF_LOTS = EVERY.where(db.or_(Reservation.for_ref == bindparam("for_ref", type_=String), IS_OF_LOTS))
LESS = db.update(Reservation).where(
    Reservation.id == ROW, Reservation.ended_at.is_(None), Reservation.quantity > bindparam("to", type_=Steps)
)
LESS = LESS.values(quantity=bindparam("to", type_=Steps)).returning(Reservation.id)
ENDED = db.update(Reservation).where(Reservation.id == ROW, Reservation.ended_at.is_(None))
ENDED = ENDED.values(
    ended_at=bindparam("at", type_=UtcDateTime), ended_why=bindparam("why", type_=String(60))
).returning(Reservation.id)
ADDED = db.insert(Reservation)
"""Made once: every movement asks and writes them."""


@dataclass(frozen=True)
class Pick:
    """A quantity of one source: a sealed lot at a place, or an open vial; in the lot's steps.

    `most` is what is kept of it where so much is free: the whole containers that would be opened.
    """

    lot_id: int
    quantity: int
    place_id: int
    vial_id: int | None = None
    most: int = 0

    @property
    def key(self) -> Key:
        """The balance it is of."""
        return self.place_id, self.lot_id, self.vial_id


@dataclass(frozen=True)
class Kept:
    """A reservation that stands, as the ledger's acts look at it."""

    id: int
    key: Key
    quantity: int
    for_ref: str
    until: datetime | None


def reserve(
    for_ref: str, picks: Iterable[Pick], *, at: datetime, by: Actor, until: datetime | None = None
) -> int:
    """Keep these quantities for `for_ref` (`cocktail:12`), all of them or none; nothing else is kept for it.

    What it keeps already stays as it is. What is on hold is kept for nobody. Refuses with one finding per
    source of which others have left too little; how many sources it keeps now. The caller's audit entry
    tells of it.
    """
    wanted, own = _wanted(picks), dict[Key, list[Kept]]()
    for row in _standing(for_ref, wanted, at):
        if row.for_ref == for_ref:
            own.setdefault(row.key, []).append(row)
    raised = [pick for key, pick in wanted.items() if not _fits(own.get(key, []), pick, until)]
    made = _made(for_ref, raised, wanted, at) if raised else {}
    for key, rows in own.items():
        _keep_as_it_is(rows, wanted.get(key) if key not in {pick.key for pick in raised} else None, at)
    _add([_reservation(for_ref, key, quantity, at, until) for key, quantity in made.items()])
    return len(made) + len(wanted) - len(raised)


def end_reservations(for_ref: str, *, why: str, at: datetime) -> int:
    """End everything kept for `for_ref`; how many there were. The caller's audit entry tells of it.

    What a hold or a movement ended before does not come back when that is undone.
    """
    own = db.update(Reservation).where(Reservation.for_ref == for_ref)
    broken = db.or_(Reservation.ended_why == NO_LONGER_THERE, _broken_by_a_hold())
    both = db.func.substr(Reservation.ended_why + f", {why}", 1, 60)
    db.session.execute(own.where(Reservation.ended_at.is_not(None), broken).values(ended_why=both))
    ended = own.where(Reservation.ended_at.is_(None))
    return db.session.execute(ended.values(ended_at=at, ended_why=why[:60])).rowcount


def kept_of(keys: Sequence[Key], at: datetime) -> list[Kept]:
    """What stands of these sources, the newest first."""
    rows = standing_of({lot_id for _, lot_id, _ in keys}, at)
    return [row for row in map(_kept, rows) if row.key in keys]


def lessen(row: Kept, to: int, why: str, at: datetime) -> bool:
    """Keep no more than `to` of it; nothing left ends it. Whether it stood and was more until now."""
    if to <= 0:
        return end(row.id, why, at)
    return bool(put(Reservation, LESS, {"row": row.id, "to": to}))


def end(reservation_id: int, why: str, at: datetime) -> bool:
    """It stands no more; whether it stood until now."""
    return bool(put(Reservation, ENDED, {"row": reservation_id, "at": at, "why": why[:60]}))


def keep_more(row: Kept, key: Key, quantity: int, at: datetime) -> None:
    """Keep so much of another source for the same act: what it was to come from lies there now."""
    _add([_reservation(row.for_ref, key, quantity, at, row.until)])


def keep_less(row: Kept, lost: int, movement_id: int) -> None:
    """Note how much a movement took of it, so that its undoing keeps as much again."""
    db.session.add(KeptLess(reservation_id=row.id, movement_id=movement_id, quantity=lost))


def _broken_by_a_hold() -> Any:
    """It ended with a hold, and what it was kept for has not ended since."""
    return db.and_(Reservation.ended_why.startswith("hold "), ~Reservation.ended_why.contains(","))


def _wanted(picks: Iterable[Pick]) -> dict[Key, Pick]:
    """One pick for each source: several of it are counted together."""
    found: dict[Key, Pick] = {}
    for pick in picks:
        before = found.get(pick.key)
        quantity = pick.quantity + (before.quantity if before else 0)
        most = max(pick.most, pick.quantity) + (before.most if before else 0)
        found[pick.key] = Pick(pick.lot_id, quantity, pick.place_id, pick.vial_id, most)
    return found


def _fits(own: Sequence[Kept], pick: Pick, until: datetime | None) -> bool:
    """Whether what is kept is enough already, for as long as is asked."""
    return len(own) == 1 and own[0].quantity >= pick.quantity and own[0].until == until


def _keep_as_it_is(own: Sequence[Kept], pick: Pick | None, at: datetime) -> None:
    """Leave what is enough, without what is more; end what is wanted no more, or kept anew."""
    for row in own:
        if pick is None:
            end(row.id, "changed", at)
        elif row.quantity > max(pick.most, pick.quantity):
            lessen(row, max(pick.most, pick.quantity), "used", at)


def _made(for_ref: str, picks: Sequence[Pick], wanted: Mapping[Key, Pick], at: datetime) -> dict[Key, int]:
    """What can be kept of each source beside what others keep; refused where it is too little."""
    rows = lock(pick.key for pick in picks)
    free = {pick.key: rows[pick.key].quantity for pick in picks}
    for row in _standing(for_ref, wanted, at):
        if row.for_ref != for_ref and row.key in free:
            free[row.key] -= row.quantity
    stopped = _on_hold(picks)
    usable = [pick for pick in picks if pick.key not in stopped]
    if short := [pick.key for pick in usable if pick.quantity > free[pick.key]]:
        raise Refused(*map(_taken_meanwhile, short))
    return {pick.key: min(pick.most, free[pick.key]) for pick in usable}


def _on_hold(picks: Sequence[Pick]) -> set[Key]:
    holds = queries.open_holds()
    if not holds.rows:
        return set()
    lots = queries.lots_by_id({pick.lot_id for pick in picks})
    return {pick.key for pick in picks if holds.on(**_looked_at(pick, lots[pick.lot_id]))}


def _looked_at(pick: Pick, lot: Lot) -> dict[str, Any]:
    whose = {"lot_id": lot.id, "product_id": lot.product_id}
    return {**whose, "vial_id": pick.vial_id, "place_id": pick.place_id}


def _standing(for_ref: str, wanted: Mapping[Key, Pick], at: datetime) -> list[Kept]:
    """What stands for the act, and what anybody keeps of the lots that it wants: asked again once a lock has
    been waited for.
    """
    lots = sorted({pick.lot_id for pick in wanted.values()})
    return [_kept(row) for row in rows_of(OWN_AND_OF_LOTS, for_ref=for_ref, lots=lots, at=at)]


def _kept(row: Sequence[Any]) -> Kept:
    number, lot, place, vial, *rest = row
    return Kept(number, (place, lot, vial), *rest)


def _taken_meanwhile(key: Key) -> Finding:
    place_id, lot_id, vial_id = key
    if vial_id is not None:
        return taken_meanwhile(f"vial {db.session.get_one(Vial, vial_id).code}")
    lot, place = db.session.get_one(Lot, lot_id), db.session.get_one(Place, place_id)
    return taken_meanwhile(f"lot {lot.number} in {place.name}")


def _add(rows: list[dict[str, Any]]) -> None:
    db.session.flush()
    for row in rows:
        put(Reservation, ADDED, row)


def _reservation(
    for_ref: str, key: Key, quantity: int, at: datetime, until: datetime | None
) -> dict[str, Any]:
    place_id, lot_id, vial_id = key
    told = {"for_ref": for_ref, "created_at": at, "until": until, "quantity": quantity}
    return {**told, "lot_id": lot_id, "place_id": place_id, "vial_id": vial_id}
