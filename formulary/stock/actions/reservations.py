"""Reservations: quantities kept for somebody, never more than lies there."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from formulary.accounts import Actor
from formulary.db import db
from formulary.rules.findings import Finding, Level, Refused
from formulary.stock.actions.ledger import Key, Locked, lock
from formulary.stock.facts import standing
from formulary.stock.models import BY_VIAL, Lot, Place, Reservation, Vial


@dataclass(frozen=True)
class Pick:
    """A quantity of one source: a sealed lot at a place, or an open vial; in the lot's steps."""

    lot_id: int
    quantity: int
    place_id: int
    vial_id: int | None = None


def reserve(
    for_ref: str, picks: Iterable[Pick], *, at: datetime, by: Actor, until: datetime | None = None
) -> list[Reservation]:
    """Keep these quantities for `for_ref` (`cocktail:12`), all of them or none.

    Ends what was kept for it before. Refuses with one finding per source that others have left too little
    of. The caller's audit entry tells of it.
    """
    wanted = list(picks)
    end_reservations(for_ref, why="reserved anew", at=at)
    rows = lock((pick.place_id, pick.lot_id, pick.vial_id) for pick in wanted)
    short = [pick for pick in wanted if pick.quantity > _free(pick, rows, at)]
    if short:
        raise Refused(*(_taken(pick) for pick in short))
    made = [_reservation(for_ref, pick, at, until) for pick in wanted]
    db.session.add_all(made)
    db.session.flush()
    return made


def end_reservations(for_ref: str, *, why: str, at: datetime) -> int:
    """End everything kept for `for_ref`; how many there were. The caller's audit entry tells of it."""
    ended = db.update(Reservation).where(Reservation.for_ref == for_ref, Reservation.ended_at.is_(None))
    return db.session.execute(ended.values(ended_at=at, ended_why=why[:60])).rowcount


def _free(pick: Pick, rows: dict[Key, Locked], at: datetime) -> int:
    key = (pick.place_id, pick.lot_id, pick.vial_id)
    query = db.select(db.func.coalesce(db.func.sum(Reservation.quantity), 0)).where(
        Reservation.lot_id == pick.lot_id, Reservation.place_id == pick.place_id, standing(at)
    )
    same = Reservation.vial_id.is_(None) if pick.vial_id is None else Reservation.vial_id == pick.vial_id
    return rows[key].quantity - int(db.session.scalar(query.where(same)) or 0)


def _taken(pick: Pick) -> Finding:
    lot, place = db.session.get_one(Lot, pick.lot_id), db.session.get_one(Place, pick.place_id)
    vial = db.session.get(Vial, pick.vial_id) if pick.vial_id and place.kind in BY_VIAL else None
    name = f"vial {vial.code}" if vial else f"lot {lot.number} in {place.name}"
    reason = f"Someone has just taken {name}: too little is left. Nothing was reserved."
    return Finding(
        "stock.taken", name, reason, "Check again for the next best pick.", level=Level.BLOCK, rule="L6"
    )


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
