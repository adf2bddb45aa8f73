"""A vial as its page shows it, and the open vials of a lot."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from formulary.accounts import queries as accounts
from formulary.rules.facts import Stock
from formulary.rules.lot_status import drawn_until
from formulary.rules.units import VOLUME, Quantity
from formulary.stock import queries
from formulary.stock.labels.states import Told
from formulary.stock.models import Lot, Place, Transfer, Vial

GONE = {"empty": "empty", "wasted": "wasted", "returned": "returned", "lost": "lost", "sealed": "sealed"}
FITS = frozenset({"open", "usable", "expiring"})
NOT_KEPT = "not kept after the session"


@dataclass(frozen=True)
class Until:
    """By when an open vial is drawn from for the last time, and what limits that; None while nobody knows."""

    at: datetime | None
    limit: str


def until_of(vial: Vial, lies: Stock | None) -> Until:
    """The same of a vial: its beyond-use date, or the day of its opening where its rest is not kept."""
    at = drawn_until(lies) if lies is not None else vial.beyond_use_at
    return Until(at, vial.beyond_use_limit if at == vial.beyond_use_at else NOT_KEPT)


@dataclass(frozen=True)
class VialCard:
    """What a vial holds and until when; `volume` can be drawn, `amount` is of the lot itself.

    `travels` is the transfer with which it is on its way; `also` is what stands against it then.
    """

    vial: Vial
    told: Told
    amount: Quantity
    volume: Quantity | None
    place: Place | None
    opened_by: str
    until: Until
    diluent: Lot | None
    diluent_left: Quantity | None
    travels: Transfer | None = None
    also: Told | None = None

    @property
    def is_open(self) -> bool:
        """Whether something can still be done here with what is in it."""
        return self.place is not None and self.place.kind != "in_transit"

    @property
    def waits_for_diluent(self) -> bool:
        """Whether it is an open powder."""
        return self.is_open and self.vial.mixed_volume is None and self.vial.lot.product.ledger != "volume"


def vial_card(vial: Vial, lies: Stock | None, told: Told | None) -> VialCard:
    """The card of a vial; `lies` is what of it lies here, `told` how it stands, None once nothing is left."""
    inside = {c.lot_id: c for c in queries.contents(vial_id=vial.id)}
    own, volume = inside.get(vial.lot_id), queries.volume_left(vial)
    diluent = queries.lot(vial.diluent_lot_id) if vial.diluent_lot_id else None
    left = inside.get(diluent.id) if diluent else None
    names = accounts.person_names([vial.opened_by_id])
    place = queries.places_by_id({own.place_id})[own.place_id] if own else None
    travels = queries.travels_in(vial.id) if place and place.kind == "in_transit" else None
    stands = told or Told(GONE.get(vial.state, "unknown"), GONE.get(vial.state, vial.state))
    return VialCard(
        vial=vial,
        told=stands if travels is None else Told("in_transit", f"in transit, {travels.code}"),
        amount=vial.lot.quantity(own.quantity if own else 0),
        volume=None if volume is None else Quantity(volume, VOLUME),
        place=place,
        opened_by=names.get(vial.opened_by_id or 0, ""),
        until=until_of(vial, lies),
        diluent=diluent,
        diluent_left=diluent.quantity(left.quantity if left else 0) if diluent else None,
        travels=travels,
        also=None if travels is None or stands.state in FITS else stands,
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
