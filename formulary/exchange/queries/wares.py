"""Products and places by the names that a list gives them."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache

from formulary.catalogue import queries as catalogue
from formulary.catalogue.models import Product
from formulary.db import db
from formulary.rules.units import Dimension, Unit, dimension, units_of
from formulary.stock import labels, queries
from formulary.stock.models import Place, measured_in


@dataclass(frozen=True, slots=True, eq=False)
class Ware:
    """A product as a list's amounts are read: in what its ledger counts, by which units, what one holds."""

    id: int
    name: str
    measured: Dimension
    units: tuple[Unit, ...]
    content: int | None
    strength: Fraction | None
    word: str


class Wares:
    """The catalogue, asked once for each text that a list has."""

    def __init__(self) -> None:
        """Read its names."""
        self._names = catalogue.names()
        self.called = cache(self._called)
        self.ware = cache(self._ware)

    def _called(self, text: str) -> tuple[int, ...]:
        return tuple(self._names.products(text))

    def alike(self, text: str) -> list[str]:
        """Names that a slip of the hand turns into this."""
        return self._names.alike(text)

    def _ware(self, product_id: int) -> Ware:
        product = db.session.get_one(Product, product_id)
        measured, own = measured_in(product), dimension(product.dimension)
        amount, volume = product.strength_amount, product.strength_volume
        strength = Fraction(amount, volume) if amount and volume and measured != own else None
        units = units_of(measured) + (units_of(own) if strength else ())
        word = labels.container_word(product)
        return Ware(product.id, product.name, measured, units, product.content, strength, word)


def places_here(site_id: int, kinds: tuple[str, ...]) -> Mapping[str, Place]:
    """The places of these kinds at a site, by name in small letters."""
    return {place.name.casefold(): place for place in queries.places(site_id, kinds)}
