"""From salt to base to element, exactly, and only by a factor that is on record with its source.

An amount in one basis never meets one in another: it is converted, or nobody can compare them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from formulary.rules.facts import AcceptedRange, Factor, Limit, Product, Strength
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

    One that no factor converts keeps its basis and loses its figures: nothing passes or fails by it. A limit
    of 0 stays: what must not be used that way must not in any basis.
    """
    if limit.basis in ("", product.basis):
        return limit
    found = factor_between(limit.basis, product.basis, product.ingredient.factors)
    return replace(_converted(limit, found), factor=found)


def limits_as(product: Product, like: Product) -> Product:
    """A product with its limits told in the basis of another's strength, so that the two compare as one."""
    if product.basis == like.basis:
        return product
    found = factor_between(product.basis, like.basis, like.ingredient.factors)
    return replace(product, limits=tuple(_converted(limit, found) for limit in product.limits))


def range_for(signed: AcceptedRange, product: Product) -> AcceptedRange | None:
    """What an approver signed, in the basis of a product's strength; None where no factor converts it."""
    as_named = not signed.basis and signed.product_id is not None
    if as_named or signed.basis == product.basis:
        return signed
    found = factor_between(signed.basis, product.basis, product.ingredient.factors)
    if found is None:
        return None
    return replace(
        signed,
        dose_low=signed.dose_low * found.parts,
        dose_high=signed.dose_high * found.parts,
        concentration_low=_strength(signed.concentration_low, found),
        concentration_high=_strength(signed.concentration_high, found),
        factor=found,
    )


def _converted(limit: Limit, factor: Factor | None) -> Limit:
    """The figures of a limit by a factor; without one they are gone, all but 0, which is 0 in every basis."""
    concentration = limit.concentration
    return replace(
        limit,
        dose=_times(limit.dose, factor),
        per_kg=_times(limit.per_kg, factor),
        minimum=_times(limit.minimum, factor),
        concentration=None if concentration is None else _strength_or_zero(concentration, factor),
    )


def _times(quantity: Quantity | None, factor: Factor | None) -> Quantity | None:
    if quantity is None or quantity.is_zero:
        return quantity
    return None if factor is None else quantity * factor.parts


def _strength_or_zero(strength: Strength, factor: Factor | None) -> Strength | None:
    if strength.amount.is_zero:
        return strength
    return None if factor is None else _strength(strength, factor)


def _strength(strength: Strength, factor: Factor) -> Strength:
    return Strength(strength.amount * factor.parts, strength.volume)
