"""From what was typed or scanned to lots: exact by the normalised number, others offered, never assumed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Select, func, null, or_, union, union_all

from formulary.catalogue.models import Ingredient, Product, ProductCode
from formulary.cocktails.models import Cocktail
from formulary.db import Missing, db
from formulary.db.bare import plain_rows
from formulary.db.prepared import values, whole
from formulary.preparations.models import Draw
from formulary.rules.lot_status import NOT_ON_RECORD, normalise
from formulary.rules.units import VOLUME, Quantity, dimension
from formulary.stock import queries as stock
from formulary.stock.models import Lot, LotAlias, Vial

OFFERED = 50
FAMILY, ALIKE, EARLIER = 1, 2, 3
LEAST_LETTERS = 3
LATEST_DAY = timedelta(days=2)
"""A day has ended everywhere once two have begun in UTC."""


@dataclass(frozen=True)
class FoundLot:
    """One lot with what tells it from its likes, what its ledger counts, and the numbers that it had until
    each was corrected.
    """

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
    role: str
    earlier: tuple[str, ...] = ()

    @property
    def is_diluent(self) -> bool:
        """Whether it is what others are mixed with."""
        return self.role == "diluent"

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
    found = _of_number(number, gtin) if own is None else _of_own(own.partition("/")[0])
    had = stock.earlier_numbers([lot.id for lot in (*found.lots, *found.similar)])
    parts = (found.exact, found.made_from_these, found.similar)
    return Found(*(_with_earlier(lots, had) for lots in parts))


def lots_found(lot_ids: Iterable[int]) -> Found:
    """These lots by their keys, those made from them and those that look alike; Missing where one is none."""
    wanted = sorted(set(lot_ids))
    rows = plain_rows(_family_and_alike(), dict.fromkeys(("keys", "same", "others"), wanted))
    had: dict[int, list[str]] = {}
    for _, _, number, lot_id, *_ in (row for row in rows if row[0] == EARLIER):
        had.setdefault(lot_id, []).append(number)
    family, alike = (_of_way(rows, one, had) for one in (FAMILY, ALIKE))
    exact = tuple(lot for lot in family if lot.id in wanted)
    if not wanted or len(exact) != len(wanted):
        raise Missing(f"No lot {sorted(set(wanted) - {lot.id for lot in exact})}")
    return Found(exact, _made_from(set(wanted), family), alike)


def _of_way(rows: Sequence[Any], way: int, had: Mapping[int, Sequence[str]]) -> tuple[FoundLot, ...]:
    return _with_earlier((FoundLot(*row[1:]) for row in rows if row[0] == way), had)


def _with_earlier(lots: Iterable[FoundLot], had: Mapping[int, Sequence[str]]) -> tuple[FoundLot, ...]:
    return tuple(replace(lot, earlier=tuple(had[lot.id])) if lot.id in had else lot for lot in lots)


def descendants(lot_ids: Iterable[int]) -> tuple[FoundLot, ...]:
    """Every lot made from these, however many repackers lie between; each once, the nearest first.

    Without the numbers that they had: those who ask for the whole answer read them with it.
    """
    wanted = set(lot_ids)
    family = _rows(_family(), keys=sorted(wanted)) if wanted else ()
    return _made_from(wanted, family)


def _made_from(wanted: set[int], family: Iterable[FoundLot]) -> tuple[FoundLot, ...]:
    """The others of a family, generation by generation."""
    left, found = [lot for lot in family if lot.id not in wanted], list[FoundLot]()
    fresh = wanted
    while made := [lot for lot in left if lot.made_from_id in fresh]:
        found.extend(made)
        fresh = {lot.id for lot in made}
        left = [lot for lot in left if lot.id not in fresh]
    return tuple(found)


def _of_number(number: str, gtin: str | None) -> Found:
    exact = _exact(number, gtin)
    known = {lot.id for lot in exact}
    offered = tuple(lot for lot in _alike(number, gtin) if lot.id not in known)
    return Found(exact, descendants(known), offered)


def _of_own(code: str) -> Found:
    of_vial = Lot.id.in_(db.select(Vial.lot_id).where(Vial.code == code))
    exact = _rows(_lots().where(or_(of_vial, stock.numbered(code))))
    drawn = db.select(Draw.lot_id).join(Cocktail, Cocktail.id == Draw.cocktail_id)
    inside = _lots().where(Lot.id.in_(drawn.where(Cocktail.code == code, Draw.undone.is_(False))))
    return Found(exact, descendants(lot.id for lot in exact), () if exact else _rows(inside))


def _exact(number: str, gtin: str | None) -> tuple[FoundLot, ...]:
    query = _lots().where(stock.numbered(number))
    return _rows(query if gtin is None else query.where(_of_pack(gtin)))


def _alike(number: str, gtin: str | None) -> tuple[FoundLot, ...]:
    if normalise(number):
        return _rows(_lots().where(or_(stock.reads_like(number), *_called(number))).limit(OFFERED))
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
def _family() -> Select[Any]:
    """The lots with these keys and all that was made from them, however far."""
    return _lots().where(Lot.id.in_(_family_keys()))


def _family_keys() -> Select[Any]:
    own = db.select(Lot.id).where(Lot.id.in_(values("keys"))).cte("family", recursive=True)
    family = own.union(db.select(Lot.id).join(own, Lot.made_from_id == own.c.id))
    return db.select(family.c.id)


@cache
def _family_and_alike() -> Any:
    """The same, those whose number looks like one of these or did before it was corrected, and the earlier
    numbers of both: each row says which of the three it is.
    """
    keys, alike = _family_keys(), _alike_keys()
    offered = _lots().where(Lot.id.in_(union_all(*alike)), Lot.id.not_in(values("others"))).limit(OFFERED)
    parts = [(FAMILY, _lots().where(Lot.id.in_(keys)).subquery()), (ALIKE, offered.subquery())]
    lots = [db.select(whole(way).label("way"), *part.c) for way, part in parts]
    rest = (null() for _ in range(len(lots[0].selected_columns) - 4))
    had = db.select(whole(EARLIER), LotAlias.id, LotAlias.number, LotAlias.lot_id, *rest)
    return union_all(*lots, had.where(LotAlias.lot_id.in_(union(keys, *alike)))).order_by("way", "id")


def _alike_keys() -> tuple[Select[Any], Select[Any]]:
    """Lots whose number looks like that of one of these, and those of which an earlier number does."""
    read_alike = db.select(Lot.near).where(Lot.id.in_(values("same")))
    before = db.select(LotAlias.lot_id).where(LotAlias.near.in_(read_alike))
    return db.select(Lot.id).where(Lot.near.in_(read_alike)), before


@cache
def _lots() -> Select[Any]:
    columns = (
        Lot.id, Lot.number, Lot.product_id, Product.ingredient_id, Product.name, Lot.maker, Lot.expires_on,
        Lot.made_from_id, Product.ledger, Product.dimension, Product.content, Ingredient.role,
    )  # fmt: skip
    query = db.select(*columns).join(Product, Lot.product_id == Product.id)
    return query.join(Ingredient, Product.ingredient_id == Ingredient.id).order_by(Lot.id)


def _rows(query: Select[Any], **asked: list[Any]) -> tuple[FoundLot, ...]:
    rows = plain_rows(query, asked) if asked else db.session.execute(query)
    return tuple(FoundLot(*row) for row in rows)
