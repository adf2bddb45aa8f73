"""C1: the highest concentration after making up and rounding, summed over all lines of one ingredient.

Only a label limit of the same route limits. Where there is none, an approved formula answers inside the
range its approver signed; outside it, or without a formula, a second person does.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from formulary.rules.checklist.rule import CO_SIGN, Case, not_applicable
from formulary.rules.checklist.substances import (
    Substance,
    by_formula,
    forbidden,
    inputs_of,
    prescribed,
    strength_unknown,
    substances,
    within,
)
from formulary.rules.facts import Limit, Strength
from formulary.rules.findings import Finding, Level, capital
from formulary.rules.formulation import concentration_limits, field_of, forbids, strength_words


def concentrations(case: Case) -> Sequence[Finding]:
    """C1: no ingredient above the highest concentration, after making up and rounding."""
    found = [answer for substance in substances(case) for answer in _concentration(case, substance)]
    return found or [
        not_applicable("concentration.none", "concentrations", "No line has a concentration to limit.")
    ]


def _concentration(case: Case, substance: Substance) -> Iterator[Finding]:
    own = [concentration_limits(product, case.cocktail.route, case.on) for product in substance.products]
    found = list(dict.fromkeys(limit for each in own for limit in each))
    zero = next((limit for limit in found if forbids(limit)), None)
    if zero is not None:
        yield forbidden("concentration", case, substance, zero)
    elif found or not substance.ingredient.is_diluent:
        yield _concentration_answer(case, substance, found)


def _concentration_answer(case: Case, substance: Substance, found: Sequence[Limit]) -> Finding:
    final = substance.concentration
    if final is None:
        return strength_unknown(
            "concentration.unknown", substance, "is of unknown strength, so its concentration is unknown"
        )
    pairs = [(x, x.concentration) for x in found if x.concentration is not None]
    same = [(x, c) for x, c in pairs if c.amount.dimension == final.amount.dimension]
    above = [(x, c) for x, c in same if final.ratio > c.ratio]
    shown = strength_words(final, case.mark)
    if above:
        return _too_concentrated(
            case, substance, final, *min(above, key=lambda p: (-p[0].exceeded, p[1].ratio))
        )
    binding = min((c for _, c in same), key=lambda c: c.ratio, default=None)
    if binding is not None:
        most = strength_words(binding, case.mark)
        inputs = inputs_of("concentration", (shown, most), final.ratio / binding.ratio, case, substance.basis)
        return within("concentration", substance, inputs)
    return by_formula("concentration", case, substance)


_REMEDIES = {
    Level.INFO: "",
    Level.WARN: "Give a reason to go on, or prepare more volume.",
    Level.STOP: f"Reduce it or prepare more volume, {CO_SIGN}",
    Level.BLOCK: "Reduce it or prepare more volume: this is a hard maximum.",
}


def _too_concentrated(
    case: Case, substance: Substance, final: Strength, limit: Limit, most: Strength
) -> Finding:
    shown, highest = strength_words(final, case.mark), strength_words(most, case.mark)
    return Finding(
        "concentration.above_max",
        substance.name,
        f"{capital(substance.name)} {shown} is above the highest concentration for "
        f"{case.cocktail.route} use ({highest}).",
        _REMEDIES[limit.exceeded],
        level=limit.exceeded,
        line=substance.largest.number,
        field=field_of(substance.largest.line),
        source=limit.source,
        inputs=inputs_of("concentration", (shown, highest), final.ratio / most.ratio, case, substance.basis),
        rests_on=(("prescribed", prescribed("concentration", substance, case.mark)), ("limit", highest)),
    )
