"""The shelf: lots that lie at a site, earliest expiry first, found by product, code, number or place."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select

from formulary.catalogue.models import Ingredient, Product, ProductCode, Synonym
from formulary.catalogue.queries import fold
from formulary.db import db
from formulary.rules.findings import Refused
from formulary.rules.lot_status import normalise
from formulary.stock.models import Balance, Lot, LotAlias, Place
from formulary.stock.queries.lots import numbered
from formulary.web.gs1 import gtin14
from formulary.web.paging import Page, Window, page

SHELF_SIZE = 50
LIES_AT = ("storage", "quarantine", "in_use")


@dataclass(frozen=True)
class Asked:
    """What is looked for: words, or the fields of a scan, at one place, by the last day of expiry.

    `used_up` asks for lots of which nothing is left too; a lot expires from `expires_from` up to `until`.
    """

    words: str = ""
    gtin: str = ""
    lot: str = ""
    used_up: bool = False
    place_id: int | None = None
    expires_from: date | None = None
    until: date | None = None


def shelf(site_id: int, asked: Asked, window: Window, size: int = SHELF_SIZE) -> Page:
    """One page of lots that lie at the site, earliest expiry first; with `used_up` of every lot there ever
    was, at a place of those that lie there and of the used up ones that ever lay there.
    """
    query = db.select(Lot)
    if not asked.used_up or asked.place_id is not None:
        query = query.where(_lies_at(site_id, asked.place_id, used_up=asked.used_up))
    if not asked.used_up:
        query = query.where(Lot.status != "exhausted")
    query = _looked_for(query, site_id, asked)
    return page(query, (Lot.expires_on, Lot.id), window=window, size=size, newest_first=False)


def _lies_at(site_id: int, place_id: int | None, *, used_up: bool) -> Any:
    """Whether some of a lot lies there; with `used_up` also whether one that is used up ever lay there."""
    lies = db.select(Balance.id).join(Place, Place.id == Balance.place_id)
    here = (Place.site_id == site_id, Place.kind.in_(LIES_AT))
    if place_id is not None:
        here = (*here, Place.id == place_id)
    some = Balance.quantity > 0
    counts = db.or_(some, Lot.status == "exhausted") if used_up else some
    return lies.where(Balance.lot_id == Lot.id, counts, *here).exists()


def _looked_for(query: Select[Any], site_id: int, asked: Asked) -> Select[Any]:
    if asked.expires_from is not None:
        query = query.where(Lot.expires_on >= asked.expires_from)
    if asked.until is not None:
        query = query.where(Lot.expires_on <= asked.until)
    if asked.lot:
        query = query.where(numbered(asked.lot))
    if asked.gtin:
        query = query.where(Lot.product_id.in_(_with_code(asked.gtin)))
    return query.where(_matches(asked.words, site_id)) if asked.words else query


def _matches(words: str, site_id: int) -> Any:
    number = normalise(words)
    either = [Lot.product_id.in_(_named(words)), Lot.id.in_(_at_place(words, site_id))]
    if number:
        either.append(Lot.normalised.startswith(number, autoescape=True))
        then = db.select(LotAlias.lot_id).where(LotAlias.normalised.startswith(number, autoescape=True))
        either.append(Lot.id.in_(then))
    if gtin := _gtin(words):
        either.append(Lot.product_id.in_(_with_code(gtin)))
    return db.or_(*either)


def _named(words: str) -> Any:
    others = db.select(Synonym.ingredient_id).where(Synonym.folded.contains(fold(words), autoescape=True))
    of_ingredient = db.or_(Ingredient.name.icontains(words, autoescape=True), Ingredient.id.in_(others))
    query = db.select(Product.id).join(Ingredient, Ingredient.id == Product.ingredient_id)
    return query.where(db.or_(Product.name.icontains(words, autoescape=True), of_ingredient))


def _with_code(gtin: str) -> Any:
    return db.select(ProductCode.product_id).where(ProductCode.gtin == gtin)


def _at_place(words: str, site_id: int) -> Any:
    query = db.select(Balance.lot_id).join(Place, Place.id == Balance.place_id)
    named = (Place.site_id == site_id, Place.name.icontains(words, autoescape=True), Balance.quantity > 0)
    return query.where(*named)


def _gtin(words: str) -> str:
    try:
        return gtin14(words.replace(" ", ""))
    except Refused:
        return ""
