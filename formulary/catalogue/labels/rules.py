"""A row of the compatibility table in words."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from formulary.catalogue.labels.products import plain
from formulary.catalogue.labels.words import CONFIDENCES
from formulary.catalogue.models import CompatibilityRule, SubstanceGroup

RULE_KINDS = {
    "pair": "pair",
    "alone": "never with anything",
    "compatible": "known to go together",
    "route": "not by this route",
    "handling": "handling",
    "storage": "not in one bin",
    "substitution": "not interchangeable",
    "mixture": "whole mixture",
    "superseded": "superseded",
}


@dataclass(frozen=True)
class Rule:
    """One row of the compatibility table in words."""

    number: str
    kind: str
    level: str
    a: str
    b: str
    mechanism: str
    condition: str
    figures: str
    source: str
    confidence: str
    version: int


def rule(row: CompatibilityRule, names: Mapping[int, str], meanings: Mapping[str, str]) -> Rule:
    """A row of the table with its selectors in words."""
    return Rule(
        number=row.number,
        kind=RULE_KINDS[row.kind],
        level="superseded" if row.kind == "superseded" else row.level,
        a=selector(row.a, names, meanings),
        b=selector(row.b, names, meanings),
        mechanism=row.mechanism[:1].upper() + row.mechanism[1:],
        condition=row.condition,
        figures=_narrowed(row),
        source=row.source,
        confidence=CONFIDENCES.get(row.confidence, row.confidence),
        version=row.version,
    )


def selector(text: str, names: Mapping[int, str], meanings: Mapping[str, str]) -> str:
    """Who a side of a rule is about."""
    kind, _, name = text.partition(":")
    if kind == "ingredient":
        return names.get(int(name), "an ingredient that is gone")
    if kind == "group":
        return meanings.get(name, name.replace("_", " "))
    return f"by route {name}" if kind == "route" else "anything"


def meanings(groups: Iterable[SubstanceGroup]) -> dict[str, str]:
    """What each group's word means."""
    return {group.word: group.meaning for group in groups}


def _narrowed(row: CompatibilityRule) -> str:
    """The figures a machine can test, in words."""
    below = f"pH below {plain(Decimal(row.ph_below))}" if row.ph_below else ""
    above = f"pH above {plain(Decimal(row.ph_above))}" if row.ph_above else ""
    return " and ".join(filter(None, (below, above)))
