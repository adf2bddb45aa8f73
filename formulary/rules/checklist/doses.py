"""D1: the most per session, summed over all lines of one ingredient, and over all local anaesthetics.

Only a label limit of the same route limits. Where there is none, an approved formula answers inside the
range its approver signed; outside it, or without a formula, a second person does.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from formulary.rules.checklist.additive import together
from formulary.rules.checklist.rule import CO_SIGN, Case, not_applicable, unknown
from formulary.rules.checklist.substances import (
    Substance,
    by_formula,
    ceilings_of,
    forbidden,
    inputs_of,
    prescribed,
    set_to,
    strength_unknown,
    substances,
    within,
)
from formulary.rules.findings import Finding, Level, capital
from formulary.rules.formulation import Ceiling, about, field_of, forbids
from formulary.rules.units import Quantity


def doses(case: Case) -> Sequence[Finding]:
    """D1: no ingredient above the most one session may hold, by the dose that counts after rounding."""
    found = [answer for substance in substances(case) for answer in _dose(case, substance)]
    found += together(case)
    return found or [not_applicable("dose.none", "doses", "No line has a dose to limit.")]


def _dose(case: Case, substance: Substance) -> Iterator[Finding]:
    found = ceilings_of(case, substance)
    zero = next((c.limit for c in found if forbids(c.limit)), None)
    if zero is not None:
        yield forbidden("dose", case, substance, zero)
    elif found or not substance.ingredient.is_diluent:
        yield _dose_answer(case, substance, found)


def _dose_answer(case: Case, substance: Substance, found: Sequence[Ceiling]) -> Finding:
    dose = substance.dose
    if dose is None:
        return strength_unknown("dose.unknown", substance, "is of unknown strength, so its dose is unknown")
    same = [c for c in found if c.most is not None and c.most.dimension == dose.dimension]
    above = [c for c in same if c.most is not None and dose > c.most]
    if above:
        return _above_max(case, substance, dose, min(above, key=_hardest))
    if case.patient is not None and any(c.needs_weight for c in found):
        return _by_weight(substance)
    binding = min((c.most for c in same if c.most is not None), default=None)
    if binding is not None:
        shown, most = about(dose, case.mark), about(binding, case.mark)
        return within(
            "dose", substance, inputs_of("dose", (shown, most), dose / binding, case, substance.basis)
        )
    return by_formula("dose", case, substance)


def _hardest(ceiling: Ceiling) -> tuple[int, Fraction]:
    return -ceiling.limit.exceeded, ceiling.most.steps if ceiling.most is not None else Fraction(0)


_REMEDIES = {
    Level.INFO: "",
    Level.WARN: "Give a reason to go on, or reduce it.",
    Level.STOP: f"Reduce it, {CO_SIGN}",
    Level.BLOCK: "Reduce it: this is a hard maximum.",
}


def _above_max(case: Case, substance: Substance, dose: Quantity, ceiling: Ceiling) -> Finding:
    most, limit = ceiling.most, ceiling.limit
    assert most is not None  # noqa: S101 - only ceilings that were exceeded come here
    shown, highest = about(dose, case.mark), about(most, case.mark)
    return Finding(
        "dose.above_max",
        substance.name,
        f"{capital(substance.name)} {shown} is {about(dose - most, case.mark)} above the most "
        f"one session may hold ({highest}).",
        _REMEDIES[limit.exceeded],
        level=limit.exceeded,
        line=substance.largest.number,
        field=field_of(substance.largest.line),
        source=limit.source,
        inputs=inputs_of("dose", (shown, highest), dose / most, case, substance.basis),
        rests_on=(("prescribed", prescribed("dose", substance, case.mark)), ("limit", highest)),
        fixes=set_to(case, substance, most),
    )


def _by_weight(substance: Substance) -> Finding:
    """Whether it is within its limit only a weight could tell: D5 asks for it, and stops meanwhile."""
    return unknown(
        "dose.limit_by_weight",
        substance.name,
        f"The limit of {substance.name} depends on the weight, and no weight is on record.",
        level=Level.INFO,
        line=substance.largest.number,
    )
