"""Which limits of the catalogue hold for a product by a route on a day, and how much they allow."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from formulary.rules.facts import LIMITING, Limit, LimitPer, Product, Strength
from formulary.rules.findings import Level
from formulary.rules.units import Quantity, unit

ANY_ROUTE = "any"
IN_A_SESSION = frozenset({LimitPer.SESSION, LimitPer.WINDOW, LimitPer.COURSE})
"""What bounds one session: what may be given in any window or course bounds it as well."""
_KG = unit("kg").steps


@dataclass(frozen=True, slots=True)
class Ceiling:
    """The most that one limit allows; `most` is None where only a weight could tell."""

    limit: Limit
    most: Quantity | None
    needs_weight: bool


def holds(limit: Limit, route: str, on: date | None = None) -> bool:
    """Whether a figure limits: only the label's or the clinic's own, of the same route or of any.

    It does from the day it is valid on; without a day (`on`) every one does.
    """
    if limit.kind not in LIMITING:
        return False
    begun = on is None or limit.valid_from is None or limit.valid_from <= on
    return begun and limit.route.casefold() in (route.casefold(), ANY_ROUTE)


def ceilings(
    product: Product, route: str, weight: Quantity | None, on: date | None = None
) -> tuple[Ceiling, ...]:
    """What each limit of the product allows in one session by this route; per kg beside a dose means the
    lower of the two.

    Without a weight a per-kg limit leaves the absolute one, marked as needing the weight: there is no
    default weight.
    """
    asked = (limit for limit in product.limits if limit.per in IN_A_SESSION and holds(limit, route, on))
    return tuple(ceiling(x, weight) for x in asked if x.dose is not None or x.per_kg is not None)


def ceiling(limit: Limit, weight: Quantity | None) -> Ceiling:
    """How much one limit allows for this weight."""
    if limit.per_kg is None or weight is None:
        return Ceiling(limit, limit.dose, needs_weight=limit.per_kg is not None)
    by_weight = limit.per_kg * (weight.steps / _KG)
    most = by_weight if limit.dose is None else min(limit.dose, by_weight)
    return Ceiling(limit, most, needs_weight=False)


def concentration_limits(product: Product, route: str, on: date | None = None) -> tuple[Limit, ...]:
    """The product's limits of final concentration by this route."""
    return tuple(x for x in product.limits if x.concentration is not None and holds(x, route, on))


def forbids(limit: Limit) -> bool:
    """Whether the limit is 0, which means: must not be used that way."""
    highest = None if limit.concentration is None else limit.concentration.amount
    return any(figure is not None and figure.is_zero for figure in (limit.dose, limit.per_kg, highest))


def has_hard_maximum(product: Product, route: str) -> bool:
    """Whether going above is final for this product, so that rounding ties go down."""
    return any(limit.exceeded is Level.BLOCK and holds(limit, route) for limit in product.limits)


def lowest_dose(found: Iterable[Ceiling], like: Quantity | None) -> Quantity | None:
    """The lowest ceiling in the dimension of `like`, or None."""
    known = (c.most for c in found if c.most is not None and not c.needs_weight)
    return min((m for m in known if like is not None and m.dimension == like.dimension), default=None)


def lowest_concentration(found: Iterable[Limit], like: Strength | None) -> Strength | None:
    """The lowest concentration limit in the dimension of `like`, or None."""
    known = (x.concentration for x in found if x.concentration is not None)
    same = (c for c in known if like is not None and c.amount.dimension == like.amount.dimension)
    return min(same, key=lambda c: c.ratio, default=None)
