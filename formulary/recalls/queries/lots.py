"""From what was typed or scanned to lots: exact by the normalised number, near ones offered and never
assumed.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select

from formulary.catalogue.models import Product, ProductCode
from formulary.db import Missing, db
from formulary.rules.lot_status import near, normalise
from formulary.stock.models import Lot, Vial

MOST = 50


@dataclass(frozen=True)
class FoundLot:
    """One lot with what tells it from its likes."""

    id: int
    number: str
    product_id: int
    product: str
    maker: str
    expires_on: date
    made_from_id: int | None


@dataclass(frozen=True)
class Found:
    """The lots of the number asked for, those made from them, and those that look alike."""

    exact: tuple[FoundLot, ...]
    made_from_these: tuple[FoundLot, ...]
    similar: tuple[FoundLot, ...]

    @property
    def lots(self) -> tuple[FoundLot, ...]:
        """The lots the answer is about."""
        return self.exact + self.made_from_these


def find_lots(number: str, *, gtin: str | None = None, vial: str | None = None) -> Found:
    """The lots of a number (of the product of a GTIN, where scanned), or the lot of one of our vials."""
    exact = _exact(number, gtin, vial)
    known = {lot.id for lot in exact}
    similar = (
        ()
        if vial
        else tuple(lot for lot in _rows(_lots().where(Lot.near == near(number))) if lot.id not in known)
    )
    return Found(exact, descendants(known), similar)


def one_lot(lot_id: int) -> FoundLot:
    """One lot by its key; Missing when there is none."""
    rows = _rows(_lots().where(Lot.id == lot_id))
    if not rows:
        raise Missing(f"No lot {lot_id}")
    return rows[0]


def descendants(lot_ids: Iterable[int]) -> tuple[FoundLot, ...]:
    """Every lot made from these, however many repackers lie between; each once."""
    seen, found = set(lot_ids), []
    fresh = set(seen)
    while fresh:
        made = [lot for lot in _rows(_lots().where(Lot.made_from_id.in_(fresh))) if lot.id not in seen]
        fresh = {lot.id for lot in made}
        seen |= fresh
        found.extend(made)
    return tuple(found)


def _exact(number: str, gtin: str | None, vial: str | None) -> tuple[FoundLot, ...]:
    if vial is not None:
        return _rows(_lots().join(Vial, Vial.lot_id == Lot.id).where(Vial.code == vial))
    query = _lots().where(Lot.normalised == normalise(number))
    if gtin is not None:
        query = query.join(ProductCode, ProductCode.product_id == Lot.product_id).where(
            ProductCode.gtin == gtin
        )
    return _rows(query)


def _lots() -> Select[tuple[int, str, int, str, str, date, int | None]]:
    columns = (Lot.id, Lot.number, Lot.product_id, Product.name, Lot.maker, Lot.expires_on, Lot.made_from_id)
    return db.select(*columns).join(Product, Lot.product_id == Product.id).order_by(Lot.id).limit(MOST)


def _rows(query: Select[tuple[int, str, int, str, str, date, int | None]]) -> tuple[FoundLot, ...]:
    return tuple(FoundLot(*row) for row in db.session.execute(query))
