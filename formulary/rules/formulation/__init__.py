"""The arithmetic of a cocktail: the solver, the devices, the limits, and why a number is what it is."""

from formulary.rules.formulation.achieved import achieved
from formulary.rules.formulation.aliquot import Aliquot, aliquot
from formulary.rules.formulation.basis import counted_as, factor_between, limit_for, limits_as, range_for
from formulary.rules.formulation.devices import on_a_mark, sorted_syringes
from formulary.rules.formulation.explain import (
    Explanation,
    explain_concentration,
    explain_dose,
    explain_total,
    explain_volume,
    signed_percent,
    strength_words,
)
from formulary.rules.formulation.limits import (
    IN_A_SESSION,
    Ceiling,
    ceiling,
    ceilings,
    concentration_limits,
    forbids,
    has_hard_maximum,
    holds,
)
from formulary.rules.formulation.problems import about, as_basis, field_of, name_of, strength_of, value_of
from formulary.rules.formulation.solution import Solution, Solved, known
from formulary.rules.formulation.solve import (
    Setting,
    amount,
    ledger_amount,
    solve,
    solve_cocktail,
)

__all__ = [
    "IN_A_SESSION",
    "Aliquot",
    "Ceiling",
    "Explanation",
    "Setting",
    "Solution",
    "Solved",
    "about",
    "achieved",
    "aliquot",
    "amount",
    "as_basis",
    "ceiling",
    "ceilings",
    "concentration_limits",
    "counted_as",
    "explain_concentration",
    "explain_dose",
    "explain_total",
    "explain_volume",
    "factor_between",
    "field_of",
    "forbids",
    "has_hard_maximum",
    "holds",
    "known",
    "ledger_amount",
    "limit_for",
    "limits_as",
    "name_of",
    "on_a_mark",
    "range_for",
    "signed_percent",
    "solve",
    "solve_cocktail",
    "sorted_syringes",
    "strength_of",
    "strength_words",
    "value_of",
]
