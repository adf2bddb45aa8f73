"""What the rules are fed: frozen facts about products, patients, stock and the cocktail, and nothing else."""

from formulary.rules.facts.acts import (
    AdministeredFacts,
    DrawFacts,
    ScanFacts,
    Seen,
)
from formulary.rules.facts.cocktails import (
    AcceptedRange,
    Cocktail,
    Draw,
    Formula,
    Line,
    Pin,
    SitePolicies,
)
from formulary.rules.facts.patients import (
    Allergy,
    AllergySeverity,
    Consent,
    PatchTest,
    PatchTestPolicy,
    Patient,
    Reading,
    TestOutcome,
)
from formulary.rules.facts.stock import (
    Diluent,
    Stock,
    Syringe,
)
from formulary.rules.facts.substances import (
    LIMITING,
    Compatibility,
    Container,
    Excipient,
    Ingredient,
    Limit,
    LimitKind,
    LimitPer,
    Product,
    Strength,
)

__all__ = [
    "LIMITING",
    "AcceptedRange",
    "AdministeredFacts",
    "Allergy",
    "AllergySeverity",
    "Cocktail",
    "Compatibility",
    "Consent",
    "Container",
    "Diluent",
    "Draw",
    "DrawFacts",
    "Excipient",
    "Formula",
    "Ingredient",
    "Limit",
    "LimitKind",
    "LimitPer",
    "Line",
    "PatchTest",
    "PatchTestPolicy",
    "Patient",
    "Pin",
    "Product",
    "Reading",
    "ScanFacts",
    "Seen",
    "SitePolicies",
    "Stock",
    "Strength",
    "Syringe",
    "TestOutcome",
]
