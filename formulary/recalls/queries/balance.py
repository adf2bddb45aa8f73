"""The mass balance of a lot: a sum over its ledger that ends in what nobody can account for."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, union_all

from formulary.db import db
from formulary.preparations.models import Attempt, Draw
from formulary.recalls.labels import BALANCE
from formulary.stock.models import Movement, Place

ON_HAND = ("storage", "quarantine", "in_use", "in_transit")
READY = ("prepared", "released", "administering")


@dataclass(frozen=True)
class MassBalance:
    """Eleven figures in the lot's smallest steps; received + found equals the sum of the other nine."""

    received: int
    found: int
    on_hand: int
    in_preparation: int
    prepared: int
    administered: int
    tested: int
    wasted: int
    returned: int
    destroyed: int
    unaccounted: int

    @property
    def balances(self) -> bool:
        """Whether everything is accounted for."""
        return self.unaccounted == 0

    def lines(self) -> list[tuple[str, int]]:
        """The figures in their order, by name."""
        return [(name, getattr(self, name)) for name in BALANCE]


def mass_balance(lot_ids: Sequence[int]) -> dict[int, MassBalance]:
    """The balance of each lot, in two queries that begin with the lot."""
    nets, ready = _net_by_kind(lot_ids), _ready(lot_ids)
    return {lot_id: _balance(nets.get(lot_id, {}), ready.get(lot_id, 0)) for lot_id in lot_ids}


def _balance(net: dict[str, int], prepared: int) -> MassBalance:
    lost_or_found = net.get("lost_or_found", 0)
    received, found = -net.get("supplier", 0), max(0, -lost_or_found)
    known = {
        "on_hand": sum(net.get(kind, 0) for kind in ON_HAND),
        "in_preparation": net.get("preparation", 0) - prepared,
        "prepared": prepared,
        "administered": net.get("patient", 0),
        "tested": net.get("patch_test", 0),
        "wasted": net.get("waste", 0),
        "returned": net.get("returned", 0),
        "destroyed": net.get("destroyed", 0),
    }
    return MassBalance(
        received=received, found=found, unaccounted=received + found - sum(known.values()), **known
    )


def _net_by_kind(lot_ids: Sequence[int]) -> dict[int, dict[str, int]]:
    """What came to and left each kind of place, per lot."""
    moved = db.select(Movement.lot_id, Movement.quantity)
    into = moved.add_columns(Movement.to_place_id.label("place_id")).where(Movement.lot_id.in_(lot_ids))
    out = db.select(Movement.lot_id, -Movement.quantity, Movement.from_place_id).where(
        Movement.lot_id.in_(lot_ids)
    )
    both = union_all(into, out).subquery()
    query = db.select(both.c.lot_id, Place.kind, func.sum(both.c.quantity)).join(
        Place, both.c.place_id == Place.id
    )
    nets: dict[int, dict[str, int]] = {}
    for lot_id, kind, total in db.session.execute(query.group_by(both.c.lot_id, Place.kind)):
        nets.setdefault(lot_id, {})[kind] = int(total)
    return nets


def _ready(lot_ids: Sequence[int]) -> dict[int, int]:
    """What lies in cocktails that are mixed and not closed yet, per lot."""
    query = db.select(Draw.lot_id, func.sum(Draw.quantity)).join(Attempt, Draw.attempt_id == Attempt.id)
    query = query.where(Draw.lot_id.in_(lot_ids), Draw.undone.is_(False), Attempt.state.in_(READY))
    return {lot_id: int(total) for lot_id, total in db.session.execute(query.group_by(Draw.lot_id))}
