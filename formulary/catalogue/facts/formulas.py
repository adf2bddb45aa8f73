"""What the approver of a formula answered for."""

from sqlalchemy.orm import selectinload

from formulary.catalogue.models import FormulaLine, FormulaVersion
from formulary.db import Missing, db
from formulary.rules import facts
from formulary.rules.units import Quantity, dimension


def formula(version_id: int | None) -> facts.Formula | None:
    """What the approver of a formula version answered for, or None without a formula."""
    if version_id is None:
        return None
    wanted = (selectinload(FormulaVersion.lines), selectinload(FormulaVersion.pairs))
    version = db.session.get(FormulaVersion, version_id, options=wanted)
    if version is None:
        raise Missing(f"No formula version {version_id}")
    ranges = (_range(line) for line in version.lines)
    return facts.Formula(
        name=version.formula.name,
        version=version.number,
        approved=version.status == "approved",
        route=version.route,
        ranges=tuple(r for r in ranges if r is not None),
        accepted_pairs=frozenset(frozenset((pair.a_id, pair.b_id)) for pair in version.pairs),
        products=frozenset(line.product_id for line in version.lines if line.product_id is not None),
        any_product_of=frozenset(
            line.ingredient_id for line in version.lines if line.product_id is None and line.ingredient_id
        ),
    )


def _range(line: FormulaLine) -> facts.AcceptedRange | None:
    steps = (
        line.accepted_dose_low,
        line.accepted_dose_high,
        line.accepted_concentration_low,
        line.accepted_concentration_high,
    )
    if None in steps or line.ingredient_id is None or line.dimension == "units":
        return None
    low, high, thin, thick = (Quantity(each or 0, dimension(line.dimension)) for each in steps)
    one = Quantity.of(1, "mL")
    thin_to_thick = (facts.Strength(thin, one), facts.Strength(thick, one))
    return facts.AcceptedRange(line.ingredient_id, line.product_id, low, high, *thin_to_thick)
