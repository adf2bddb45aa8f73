"""Loading what strengths count, and how much of a base or an element a salt holds."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated

from formulary.catalogue.models import BasisFactor, Ingredient
from formulary.catalogue.queries import approved_here
from formulary.seed.cells import Text, number, one_of
from formulary.seed.merging import Merge


@dataclass(frozen=True, slots=True)
class StrengthBasisRow:
    """What the strength of a product counts: a salt, a base or an element, by whose word."""

    product: Text
    kind: Annotated[str, one_of("salt", "base", "element")]
    basis: Text
    source: Text


@dataclass(frozen=True, slots=True)
class BasisFactorRow:
    """So many mg of one basis hold so many of another."""

    ingredient: Text
    of_basis: Text
    of_amount: Annotated[Decimal, number]
    to_basis: Text
    to_amount: Annotated[Decimal, number]
    source: Text
    confidence: Annotated[str, one_of("high", "medium", "low")]


@dataclass(frozen=True)
class Bases:
    """The rows of both files, with their sources spelled out."""

    strengths: tuple[StrengthBasisRow, ...]
    factors: tuple[BasisFactorRow, ...]
    stated_here: frozenset[str] = frozenset()

    def columns(self, product: str) -> dict[str, object]:
        """The columns of a product that say what its strength counts; empty where no source says.

        None of them for a product of which somebody here has stated it: no file undoes that.
        """
        if product in self.stated_here:
            return {}
        row = self._of(product)
        kind, basis, source = (row.kind, row.basis, row.source) if row else ("", "", "")
        return {"basis_kind": kind, "basis": basis, "basis_source": source}

    def counted(self, product: str, counts_now: str) -> str:
        """What a figure of the files counts that names no basis: "" is what the strength counts now.

        Where the strength counts another than the files say, the figure still counts what they say.
        """
        row = self._of(product)
        return row.basis if row and row.basis != counts_now else ""

    def _of(self, product: str) -> StrengthBasisRow | None:
        return next((row for row in self.strengths if row.product == product), None)


def load_factors(bases: Bases, ingredients: Mapping[str, Ingredient], merge: Merge) -> None:
    """The factors of each substance, but for those that somebody here has stated."""
    stated = approved_here()
    for factor in bases.factors:
        between = (ingredients[factor.ingredient].id, factor.of_basis, factor.to_basis)
        if ("factor", *between) in stated:
            continue
        key = {
            "ingredient_id": ingredients[factor.ingredient].id,
            "of_basis": factor.of_basis,
            "to_basis": factor.to_basis,
        }
        told = {"source": factor.source, "confidence": factor.confidence}
        amounts = {"of_amount": format(factor.of_amount, "f"), "to_amount": format(factor.to_amount, "f")}
        merge.row(BasisFactor, key, told | amounts)
