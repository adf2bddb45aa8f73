"""What lies at a site and will not keep: open vials, lots near their expiry, lots in quarantine."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, or_

from formulary.catalogue.models import Product
from formulary.db import db
from formulary.rules.facts import Stock
from formulary.rules.lot_status import drawn_until, has_lapsed
from formulary.rules.units import VOLUME, Quantity, dimension
from formulary.stock import facts
from formulary.stock import queries as stock
from formulary.stock.models import Balance, Lot, Place
from formulary.stock.queries import Prices, Usage


@dataclass(frozen=True)
class OpenVial:
    """A vial that stands open: its product, what can be drawn from it, and how it stands by the rules."""

    id: int
    code: str
    lot_id: int
    lot: str
    product: str
    left: Quantity
    opened_at: datetime | None
    for_one_patient: bool
    source: Stock

    @property
    def until(self) -> datetime | None:
        """By when it is drawn from for the last time, by the rules; None while nobody knows."""
        return drawn_until(self.source)

    def has_lapsed(self, at: datetime) -> bool:
        """Whether time has stopped it, so that it is wasted."""
        return has_lapsed(self.source, at=at)


@dataclass(frozen=True)
class Sealed:
    """Sealed stock of a lot at a kind of place of the site."""

    lot_id: int
    number: str
    product: str
    expires_on: date
    kind: str
    product_id: int
    quantity: Quantity
    containers: int | None


@dataclass(frozen=True)
class Lapsing:
    """The sources of products that lapse and of their open vials, how fast each is used, what was paid."""

    sources: Sequence[Stock]
    usage: Mapping[int, Usage]
    prices: Prices


def open_vials(site_id: int, at: datetime) -> list[OpenVial]:
    """Every vial that stands open at the site, the first to lapse first; five queries at any number."""
    vials = {vial.id: vial for vial in stock.open_vials(site_id)}
    sources = facts.at_site(site_id, {vial.lot_id for vial in vials.values()}, at) if vials else ()
    mixed = stock.mixture_left(list(vials.values()))
    rows = [
        OpenVial(
            vial.id, vial.code, vial.lot_id, vial.lot.number, vial.lot.product.name,
            Quantity(mixed[vial.id], VOLUME) if vial.id in mixed else source.remaining,
            vial.opened_at, vial.opened_for_id is not None, source,
        )
        for source in sources if source.vial_id is not None and (vial := vials.get(source.vial_id))
    ]  # fmt: skip
    return sorted(rows, key=lambda row: (row.until is None, row.until or at, row.id))


def sealed(site_id: int, *, until: date) -> list[Sealed]:
    """What lies in quarantine, and what on a shelf or in transit expires by that day, the first first."""
    total = func.sum(Balance.quantity)
    lot = (Lot.id, Lot.number, Product.name, Lot.expires_on, Place.kind, Product.id)
    query = db.select(*lot, total, Product.ledger, Product.dimension, Product.content)
    query = query.join(Balance, Balance.lot_id == Lot.id).join(Place, Place.id == Balance.place_id)
    query = query.join(Product, Product.id == Lot.product_id).where(
        Place.site_id == site_id, Balance.quantity > 0
    )
    soon = Place.kind.in_(("storage", "in_transit")) & (Lot.expires_on <= until)
    query = query.where(Balance.vial_id.is_(None), or_(soon, Place.kind == "quarantine"))
    by = (*lot, Product.ledger, Product.dimension, Product.content)
    rows = db.session.execute(query.group_by(*by).order_by(Lot.expires_on, Lot.id))
    return [_sealed(row[:6], int(row[6]), row[7:]) for row in rows]


def lapsing(site_id: int, rows: Sequence[Sealed], at: datetime) -> Lapsing:
    """What decides what becomes of these lots; seven queries at any number of them."""
    products, lots = {row.product_id for row in rows}, {row.lot_id for row in rows}
    others = {vial.lot_id for vial in stock.open_vials(site_id) if vial.lot.product_id in products}
    return Lapsing(
        facts.at_site(site_id, lots | others, at) if lots else (),
        stock.usage(site_id, products, at),
        stock.prices(site_id, at, lots=lots),
    )


def _sealed(lot: Sequence[object], steps: int, product: Sequence[object]) -> Sealed:
    ledger, measured, content = product
    quantity = Quantity(steps, VOLUME if ledger == "volume" else dimension(str(measured)))
    whole, rest = divmod(steps, content) if isinstance(content, int) and content else (0, 1)
    return Sealed(*lot, quantity, None if rest else whole)  # type: ignore[arg-type]
