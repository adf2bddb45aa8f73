"""What was paid: the prices of deliveries, of the lots in hand, and the last one known of a product."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any

from sqlalchemy.orm import aliased

from formulary.accounts import queries as accounts
from formulary.db import Missing, db
from formulary.rules.lot_status import normalise
from formulary.rules.units import Currency, Money
from formulary.stock.models import Delivery, Lot, Movement, Price, Transfer, TransferLine

Later, Reversal = aliased(Price), aliased(Movement)


@dataclass(frozen=True)
class Paid:
    """What was paid for so many steps of a lot: for one pack, or for all its priced deliveries together."""

    lot: str
    money: Money
    steps: Fraction
    deliveries: int
    received_at: datetime

    def of(self, steps: Fraction | int) -> Money:
        """What so many steps cost, exactly."""
        return self.money * (Fraction(steps) / self.steps)


@dataclass(frozen=True)
class Prices:
    """The prices of a site in its currency (None: undecided), by lot, and the last known ones by product."""

    currency: Currency | None
    by_lot: Mapping[int, Paid]
    last: Mapping[int, Paid]


@dataclass(frozen=True)
class Receipt:
    """A delivery of a lot, how much of it came, and its prices, the newest first."""

    delivery: Delivery
    lot_id: int
    quantity: int
    prices: Sequence[Price] = ()

    @property
    def price(self) -> Price | None:
        """The price that counts; None while none is on record."""
        return self.prices[0] if self.prices else None


def prices(
    site_id: int,
    at: datetime,
    *,
    lots: Collection[int],
    products: Collection[int] = (),
    came_by: datetime | None = None,
) -> Prices:
    """The prices of these lots and products at a site, whatever their number in three queries.

    With `came_by` of the deliveries received up to then, at the prices that count for them today. Of a lot
    that no delivery but a transfer brought here, the prices are those of the organisation's other sites, as
    far as they are in this site's currency.
    """
    currency = accounts.currency(site_id, at)
    if currency is None:
        return Prices(None, {}, {})
    here: tuple[Any, ...] = (Price.site_id == site_id, Price.currency == currency.code)
    if came_by is not None:
        here = (*here, Delivery.received_at <= came_by)
    found = _by_lot(currency, here, lots)
    sent_here = _came_by_transfer(site_id, set(lots) - found.keys())
    if sent_here:
        found |= _by_lot(currency, here[1:], sent_here)
    return Prices(currency, found, _last(currency, here, products))


def _came_by_transfer(site_id: int, lots: Collection[int]) -> set[int]:
    """Those of these lots that another site sent here."""
    if not lots:
        return set()
    query = db.select(TransferLine.lot_id).join(Transfer, Transfer.id == TransferLine.transfer_id)
    here = (Transfer.to_site_id == site_id, TransferLine.lot_id.in_(lots))
    return set(db.session.scalars(query.where(*here, TransferLine.arrived + TransferLine.damaged > 0)))


def receipts(lot_id: int, site_id: int) -> list[Receipt]:
    """The deliveries of a lot to a site, the newest first, with every price that was recorded."""
    query = that_came(db.select(Delivery, Movement.lot_id, Movement.quantity).select_from(Delivery))
    query = query.where(Movement.lot_id == lot_id, Delivery.site_id == site_id).order_by(Delivery.id.desc())
    rows = db.session.execute(query).all()
    recorded = _recorded([row.Delivery.id for row in rows])
    return [
        Receipt(row.Delivery, row.lot_id, row.quantity, recorded.get(row.Delivery.id, [])) for row in rows
    ]


def receipt(delivery_id: int, site_id: int, *, lock: bool = False) -> Receipt:
    """One delivery of a site with its prices; Missing where there is none, or where it was undone."""
    query = db.select(Delivery).filter_by(id=delivery_id, site_id=site_id)
    found = db.session.scalar(query.with_for_update() if lock else query)
    came = that_came(db.select(Movement.lot_id, Movement.quantity).select_from(Delivery))
    row = db.session.execute(came.where(Delivery.id == delivery_id)).first()
    if found is None or row is None:
        raise Missing(f"No delivery {delivery_id}")
    return Receipt(found, row.lot_id, row.quantity, _recorded([delivery_id]).get(delivery_id, []))


def that_came(query: Any) -> Any:
    """Joined to the movement that brought a delivery in, unless it was undone."""
    brought = db.and_(Movement.document_kind == "delivery", Movement.document_id == Delivery.id)
    undone = db.exists().where(Reversal.reverses_id == Movement.id)
    return query.join(Movement, brought).where(
        Movement.reason == "received", Movement.reverses_id.is_(None), ~undone
    )


def brought_with(lot_id: int, site_id: int, note_number: str) -> list[Any]:
    """What notes of this number brought of a lot to a site, delivery and movement, the newest first.

    Numbers are compared as those of lots are: `dn 88120` is `DN-88120`.
    """
    query = that_came(db.select(Delivery, Movement).select_from(Delivery))
    query = query.where(Movement.lot_id == lot_id, Delivery.site_id == site_id, Delivery.note_number != "")
    rows, wanted = db.session.execute(query.order_by(Delivery.id.desc())), normalise(note_number)
    return [row for row in rows if normalise(row.Delivery.note_number) == wanted]


def _recorded(delivery_ids: Collection[int]) -> dict[int, list[Price]]:
    query = db.select(Price).where(Price.delivery_id.in_(delivery_ids)).order_by(Price.id.desc())
    found: dict[int, list[Price]] = {}
    for row in db.session.scalars(query):
        found.setdefault(row.delivery_id, []).append(row)
    return found


def _counting(query: Any) -> Any:
    """Only the prices that nothing supersedes."""
    return query.where(~db.exists().where(Later.supersedes_id == Price.id))


def _by_lot(currency: Currency, here: tuple[Any, ...], lots: Collection[int]) -> dict[int, Paid]:
    columns = (Price.lot_id, Price.minor, Price.pack, Movement.quantity, Lot.number, Delivery.received_at)
    query = db.select(*columns).select_from(Price).join(Delivery, Delivery.id == Price.delivery_id)
    query = that_came(_counting(query.join(Lot, Lot.id == Price.lot_id)))
    query = query.where(*here, Price.lot_id.in_(lots)).order_by(Price.id)
    found: dict[int, list[Any]] = {}
    for row in db.session.execute(query) if lots else ():
        found.setdefault(row.lot_id, []).append(row)
    return {lot_id: _together(rows, currency) for lot_id, rows in found.items()}


def _together(rows: list[Any], currency: Currency) -> Paid:
    """One delivery by its pack; several by what was paid for all of them."""
    newest = rows[-1]
    if len(rows) == 1:
        return _pack(newest, currency)
    minor = sum((Fraction(row.minor * row.quantity, row.pack) for row in rows), Fraction(0))
    steps = Fraction(sum(row.quantity for row in rows))
    return Paid(newest.number, Money(minor, currency), steps, len(rows), newest.received_at)


def _pack(row: Any, currency: Currency) -> Paid:
    return Paid(row.number, Money(Fraction(row.minor), currency), Fraction(row.pack), 1, row.received_at)


def _last(currency: Currency, here: tuple[Any, ...], products: Collection[int]) -> dict[int, Paid]:
    """The price of the newest priced delivery of each product, of those that were not undone."""
    newest = db.func.row_number().over(
        partition_by=Price.product_id, order_by=(Delivery.received_at.desc(), Price.id.desc())
    )
    columns = (Price.product_id, Price.minor, Price.pack, Lot.number, Delivery.received_at)
    query = db.select(*columns, newest.label("place")).select_from(Price)
    query = query.join(Delivery, Delivery.id == Price.delivery_id).join(Lot, Lot.id == Price.lot_id)
    ranked = that_came(_counting(query)).where(*here, Price.product_id.in_(products)).subquery()
    rows = db.session.execute(db.select(ranked).where(ranked.c.place == 1)) if products else ()
    return {row.product_id: _pack(row, currency) for row in rows}
