"""The limits of a product, and the routes that the table forbids."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from formulary.catalogue.facts.figures import amount, strength
from formulary.catalogue.models import Limit, Product
from formulary.db import FRESH, db
from formulary.rules import facts
from formulary.rules.findings import Level
from formulary.rules.units import VOLUME, Dimension, Quantity

COUNTED = ("dose", "concentration")
UNSAID = "what its source does not say"


def limits(rows: Iterable[Limit], measured_in: Dimension, basis: str = "") -> Iterator[facts.Limit]:
    """A limit for several routes is as many limits; an unknown one is none.

    What is said of a whole substance and not as what it counts compares with no strength that counts a
    `basis`: its products may count the salt or the base.
    """
    for row in rows:
        if row.kind != facts.LimitKind.UNKNOWN:
            told = (_limit(row, route, measured_in) for route in row.route.split(";"))
            unsaid = bool(basis and row.ingredient_id and not row.basis and row.measure in COUNTED)
            yield from (replace(limit, basis=UNSAID) if unsaid else limit for limit in told)


@dataclass(frozen=True)
class Figures:
    """Figures in all versions: by product, and by the ingredient of an excipient."""

    of_products: Mapping[int, list[Limit]]
    of_excipients: Mapping[int, list[Limit]]


def figures_of(products: Iterable[Product]) -> Figures:
    """Every figure of these products, of their ingredients and of their excipients; one query."""
    found = list(products)
    ids = {row.id: row.ingredient_id for row in found}
    others = {other.ingredient_id for row in found for other in row.excipients}
    either = db.or_(Limit.product_id.in_(ids), Limit.ingredient_id.in_({*ids.values(), *others}))
    rows = db.session.scalars(
        db.select(Limit).where(either).order_by(Limit.id), execution_options=FRESH
    ).all()
    by_product = {
        key: [row for row in rows if row.product_id == key or row.ingredient_id == substance]
        for key, substance in ids.items()
    }
    return Figures(by_product, {key: [row for row in rows if row.ingredient_id == key] for key in others})


def in_force(rows: Iterable[Limit], on: date | None) -> list[Limit]:
    """The approved versions that hold on a day, without those that a governance entry sets aside."""
    standing = [row for row in rows if row.holds_on(on)]
    set_aside = {row.in_place_of_id for row in standing}
    return [row for row in standing if row.id not in set_aside]


def limit_strength(row: Limit, measured_in: Dimension) -> facts.Strength | None:
    """The concentration that a limit names, as a pair."""
    return strength(row.amount, row.volume, measured_in)


def _limit(row: Limit, route: str, measured_in: Dimension) -> facts.Limit:
    return facts.Limit(
        kind=facts.LimitKind(row.kind),
        route=route,
        source=row.source,
        hard=row.hard,
        version=row.version,
        per=facts.LimitPer(row.per),
        within=None if row.within_h is None else timedelta(hours=row.within_h),
        area=row.area,
        level=Level[row.level.upper()] if row.level else None,
        jurisdiction=row.jurisdiction,
        edition=row.edition,
        valid_from=row.valid_from,
        basis=row.basis,
        **_figures(row, measured_in),
    )


def _figures(row: Limit, measured_in: Dimension) -> dict[str, Any]:
    """The figure of a row, by what it measures."""
    if row.measure == "concentration":
        return {"concentration": limit_strength(row, measured_in)}
    if row.measure == "volume":
        return {"volume": amount(row.amount, VOLUME)}
    if row.measure == "points":
        return {"points": row.amount}
    steps = {"dose": row.amount, "per_kg": row.per_kg, "minimum": row.minimum}
    return {name: amount(figure, measured_in) for name, figure in steps.items()}


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
