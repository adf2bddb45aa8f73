"""Lots: of the whole organisation, found by product or by number."""

from collections.abc import Collection, Iterable, Iterator
from typing import Any

from formulary.catalogue.models import Product
from formulary.db import Missing, db
from formulary.rules.lot_status import near, normalise
from formulary.stock.models import Lot, LotAlias

NAMES_NONE = frozenset({"", "unknown", "per label", "must be diluted"})
WITHOUT_PRESERVATIVE = "preservative-free"


def lot(lot_id: int) -> Lot:
    """One lot; Missing when there is none."""
    found = db.session.get(Lot, lot_id)
    if found is None:
        raise Missing(f"No lot {lot_id}")
    return found


def lots_of(product_ids: Iterable[int]) -> list[Lot]:
    """Every lot of these products, earliest expiry first."""
    query = db.select(Lot).where(Lot.product_id.in_(set(product_ids)))
    return list(db.session.scalars(query.order_by(Lot.expires_on, Lot.id)))


def numbered(number: str) -> Any:
    """The condition that a lot has this number, or had it until it was corrected."""
    return _either(db.select(Lot.id).where(Lot.normalised == normalise(number)), LotAlias.normalised, number)


def reads_like(number: str) -> Any:
    """The condition that a tired eye reads a lot's number, or one that it had, as this one."""
    return _either(db.select(Lot.id).where(Lot.near == near(number)), LotAlias.near, number)


def _either(now: Any, then: Any, number: str) -> Any:
    # A union, and not OR: so both databases go by the two indexes.
    folded = normalise(number) if then is LotAlias.normalised else near(number)
    return Lot.id.in_(db.union_all(now, db.select(LotAlias.lot_id).where(then == folded)))


def numbers_of_lots(lot_ids: Collection[int] | None = None) -> Iterator[tuple[int, str, str]]:
    """(key, number, number as a tired eye reads it) of these lots, or of all; also of numbers they had."""
    now = db.select(Lot.id, Lot.normalised, Lot.near)
    then = db.select(LotAlias.lot_id, LotAlias.normalised, LotAlias.near)
    if lot_ids is not None:
        now, then = now.where(Lot.id.in_(lot_ids)), then.where(LotAlias.lot_id.in_(lot_ids))
    yield from ((key, plain, alike) for key, plain, alike in db.session.execute(now.union_all(then)))


def nears_of_lots(lot_ids: Collection[int]) -> Any:
    """What a tired eye reads in the numbers that these lots have or had, to be asked inside a statement."""
    now = db.select(Lot.near).where(Lot.id.in_(lot_ids))
    return now.union_all(db.select(LotAlias.near).where(LotAlias.lot_id.in_(lot_ids)))


def aliases_of(lot_id: int) -> list[LotAlias]:
    """The numbers that a lot had until each was corrected, the latest first."""
    query = db.select(LotAlias).filter_by(lot_id=lot_id).order_by(LotAlias.id.desc())
    return list(db.session.scalars(query))


def earlier_numbers(lot_ids: Collection[int]) -> dict[int, list[str]]:
    """The numbers that these lots had until each was corrected, the first one first; one query."""
    query = db.select(LotAlias.lot_id, LotAlias.number).where(LotAlias.lot_id.in_(lot_ids))
    found: dict[int, list[str]] = {}
    for lot_id, number in db.session.execute(query.order_by(LotAlias.id)) if lot_ids else ():
        found.setdefault(lot_id, []).append(number)
    return found


def lots_with_number(number: str, product_id: int | None = None) -> list[Lot]:
    """Lots whose normalised number is this one's, or was until it was corrected."""
    query = db.select(Lot).where(numbered(number)).order_by(Lot.id)
    return list(db.session.scalars(query if product_id is None else query.filter_by(product_id=product_id)))


def lock_lots_of(product_id: int) -> None:
    """Let one act at a time make lots of a product; what only refers to the product goes on meanwhile."""
    db.session.execute(db.select(Product.id).where(Product.id == product_id).with_for_update(key_share=True))


def similar_lots(number: str, product_id: int | None = None) -> list[Lot]:
    """Lots whose number a tired eye reads as this one (0 and O, 1 and I and l), without the same ones."""
    query = db.select(Lot).where(reads_like(number), ~numbered(number)).order_by(Lot.id)
    return list(db.session.scalars(query if product_id is None else query.filter_by(product_id=product_id)))


def is_named(powder: Product, diluent: Product) -> bool:
    """Whether the label of a powder names this diluent: "sodium chloride 0.9% preservative-free"."""
    words = powder.diluent.lower()
    return diluent.ingredient.name.lower() in words and not (
        WITHOUT_PRESERVATIVE in words and _is_preserved(diluent)
    )


def may_dissolve(powder: Product, diluent: Product) -> bool:
    """Whether a powder may be mixed with it: its label names it, or names none."""
    return powder.diluent.strip().lower() in NAMES_NONE or is_named(powder, diluent)


def _is_preserved(product: Product) -> bool:
    groups = (group.word for other in product.excipients for group in other.ingredient.groups)
    return "preservative" in groups
