"""Figures of the files as whole steps of a dimension."""

from formulary.rules.units import Dimension, Quantity, unit
from formulary.seed import rows
from formulary.seed.cells import known


def steps(figure: rows.Figure, code: str | None, measured_in: Dimension) -> int | None:
    """A figure of a file as whole steps; None while unknown. 0 is 0 in every unit, and nothing else is."""
    value = known(figure)
    if not value:
        return None if value is None else 0
    if code is None:
        raise ValueError(f"{value} has no unit")
    return Quantity.of(value, unit(code, measured_in)).whole()
