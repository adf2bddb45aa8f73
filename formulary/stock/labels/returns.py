"""Returns to suppliers as pages and notes show them."""

from collections.abc import Sequence
from dataclasses import dataclass

from formulary.accounts import queries as accounts
from formulary.rules.units import CURRENCIES, Money, Quantity
from formulary.stock import queries
from formulary.stock.labels.containers import container_count
from formulary.stock.labels.words import reason_words
from formulary.stock.models import Delivery, Lot, Place, SupplierReturn, Vial


@dataclass(frozen=True)
class Returned:
    """A return in words; `credit` is None while nobody has said what is expected for it."""

    row: SupplierReturn
    lot: Lot
    vial: Vial | None
    place: Place
    delivery: Delivery | None
    amount: str
    quantity: Quantity
    why: str
    credit: Money | None
    by: str
    undone: bool


def returned(rows: Sequence[SupplierReturn]) -> list[Returned]:
    """These returns; lots, vials, places, deliveries and people are read once for all of them."""
    lots = queries.lots_by_id({row.lot_id for row in rows})
    vials = queries.vials_by_id({row.vial_id for row in rows if row.vial_id is not None})
    places = queries.places_by_id({row.place_id for row in rows})
    came = {d.id: d for d in queries.deliveries([row.delivery_id for row in rows if row.delivery_id])}
    names = accounts.person_names({row.by_id for row in rows})
    undone = queries.undone_returns([row.id for row in rows])
    return [
        Returned(
            row=row,
            lot=lots[row.lot_id],
            vial=vials.get(row.vial_id or 0),
            place=places[row.place_id],
            delivery=came.get(row.delivery_id or 0),
            amount=_amount(row, lots[row.lot_id], vials.get(row.vial_id or 0)),
            quantity=lots[row.lot_id].quantity(row.quantity),
            why=reason_words(row.reason),
            credit=None if row.minor is None else Money(row.minor, CURRENCIES[row.currency]),
            by=names.get(row.by_id, ""),
            undone=row.id in undone,
        )
        for row in rows
    ]


def _amount(row: SupplierReturn, lot: Lot, vial: Vial | None) -> str:
    if vial is not None:
        return f"open vial {vial.code}"
    return container_count(lot.product, row.quantity) or "a part of a container"
