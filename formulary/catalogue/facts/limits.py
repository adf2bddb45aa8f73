"""The limits of a product, and the routes that the table forbids."""

from collections.abc import Iterator, Sequence

from formulary.catalogue.facts.figures import amount, strength
from formulary.catalogue.models import Limit, Product
from formulary.rules import facts
from formulary.rules.units import Dimension, Quantity


def limits(row: Product, measured_in: Dimension) -> Iterator[facts.Limit]:
    """A limit for several routes is as many limits; an unknown one is none."""
    for limit in row.limits:
        if limit.kind != facts.LimitKind.UNKNOWN:
            yield from (_limit(limit, route, measured_in) for route in limit.route.split(";"))


def limit_strength(row: Limit, measured_in: Dimension) -> facts.Strength | None:
    """The concentration that a limit names, as a pair."""
    return strength(row.amount, row.volume, measured_in)


def _limit(row: Limit, route: str, measured_in: Dimension) -> facts.Limit:
    is_dose = row.measure == "dose"
    return facts.Limit(
        kind=facts.LimitKind(row.kind),
        route=route,
        source=row.source,
        dose=amount(row.amount, measured_in) if is_dose else None,
        per_kg=amount(row.per_kg, measured_in),
        concentration=None if is_dose else limit_strength(row, measured_in),
        hard=row.hard,
        version=row.version,
    )


def forbidden_routes(
    ingredient: facts.Ingredient, routes: Sequence[facts.Compatibility]
) -> Iterator[facts.Limit]:
    """A limit of 0 for each route that a rule of the table forbids this ingredient."""
    mine = {f"ingredient:{ingredient.id}", *(f"group:{word}" for word in ingredient.groups)}
    for rule in routes:
        if rule.a in mine:
            yield facts.Limit(
                kind=facts.LimitKind.LABEL_LIMIT,
                route=rule.b.removeprefix("route:"),
                source=f"{rule.mechanism} (table row {rule.number}): {rule.source}",
                dose=Quantity.zero(ingredient.dimension),
                version=rule.version,
            )
