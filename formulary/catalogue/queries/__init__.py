"""The doors to the catalogue: ingredients, products, codes, rules and formulas, each in few queries.

The catalogue is the organisation's own: everybody who may use the app may read it.
"""

from formulary.catalogue.queries.devices import device, device_versions, devices, devices_out_of_use
from formulary.catalogue.queries.formulas import (
    approved_formulas,
    comparable,
    formula,
    formula_called,
    formula_named,
    formula_version,
    formulas,
    formulas_pinning,
    published_formulas,
    version_before,
)
from formulary.catalogue.queries.limits import limit, limits_decided, limits_waiting, versions_of
from formulary.catalogue.queries.names import Names, names
from formulary.catalogue.queries.rules import (
    empty_groups,
    is_selector,
    never_beside,
    rule,
    rule_in_use,
    rules,
    rules_about,
    rules_waiting,
    shipped_between,
    versions_of_rule,
)
from formulary.catalogue.queries.safety import contraindications, cross_reactivities, groups_of, schedules
from formulary.catalogue.queries.search import MOST, ROLES, Listed, alike, fold, ingredients
from formulary.catalogue.queries.substances import (
    code,
    groups,
    ingredient,
    ingredient_names,
    product,
    products,
    products_holding,
    products_of,
    several_ingredients,
    strength_bases,
)

__all__ = [
    "MOST",
    "ROLES",
    "Listed",
    "Names",
    "alike",
    "approved_formulas",
    "code",
    "comparable",
    "contraindications",
    "cross_reactivities",
    "device",
    "device_versions",
    "devices",
    "devices_out_of_use",
    "empty_groups",
    "fold",
    "formula",
    "formula_called",
    "formula_named",
    "formula_version",
    "formulas",
    "formulas_pinning",
    "groups",
    "groups_of",
    "ingredient",
    "ingredient_names",
    "ingredients",
    "is_selector",
    "limit",
    "limits_decided",
    "limits_waiting",
    "names",
    "never_beside",
    "product",
    "products",
    "products_holding",
    "products_of",
    "published_formulas",
    "rule",
    "rule_in_use",
    "rules",
    "rules_about",
    "rules_waiting",
    "schedules",
    "several_ingredients",
    "shipped_between",
    "strength_bases",
    "version_before",
    "versions_of",
    "versions_of_rule",
]
