"""The compatibility table as the rules see it: what is in use."""

from fractions import Fraction

from formulary.catalogue.facts.figures import hours, number
from formulary.catalogue.models import CompatibilityRule
from formulary.db import db
from formulary.rules import facts
from formulary.rules.units import MASS, Quantity

MIXING = ("pair", "alone", "compatible", "handling", "substitution", "mixture")
ONE_ML = Quantity.of(1, "mL")
UNUSED = ("id", "row_version", "confidence", "reason", "author_id", "approver_id", "approved_at", "status")
COLUMNS = tuple(column for column in CompatibilityRule.__table__.columns if column.key not in UNUSED)


def of_kinds(*kinds: str) -> tuple[facts.Compatibility, ...]:
    """The rules of these kinds that are in use, in the table's order."""
    query = db.select(*COLUMNS).where(CompatibilityRule.status == "in_use").order_by(CompatibilityRule.id)
    rows = db.session.execute(query.where(CompatibilityRule.kind.in_(kinds)))
    return tuple(map(_compatibility, rows))


def _compatibility(row) -> facts.Compatibility:  # type: ignore[no-untyped-def]
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
        concentration_from=_per_ml(row.concentration_from),
        concentration_below=_per_ml(row.concentration_below),
        also=row.also,
        also_from=_per_ml(row.also_from),
        ratio_from=number(row.ratio_from),
        ratio_below=number(row.ratio_below),
        ph_below=number(row.ph_below),
        ph_above=number(row.ph_above),
        ph_from=number(row.ph_from),
        ph_gap=number(row.ph_gap),
        onset=_onset(row),
        kept_above_h=hours(row.kept_above_h),
        kept_up_to_h=hours(row.kept_up_to_h),
        actives_only=row.actives_only,
        decidable=row.decidable,
        first=row.first,
        loosens=row.loosens,
    )


def _per_ml(steps: int | None) -> facts.Strength | None:
    return None if steps is None else facts.Strength(Quantity(steps, MASS), ONE_ML)


def _onset(row) -> facts.Onset | None:  # type: ignore[no-untyped-def]
    if row.onset_pka is None:
        return None
    return facts.Onset(*map(Fraction, (row.onset_pka, row.onset_solubility, row.onset_share)))
