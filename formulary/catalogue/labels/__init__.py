"""The words of the catalogue: kinds, rules, selectors and formulas as a page says them."""

from formulary.catalogue.labels.formulas import ONE_ML, STATES, Line, acts, lines, pair, target
from formulary.catalogue.labels.products import (
    KINDS,
    Figure,
    acidity,
    basis,
    content,
    diluent_volume,
    doubts,
    figure,
    figures,
    hours,
    light,
    said,
    strength,
)
from formulary.catalogue.labels.rules import RULE_KINDS, Rule, meanings, rule, selector
from formulary.catalogue.labels.substitutes import substitutes
from formulary.catalogue.labels.words import CONFIDENCES, CONTAINERS, FIELDS, ROLES, STATUSES

__all__ = [
    "CONFIDENCES",
    "CONTAINERS",
    "FIELDS",
    "KINDS",
    "ONE_ML",
    "ROLES",
    "RULE_KINDS",
    "STATES",
    "STATUSES",
    "Figure",
    "Line",
    "Rule",
    "acidity",
    "acts",
    "basis",
    "content",
    "diluent_volume",
    "doubts",
    "figure",
    "figures",
    "hours",
    "light",
    "lines",
    "meanings",
    "pair",
    "rule",
    "said",
    "selector",
    "strength",
    "substitutes",
    "target",
]
