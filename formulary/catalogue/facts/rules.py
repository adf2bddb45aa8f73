"""The compatibility table as the rules see it."""

from formulary.catalogue.facts.figures import number, strength
from formulary.catalogue.models import CompatibilityRule
from formulary.db import db
from formulary.rules import facts
from formulary.rules.units import dimension

MIXING = ("pair", "alone", "compatible", "handling")

RULE_COLUMNS = (
    CompatibilityRule.number,
    CompatibilityRule.kind,
    CompatibilityRule.a,
    CompatibilityRule.b,
    CompatibilityRule.level,
    CompatibilityRule.mechanism,
    CompatibilityRule.source,
    CompatibilityRule.version,
    CompatibilityRule.condition,
    CompatibilityRule.concentration_above_amount,
    CompatibilityRule.concentration_above_volume,
    CompatibilityRule.ph_below,
    CompatibilityRule.ph_above,
)


def compatibilities() -> tuple[facts.Compatibility, ...]:
    """The rules about mixing; selectors name ingredients by id."""
    return of_kinds(*MIXING)


def of_kinds(*kinds: str) -> tuple[facts.Compatibility, ...]:
    """The rules of these kinds, in the table's order."""
    query = db.select(*RULE_COLUMNS).where(CompatibilityRule.kind.in_(kinds)).order_by(CompatibilityRule.id)
    return tuple(_compatibility(row) for row in db.session.execute(query))


def _compatibility(row) -> facts.Compatibility:  # type: ignore[no-untyped-def]
    above = strength(row.concentration_above_amount, row.concentration_above_volume, dimension("mass"))
    return facts.Compatibility(
        number=row.number,
        kind=row.kind,
        a=row.a,
        b=row.b,
        level=row.level.upper(),
        mechanism=row.mechanism,
        source=row.source,
        version=row.version,
        condition=row.condition,
        concentration_above=above,
        ph_below=number(row.ph_below),
        ph_above=number(row.ph_above),
    )
