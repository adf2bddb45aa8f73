"""The checklist: every check in order (`table`), run over a cocktail at a stage, and asked by single acts."""

from formulary.rules.checklist.acts import allowed
from formulary.rules.checklist.diluents import set_aside
from formulary.rules.checklist.fingerprint import data_version
from formulary.rules.checklist.rule import Case, Rule
from formulary.rules.checklist.run import (
    ask,
    asked_at,
    check_draw,
    check_given,
    check_passed_over,
    check_report,
    check_scan,
    examined,
    inputs_hash,
    is_current,
    order,
    run,
)
from formulary.rules.checklist.table import BY_ID, RULE_SET, RULES

__all__ = [
    "BY_ID",
    "RULES",
    "RULE_SET",
    "Case",
    "Rule",
    "allowed",
    "ask",
    "asked_at",
    "check_draw",
    "check_given",
    "check_passed_over",
    "check_report",
    "check_scan",
    "data_version",
    "examined",
    "inputs_hash",
    "is_current",
    "order",
    "run",
    "set_aside",
]
