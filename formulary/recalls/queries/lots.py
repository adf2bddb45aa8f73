"""From what was typed or scanned to lots: exact by the normalised number, others offered, never assumed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Select, func, or_

from formulary.catalogue.models import Ingredient, Product, ProductCode
from formulary.cocktails.models import Cocktail
from formulary.db import Missing, db
from formulary.db.prepared import values
from formulary.preparations.models import Draw
from formulary.rules.lot_status import NOT_ON_RECORD, near, normalise
from formulary.rules.units import VOLUME, Quantity, dimension
from formulary.stock.models import Lot, Vial

OFFERED = 50
LEAST_LETTERS = 3
LATEST_DAY = timedelta(days=2)
"""A day has ended everywhere once two have begun in UTC."""


@dataclass(frozen=True)
class FoundLot:
    """One lot with what tells it from its likes, and what its ledger counts."""

    id: int
    number: str
    product_id: int
    ingredient_id: int
    product: str
    maker: str
    expires_on: date
    made_from_id: int | None
    ledger: str
    dimension: str
    content: int | None

    def quantity(self, steps: int) -> Quantity:
        """So many of its ledger's steps as a quantity."""
        return Quantity(steps, VOLUME if self.ledger == "volume" else dimension(self.dimension))

    @property
    def used_through(self) -> datetime | None:
        """The end of its printed expiry wherever on earth; None where nobody knows it."""
        if self.expires_on == NOT_ON_RECORD:
            return None
        return datetime.combine(self.expires_on + LATEST_DAY, time(), UTC)

    def containers(self, steps: int) -> int | None:
        """How many full containers that is; None where the catalogue does not know, or one is not full."""
        whole, rest = divmod(steps, self.content) if self.content else (0, 1)
        return None if rest else whole


@dataclass(frozen=True)
class Found:
    """The lots asked for, those made from them, and those that are offered because they look alike."""

    exact: tuple[FoundLot, ...]
    made_from_these: tuple[FoundLot, ...]
    similar: tuple[FoundLot, ...]

    @property
    def lots(self) -> tuple[FoundLot, ...]:
        """The lots the answer is about."""
        return self.exact + self.made_from_these


def find_lots(number: str, *, gtin: str | None = None, own: str | None = None) -> Found:
    """The lots of a number (of the product of a GTIN, where scanned), or of one of our own codes.

    A vial's code is its lot, beside any that a maker numbered so. Offered, and never taken for it: numbers
    that a tired eye reads alike, the lots of a product called so, and what a cocktail's code holds. What no
    number can hold finds nothing.
    """
    if not number.isprintable():
        return Found((), (), ())
    if own is not None:
        return _of_own(own.partition("/")[0])
    exact = _exact(number, gtin)
    known = {lot.id for lot in exact}
    offered = tuple(lot for lot in _alike(number, gtin) if lot.id not in known)
    return Found(exact, descendants(known), offered)


def lots_found(lot_ids: Iterable[int]) -> Found:
    """These lots by their keys, those made from them and those that look alike; Missing where one is none."""
    wanted = set(lot_ids)
    rows = _rows(_by_key(), keys=list(wanted))
    if not wanted or len(rows) != len(wanted):
        raise Missing(f"No lot {sorted(wanted - {lot.id for lot in rows})}")
    alike = _rows(_alike_to(), near=[near(lot.number) for lot in rows], keys=list(wanted))
    return Found(rows, descendants(wanted), alike)


def descendants(lot_ids: Iterable[int]) -> tuple[FoundLot, ...]:
    """Every lot made from these, however many repackers lie between; each once."""
    seen, found = set(lot_ids), list[FoundLot]()
    fresh = set(seen)
    while fresh:
        made = [lot for lot in _rows(_made_from(), keys=list(fresh)) if lot.id not in seen]
        fresh = {lot.id for lot in made}
        seen |= fresh
        found.extend(made)
    return tuple(found)


def _of_own(code: str) -> Found:
    of_vial = Lot.id.in_(db.select(Vial.lot_id).where(Vial.code == code))
    exact = _rows(_lots().where(or_(of_vial, Lot.normalised == normalise(code))))
    drawn = db.select(Draw.lot_id).join(Cocktail, Cocktail.id == Draw.cocktail_id)
    inside = _lots().where(Lot.id.in_(drawn.where(Cocktail.code == code, Draw.undone.is_(False))))
    return Found(exact, descendants(lot.id for lot in exact), () if exact else _rows(inside))


def _exact(number: str, gtin: str | None) -> tuple[FoundLot, ...]:
    query = _lots().where(Lot.normalised == normalise(number))
    return _rows(query if gtin is None else query.where(_of_pack(gtin)))


def _alike(number: str, gtin: str | None) -> tuple[FoundLot, ...]:
    if normalise(number):
        return _rows(_lots().where(or_(Lot.near == near(number), *_called(number))).limit(OFFERED))
    return _rows(_lots().where(_of_pack(gtin)).limit(OFFERED)) if gtin else ()


def _called(text: str) -> Iterable[Any]:
    """The condition that a lot is of a product, or an ingredient, with this in its name."""
    part = text.strip().lower()
    if len(part) >= LEAST_LETTERS:
        yield func.lower(Product.name).contains(part, autoescape=True)
        yield func.lower(Ingredient.name).contains(part, autoescape=True)


def _of_pack(gtin: str) -> Any:
    return Lot.product_id.in_(db.select(ProductCode.product_id).where(ProductCode.gtin == gtin))


@cache
def _by_key() -> Select[Any]:
    return _lots().where(Lot.id.in_(values("keys")))


@cache
def _made_from() -> Select[Any]:
    return _lots().where(Lot.made_from_id.in_(values("keys")))


@cache
def _alike_to() -> Select[Any]:
    return _lots().where(Lot.near.in_(values("near")), Lot.id.not_in(values("keys"))).limit(OFFERED)


@cache
def _lots() -> Select[Any]:
    columns = (
        Lot.id, Lot.number, Lot.product_id, Product.ingredient_id, Product.name, Lot.maker, Lot.expires_on,
        Lot.made_from_id, Product.ledger, Product.dimension, Product.content,
    )  # fmt: skip
    query = db.select(*columns).join(Product, Lot.product_id == Product.id)
    return query.join(Ingredient, Product.ingredient_id == Ingredient.id).order_by(Lot.id)


def _rows(query: Select[Any], **asked: list[Any]) -> tuple[FoundLot, ...]:
    return tuple(FoundLot(*row) for row in db.session.execute(query, asked))
