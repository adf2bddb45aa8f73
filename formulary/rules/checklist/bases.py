"""U4: salt, base and element are kept apart; what was converted says by which factor, and by whose word."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from formulary.rules.checklist.rule import CO_SIGN, Case, not_applicable, passed, unknown
from formulary.rules.facts import Factor, Limit, Line
from formulary.rules.findings import Finding, Level, capital
from formulary.rules.formulation import factor_between, holds, name_of, range_for
from formulary.rules.units import Quantity, show, unit

REMEDY = f"Record the factor with its source, take a product that is counted alike, {CO_SIGN}"


def kept_apart(case: Case) -> Sequence[Finding]:
    """U4: what is compared or summed is counted alike, or was converted by a factor on record."""
    found = [*_limits(case), *_ranges(case), *_lines(case)]
    counted = [(name_of(x), x.product.basis) for x in case.lines if x.product.basis]
    if not counted and not found:
        return [not_applicable("basis.none", "salt and base", "No line says as what its strength counts.")]
    return found or [passed("basis.alike", "salt and base", "Everything compared is counted alike.", counted)]


def _limits(case: Case) -> Iterator[Finding]:
    for line in case.lines:
        for limit in line.product.limits:
            if limit.basis not in ("", line.product.basis) and holds(limit, case.cocktail.route):
                yield _of_limit(case, line, limit)


def _of_limit(case: Case, line: Line, limit: Limit) -> Finding:
    name, basis = line.product.ingredient.name, line.product.basis
    if limit.factor is not None:
        return _converted(case, line, limit.factor, f"A limit of {name} is given as {limit.basis}")
    reason = (
        f"A limit of {name} is given as {limit.basis}, the strength of {line.product.name} counts "
        f"{basis or 'what is not on record'}, and no factor between them is on record."
    )
    return unknown("basis.no_factor", name, reason, REMEDY, line=line.number)


def _ranges(case: Case) -> Iterator[Finding]:
    """What the formula accepts in another basis than the strength; one that no factor converts answers
    nothing, which D1 and C1 say.
    """
    formula = case.cocktail.answering
    if formula is None:
        return
    for line in case.lines:
        told = (range_for(x, line.product) for x in formula.ranges if x.is_for(line.product))
        for found in told:
            if found is not None and found.factor is not None:
                what = f"What {formula.label} accepts of {line.product.ingredient.name}"
                yield _converted(case, line, found.factor, f"{what} is given as {found.basis}")


def _lines(case: Case) -> Iterator[Finding]:
    """Lines of one substance whose strengths count different things."""
    first: dict[int, Line] = {}
    for line in case.lines:
        like = first.setdefault(line.product.ingredient.id, line)
        if line.product.basis != like.product.basis:
            yield _of_line(case, line, like)


def _of_line(case: Case, line: Line, like: Line) -> Finding:
    product, basis = line.product, like.product.basis
    found = factor_between(product.basis, basis, product.ingredient.factors)
    if found is not None:
        return _converted(case, line, found, f"{capital(name_of(line))} is counted as {product.basis}")
    reason = (
        f"{capital(name_of(line))} counts {product.basis or 'what is not on record'} and {name_of(like)} "
        f"{basis or 'what is not on record'}: no factor between them is on record, so they do not add up."
    )
    return unknown("basis.no_factor", product.ingredient.name, reason, REMEDY, line=line.number)


def _converted(case: Case, line: Line, factor: Factor, what: str) -> Finding:
    parts = show(Quantity.of(1, "mg") * factor.parts, unit("mg"), case.mark)
    return Finding(
        "basis.converted",
        line.product.ingredient.name,
        f"{what}: 1 mg of {factor.of} counts as {parts} of {factor.to}.",
        level=Level.INFO,
        line=line.number,
        source=factor.source,
        inputs=(("counted as", factor.of), ("compared as", factor.to), ("1 mg is", parts)),
    )
