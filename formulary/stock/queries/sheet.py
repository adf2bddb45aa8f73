"""The mass balance of a lot: where everything that came has gone, as sums over the ledger that must be
equal.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import aliased

from formulary.db import db
from formulary.stock.models import Movement, Place


@dataclass(frozen=True)
class BalanceSheet:
    """Every bucket of one lot in the lot's steps; `received + found == accounted + unaccounted`, always.

    `in_preparation` is all that is in cocktails not yet given. `wasted` is by reason. `at_place` holds what
    lies at each counted place (storage, quarantine, in use, in transit). `given_in` and `tested_in` count
    the administrations and patch tests that took of it.
    """

    lot_id: int
    received: int
    found: int
    sealed: int
    quarantined: int
    opened: int
    in_transit: int
    in_preparation: int
    administered: int
    tested: int
    wasted: Mapping[str, int]
    returned: int
    destroyed: int
    unaccounted: int
    at_place: Mapping[int, int]
    given_in: int = 0
    tested_in: int = 0

    @property
    def on_hand(self) -> int:
        """What lies on shelves, in quarantine, in open vials and on the way."""
        return self.sealed + self.quarantined + self.opened + self.in_transit

    @property
    def wasted_in_all(self) -> int:
        """Waste of every reason."""
        return sum(self.wasted.values())

    @property
    def accounted(self) -> int:
        """Everything but what is unaccounted for."""
        used = self.in_preparation + self.administered + self.tested
        return self.on_hand + used + self.wasted_in_all + self.returned + self.destroyed

    @property
    def balances(self) -> bool:
        """Whether what came equals what is known of it."""
        return self.received + self.found == self.accounted + self.unaccounted


Source, Target = aliased(Place), aliased(Place)


@dataclass(frozen=True)
class _Flow:
    source_id: int
    source: str
    target_id: int
    target: str
    reason: str
    quantity: int


def balance_sheet(lot_id: int, *, as_of: datetime | None = None) -> BalanceSheet:
    """The sheet of one lot, now or as the ledger stood at `as_of`; what was lost and found again cancels."""
    flows = _flows(lot_id, as_of)
    net = _net(flows)
    return BalanceSheet(
        lot_id=lot_id,
        received=-net["supplier"],
        found=max(0, -net["lost_or_found"]),
        sealed=net["storage"],
        quarantined=net["quarantine"],
        opened=net["in_use"],
        in_transit=net["in_transit"],
        in_preparation=net["preparation"],
        administered=net["patient"],
        tested=net["patch_test"],
        wasted=_wasted(flows),
        returned=net["returned"],
        destroyed=net["destroyed"],
        unaccounted=max(0, net["lost_or_found"]),
        at_place=_at_places(flows),
        given_in=_documents(lot_id, "patient", as_of),
        tested_in=_documents(lot_id, "patch_test", as_of),
    )


def _flows(lot_id: int, as_of: datetime | None) -> list[_Flow]:
    """The sums between places by reason; a reversal is taken off the flow that it reverses."""
    undone = Movement.reverses_id.is_not(None)
    columns = (Source.id, Source.kind, Target.id, Target.kind, Movement.reason, undone)
    query = db.select(*columns, db.func.sum(Movement.quantity)).where(Movement.lot_id == lot_id)
    query = query.join(Source, Source.id == Movement.from_place_id)
    query = query.join(Target, Target.id == Movement.to_place_id)
    query = _until(query, as_of).group_by(*columns)
    return [_flow(row[:4], row[4], bool(row[5]), int(row[6])) for row in db.session.execute(query)]


def _flow(ends: tuple[int, str, int, str], reason: str, undone: bool, quantity: int) -> _Flow:
    if undone:
        return _Flow(*ends[2:], *ends[:2], reason, -quantity)
    return _Flow(*ends, reason, quantity)


def _net(flows: list[_Flow]) -> Counter[str]:
    net: Counter[str] = Counter()
    for flow in flows:
        net[flow.target] += flow.quantity
        net[flow.source] -= flow.quantity
    return net


def _wasted(flows: list[_Flow]) -> dict[str, int]:
    wasted: Counter[str] = Counter()
    for flow in flows:
        wasted[flow.reason] += flow.quantity * ((flow.target == "waste") - (flow.source == "waste"))
    return {reason: quantity for reason, quantity in sorted(wasted.items()) if quantity}


def _at_places(flows: list[_Flow]) -> dict[int, int]:
    counted = {"storage", "quarantine", "in_use", "in_transit"}
    lies: Counter[int] = Counter()
    for flow in flows:
        lies[flow.target_id] += flow.quantity * (flow.target in counted)
        lies[flow.source_id] -= flow.quantity * (flow.source in counted)
    return {place_id: quantity for place_id, quantity in lies.items() if quantity}


def _documents(lot_id: int, kind: str, as_of: datetime | None) -> int:
    """How many documents brought the lot to places of this kind, those wholly undone left out."""
    into = db.case((Place.id == Movement.to_place_id, Movement.quantity), else_=-Movement.quantity)
    touches = db.or_(Place.id == Movement.to_place_id, Place.id == Movement.from_place_id)
    query = db.select(Movement.document_kind, Movement.document_id).join(Place, touches)
    query = _until(query.where(Movement.lot_id == lot_id, Place.kind == kind), as_of)
    query = query.group_by(Movement.document_kind, Movement.document_id).having(db.func.sum(into) > 0)
    return db.session.scalar(db.select(db.func.count()).select_from(query.subquery())) or 0


def _until(query, as_of: datetime | None):  # type: ignore[no-untyped-def]
    return query if as_of is None else query.where(Movement.occurred_at <= as_of)
