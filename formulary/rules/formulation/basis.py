"""From salt to base to element, exactly, and only by a factor that is on record with its source.

An amount in one basis never meets one in another: it is converted, or nobody can compare them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from formulary.rules.facts import Factor, Limit, Product, Strength
from formulary.rules.units import Quantity


def factor_between(of: str, to: str, factors: Sequence[Factor]) -> Factor | None:
    """The factor from one basis to another: as recorded, turned round, or through one third basis.

    None where none is on record, and where a basis itself is not.
    """
    if not of or not to:
        return None
    known = [*factors, *map(_turned, factors)]
    direct = next((x for x in known if (x.of, x.to) == (of, to)), None)
    return direct or next(_through(of, to, known), None)


def _turned(factor: Factor) -> Factor:
    return Factor(factor.to, factor.of, 1 / factor.parts, factor.source)


def _through(of: str, to: str, known: Sequence[Factor]) -> Iterator[Factor]:
    for first in known:
        for second in known:
            if (first.of, first.to, second.to) == (of, second.of, to):
                source = "; ".join(dict.fromkeys((first.source, second.source)))
                yield Factor(of, to, first.parts * second.parts, source)


def counted_as(quantity: Quantity | None, product: Product, like: Product) -> Quantity | None:
    """An amount of one product counted as another's strength counts; None where no factor is on record."""
    if quantity is None or product.basis == like.basis:
        return quantity
    found = factor_between(product.basis, like.basis, like.ingredient.factors)
    return None if found is None else quantity * found.parts


def limit_for(limit: Limit, product: Product) -> Limit:
    """A limit in the basis of the product's strength, with the factor that was used.

    One that no factor converts keeps its basis and loses its figures: nothing passes or fails by it.
    """
    if limit.basis in ("", product.basis):
        return limit
    found = factor_between(limit.basis, product.basis, product.ingredient.factors)
    if found is None:
        return replace(limit, dose=None, per_kg=None, minimum=None, concentration=None)
    return replace(
        limit,
        dose=_times(limit.dose, found),
        per_kg=_times(limit.per_kg, found),
        minimum=_times(limit.minimum, found),
        concentration=_strength(limit.concentration, found),
        factor=found,
    )


def _times(quantity: Quantity | None, factor: Factor) -> Quantity | None:
    return None if quantity is None else quantity * factor.parts


def _strength(strength: Strength | None, factor: Factor) -> Strength | None:
    return None if strength is None else Strength(strength.amount * factor.parts, strength.volume)
