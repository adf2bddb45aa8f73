"""Which limits of the catalogue hold for a product by a route, and how much they allow."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from formulary.rules.facts import LIMITING, Limit, Product, Strength
from formulary.rules.units import Quantity, unit

ANY_ROUTE = "any"
_KG = unit("kg").steps


@dataclass(frozen=True, slots=True)
class Ceiling:
    """The most one session may hold by one limit; `most` is None where only a weight could tell."""

    limit: Limit
    most: Quantity | None
    needs_weight: bool


def holds(limit: Limit, route: str) -> bool:
    """Whether a figure limits: only the label's or the clinic's own, of the same route or of any."""
    return limit.kind in LIMITING and limit.route.casefold() in (route.casefold(), ANY_ROUTE)


def ceilings(product: Product, route: str, weight: Quantity | None) -> tuple[Ceiling, ...]:
    """What each dose limit of the product allows by this route; per kg beside a dose means the lower of the
    two.

    Without a weight a per-kg limit leaves the absolute one, marked as needing the weight: there is no
    default weight.
    """
    asked = (limit for limit in product.limits if holds(limit, route))
    return tuple(_ceiling(x, weight) for x in asked if x.dose is not None or x.per_kg is not None)


def _ceiling(limit: Limit, weight: Quantity | None) -> Ceiling:
    if limit.per_kg is None or weight is None:
        return Ceiling(limit, limit.dose, needs_weight=limit.per_kg is not None)
    by_weight = limit.per_kg * (weight.steps / _KG)
    most = by_weight if limit.dose is None else min(limit.dose, by_weight)
    return Ceiling(limit, most, needs_weight=False)


def concentration_limits(product: Product, route: str) -> tuple[Limit, ...]:
    """The product's limits of final concentration by this route."""
    return tuple(x for x in product.limits if x.concentration is not None and holds(x, route))


def forbids(limit: Limit) -> bool:
    """Whether the limit is 0, which means: must not be used that way."""
    highest = None if limit.concentration is None else limit.concentration.amount
    return any(figure is not None and figure.is_zero for figure in (limit.dose, limit.per_kg, highest))


def has_hard_maximum(product: Product, route: str) -> bool:
    """Whether going above is final for this product, so that rounding ties go down."""
    return any(limit.hard and holds(limit, route) for limit in product.limits)


def lowest_dose(found: Iterable[Ceiling], like: Quantity | None) -> Quantity | None:
    """The lowest ceiling in the dimension of `like`, or None."""
    known = (c.most for c in found if c.most is not None and not c.needs_weight)
    return min((m for m in known if like is not None and m.dimension == like.dimension), default=None)


def lowest_concentration(found: Iterable[Limit], like: Strength | None) -> Strength | None:
    """The lowest concentration limit in the dimension of `like`, or None."""
    known = (x.concentration for x in found if x.concentration is not None)
    same = (c for c in known if like is not None and c.amount.dimension == like.amount.dimension)
    return min(same, key=lambda c: c.ratio, default=None)
