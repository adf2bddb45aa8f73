"""The words of formulas: lines, ranges, pairs."""

from collections.abc import Mapping
from dataclasses import dataclass

from formulary.catalogue.models import FormulaLine, FormulaPair, FormulaVersion
from formulary.rules.units import VOLUME, Quantity, dimension

ONE_ML = Quantity.of(1, "mL")


@dataclass(frozen=True)
class Line:
    """One line of a formula: what is pinned, and what the approver accepted; concentrations per mL."""

    number: int
    ingredient: str
    product: str
    pin: str
    amount: Quantity | None
    volume: Quantity | None
    dose: tuple[Quantity, Quantity] | None
    concentration: tuple[Quantity, Quantity] | None
    reason: str


def line(row: FormulaLine) -> Line:
    """A line of a formula in quantities; a line of a substance without a product is measured as that is."""
    measured_in = dimension(row.dimension)
    is_volume = row.pin == "volume"
    return Line(
        number=row.number,
        ingredient=row.substance,
        product=row.product.name if row.product else "",
        pin=row.pin,
        amount=None if row.amount is None or is_volume else Quantity(row.amount, measured_in),
        volume=None if row.volume is None else Quantity(row.volume, VOLUME),
        dose=_between(row.accepted_dose_low, row.accepted_dose_high, row),
        concentration=_between(row.accepted_concentration_low, row.accepted_concentration_high, row),
        reason=row.accepted_reason,
    )


def pair(row: FormulaPair, names: Mapping[int, str]) -> tuple[str, str, str]:
    """An accepted pair: one substance, the other, why."""
    return names.get(row.a_id, ""), names.get(row.b_id, ""), row.reason


def target(version: FormulaVersion) -> Quantity | None:
    """The volume that a formula makes, or None where its source does not say."""
    return None if version.target is None else Quantity(version.target, VOLUME)


def _between(low: int | None, high: int | None, row: FormulaLine) -> tuple[Quantity, Quantity] | None:
    if low is None or high is None:
        return None
    measured_in = dimension(row.dimension)
    return Quantity(low, measured_in), Quantity(high, measured_in)
