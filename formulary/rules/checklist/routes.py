"""C3, the route: what a label does not name, an approved formula or a second person answers for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from formulary.rules.checklist.rule import CO_SIGN, Case, unknown
from formulary.rules.facts import Line, Product
from formulary.rules.findings import Finding, Level, Result, capital, joined


def off_label(case: Case) -> Sequence[Finding]:
    """One answer for each line, diluents apart, whose label does not name the route of the cocktail."""
    used = (line for line in case.lines if not line.product.ingredient.is_diluent)
    return [answer for line in used for answer in _by_route(case, line)]


def _by_route(case: Case, line: Line) -> Iterator[Finding]:
    labelled = line.product.labelled_for(case.cocktail.route)
    if labelled is None:
        yield _unknown(case, line)
    elif not labelled:
        yield _outside(case, line)


def _unknown(case: Case, line: Line) -> Finding:
    name, route, words = line.product.name, case.cocktail.route, _says(line.product)
    return unknown(
        "route.not_on_record",
        line.product.ingredient.name,
        f"The routes on the label of {name} are not on record, so {route} may be none of them{words}.",
        f"Record its routes from the label, {CO_SIGN}",
        line=line.number,
        inputs=_inputs(case, line),
        accepted=_accepted(case, line),
    )


def _outside(case: Case, line: Line) -> Finding:
    product, route, accepted = line.product, case.cocktail.route, _accepted(case, line)
    return Finding(
        "route.not_on_label",
        product.ingredient.name,
        f"{capital(product.name)} is labelled for {joined(product.routes)}, not for {route}{_says(product)}.",
        f"Take another route or product, follow a formula approved for it, {CO_SIGN}",
        level=Level.STOP,
        result=Result.UNKNOWN if accepted else Result.FINDING,
        line=line.number,
        field="route",
        inputs=_inputs(case, line),
        accepted=accepted,
    )


def _says(product: Product) -> str:
    return f" (“{product.route_words}”)" if product.route_words else ""


def _inputs(case: Case, line: Line) -> tuple[tuple[str, str], ...]:
    named = joined(line.product.routes) or "unknown"
    return (("route", case.cocktail.route), ("on the label", named), ("product", line.product.name))


def _accepted(case: Case, line: Line) -> str:
    """What the approver of the formula signed: this product by this route; else nothing is accepted."""
    formula = case.cocktail.answering
    if formula is None or not formula.covers(line.product):
        return ""
    return f"outside its label, accepted in formula {formula.label}"
