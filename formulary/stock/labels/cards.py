"""A vial as its page shows it, and the open vials of a lot."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from formulary.accounts import queries as accounts
from formulary.rules.facts import Stock
from formulary.rules.units import VOLUME, Quantity
from formulary.stock import queries
from formulary.stock.labels.states import Told
from formulary.stock.models import Lot, Place, Vial

GONE = {"empty": "empty", "wasted": "wasted", "returned": "returned", "sealed": "sealed"}


@dataclass(frozen=True)
class VialCard:
    """What a vial holds and until when; `volume` can be drawn, `amount` is of the lot itself."""

    vial: Vial
    told: Told
    amount: Quantity
    volume: Quantity | None
    place: Place | None
    opened_by: str
    diluent: Lot | None
    diluent_left: Quantity | None

    @property
    def is_open(self) -> bool:
        """Whether something can still be done with what is in it."""
        return self.place is not None

    @property
    def waits_for_diluent(self) -> bool:
        """Whether it is an open powder."""
        return self.is_open and self.vial.mixed_volume is None and self.vial.lot.product.ledger != "volume"


def vial_card(vial: Vial, told: Told | None) -> VialCard:
    """The card of a vial; `told` is how it stands, None once nothing of it is left."""
    inside = {c.lot_id: c for c in queries.contents(vial_id=vial.id)}
    own, volume = inside.get(vial.lot_id), queries.volume_left(vial)
    diluent = queries.lot(vial.diluent_lot_id) if vial.diluent_lot_id else None
    left = inside.get(diluent.id) if diluent else None
    names = accounts.person_names([vial.opened_by_id])
    return VialCard(
        vial=vial,
        told=told or Told(GONE.get(vial.state, "unknown"), GONE.get(vial.state, vial.state)),
        amount=vial.lot.quantity(own.quantity if own else 0),
        volume=None if volume is None else Quantity(volume, VOLUME),
        place=queries.places_by_id({own.place_id})[own.place_id] if own else None,
        opened_by=names.get(vial.opened_by_id or 0, ""),
        diluent=diluent,
        diluent_left=diluent.quantity(left.quantity if left else 0) if diluent else None,
    )


@dataclass(frozen=True)
class VialRow:
    """An open vial in a list."""

    id: int
    code: str
    told: Told
    left: Quantity
    opened_at: datetime | None


def vial_rows(stocks: Sequence[Stock], told: Sequence[Told]) -> list[VialRow]:
    """The open vials among these sources."""
    return [
        VialRow(s.vial_id, s.vial, t, s.remaining, s.opened_at)
        for s, t in zip(stocks, told, strict=True)
        if s.vial is not None and s.vial_id is not None
    ]
