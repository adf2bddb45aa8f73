"""The exact names of the catalogue, for what is written in files."""

from collections.abc import Callable
from typing import Any

from rapidfuzz import fuzz, process
from sqlalchemy import Row

from formulary.catalogue.models import Ingredient, Product, SubstanceGroup, Synonym
from formulary.catalogue.queries.substances import code
from formulary.db import db

ALIKE = 60
MOST = 3


class Names:
    """Every exact name by which a product or a substance may be written, letter case and spaces aside."""

    def __init__(self) -> None:
        """Read the catalogue's names, codes and groups: four queries, however long it is."""
        rows = db.session.execute(
            db.select(Product.id, Product.name, Product.strength_text, Product.ingredient_id)
        )
        self._products = {row.id: row for row in rows}
        own = db.session.execute(db.select(Ingredient.id, Ingredient.name))
        others = [*own, *db.session.execute(db.select(Synonym.ingredient_id, Synonym.name))]
        self._substances = {_spaced(name): number for number, name in reversed(others)}
        self._groups = {_spaced(word): word for word in db.session.scalars(db.select(SubstanceGroup.word))}

    def products(self, text: str) -> list[int]:
        """The products that this text names, the closest way first: GTIN, own name, trade name, substance.

        A name may have its strength behind it.
        """
        if text.isascii() and text.isdigit() and (found := code(text.zfill(14))):
            return [found.product_id]
        wanted, rows = _spaced(text), self._products.values()
        ways: tuple[Callable[[Row[Any]], bool], ...] = (
            lambda row: wanted in (_spaced(row.name), _spaced(f"{row.name} {row.strength_text}")),
            lambda row: _spaced(row.name).endswith(f"({wanted})") and self._is(wanted, row),
            lambda row: self._is(wanted, row),
            lambda row: self._is(wanted.removesuffix(_spaced(row.strength_text)).strip(), row),
        )
        named = ([row.id for row in rows if way(row)] for way in ways)
        return sorted(next(filter(None, named), []))

    def _is(self, wanted: str, row: Row[Any]) -> bool:
        """Whether this is a name of the product's ingredient."""
        same: bool = self._substances.get(wanted) == row.ingredient_id
        return same

    def product(self, product_id: int) -> str:
        """What a file would write for one product."""
        return f"“{self._products[product_id].name}”"

    def substance(self, text: str) -> tuple[int | None, str | None]:
        """The ingredient or the group of substances that this text names; neither where it names none."""
        wanted = _spaced(text)
        group = self._groups.get(wanted) or self._groups.get(wanted.removesuffix("s"))
        return (None, group) if group else (self._substances.get(wanted), None)

    def alike(self, text: str) -> list[str]:
        """Up to three names that a slip of the hand turns into this text."""
        known = [*self._substances, *(_spaced(row.name) for row in self._products.values())]
        nearest = process.extract(_spaced(text), known, scorer=fuzz.ratio, score_cutoff=ALIKE, limit=MOST)
        return [name for name, _, _ in nearest]


def names() -> Names:
    """The exact names of the catalogue, for what is written in files."""
    return Names()


def _spaced(text: str) -> str:
    return " ".join(text.casefold().split())
