"""Ingredients, products, codes, limits, compatibility, syringes, formulas: each with source and version."""

from formulary.catalogue.models.articles import ArticleStatement, ArticleTopic
from formulary.catalogue.models.bases import BasisFactor
from formulary.catalogue.models.care import INDICATIONS, CareStatement, CareTopic, Protocol
from formulary.catalogue.models.devices import Device
from formulary.catalogue.models.edition import Edition
from formulary.catalogue.models.formulas import Formula, FormulaLine, FormulaPair, FormulaVersion
from formulary.catalogue.models.limits import Limit
from formulary.catalogue.models.products import Product, ProductCode, ProductExcipient
from formulary.catalogue.models.rules import CompatibilityRule
from formulary.catalogue.models.safety import Contraindication, CrossReactivity, Schedule
from formulary.catalogue.models.statements import Statement
from formulary.catalogue.models.substances import Ingredient, IngredientGroup, SubstanceGroup, Synonym
from formulary.catalogue.models.washouts import MedicineKind, WashoutDecision, WashoutStatement

__all__ = [
    "INDICATIONS",
    "ArticleStatement",
    "ArticleTopic",
    "BasisFactor",
    "CareStatement",
    "CareTopic",
    "CompatibilityRule",
    "Contraindication",
    "CrossReactivity",
    "Device",
    "Edition",
    "Formula",
    "FormulaLine",
    "FormulaPair",
    "FormulaVersion",
    "Ingredient",
    "IngredientGroup",
    "Limit",
    "MedicineKind",
    "Product",
    "ProductCode",
    "ProductExcipient",
    "Protocol",
    "Schedule",
    "Statement",
    "SubstanceGroup",
    "Synonym",
    "WashoutDecision",
    "WashoutStatement",
]
