"""B2: the version of a formula that a cocktail follows is the one that is approved today, and not held."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from formulary.rules.checklist.rule import CO_SIGN, Case, not_applicable, passed
from formulary.rules.facts import Formula
from formulary.rules.findings import Finding, Level, joined

MOST = 5
"""How many differences a sentence names; the page of the formula tells all of them."""


def in_force(case: Case) -> Sequence[Finding]:
    """B2: approved, and not superseded since it was drafted; else which version is, and what differs."""
    formula = case.cocktail.formula
    if formula is None:
        return [not_applicable("formula.none", "formula", "It follows no formula.")]
    if stopped := held(formula):
        return [replace(stopped, level=Level.BLOCK)]
    if formula.approved:
        return [passed("formula.in_force", formula.label, f"{formula.label} is approved.")]
    return [_replaced(formula) if formula.newer else _not_approved(formula)]


def held(formula: Formula | None) -> Finding | None:
    """What stops the version at every stage: a hold, such as of a recall; None where none stands."""
    if formula is None or not formula.held:
        return None
    return Finding(
        "formula.held",
        formula.label,
        f"{formula.label} is held: {joined(formula.held)}.",
        "Use nothing that was made by it; whoever placed the hold releases it.",
        rests_on=(("follows", formula.label),),
    )


def _replaced(formula: Formula) -> Finding:
    told = "; ".join(words.rstrip(".") for words in formula.differs[:MOST])
    more = len(formula.differs) - MOST
    differs = f" It differs: {told}{f'; and {more} more' if more > 0 else ''}." if told else ""
    return Finding(
        "formula.superseded",
        formula.label,
        f"{formula.label} is {formula.status}, and {formula.newer} is approved.{differs}",
        f"Begin from {formula.newer}, {CO_SIGN} The page of the formula compares the two.",
        rests_on=(("follows", formula.label), ("approved", formula.newer)),
    )


def _not_approved(formula: Formula) -> Finding:
    words = formula.status.replace("_", " ")
    return Finding(
        "formula.not_approved",
        formula.label,
        f"{formula.label} is {words}, and no version of it is approved here.",
        f"Let another person approve it, or compose line by line, {CO_SIGN}",
        rests_on=(("follows", formula.label), ("status", formula.status)),
    )
