"""What a cocktail does otherwise than the formula it follows, in the volume in which it is made."""

from __future__ import annotations

from collections.abc import Sequence

from formulary.rules.facts import Line, Pin
from formulary.rules.formulas.content import Content, content_of_lines
from formulary.rules.formulas.difference import Change, Kind, difference
from formulary.rules.formulas.scaling import scale
from formulary.rules.units import Quantity

HELD = (Kind.GAINED, Kind.LOST, Kind.PRODUCT, Kind.ORDER, Kind.ROUTE, Kind.DOSE, Kind.CONCENTRATION)
"""What a cocktail says for itself; ranges, pairs, storage and the like are the formula's own."""


def deviations(
    formula: Content, lines: Sequence[Line], *, target: Quantity | None, route: str, mark: str = "."
) -> tuple[Change, ...]:
    """The changes that make a cocktail patient-specific; none where it keeps to the formula.

    The formula is scaled by its own rules first, so that another volume alone is no change. What makes up
    follows from the others, and a line that names no product is kept to by any.
    """
    meant = formula if target is None else scale(formula, target, mark).content
    made = content_of_lines(lines, name="", target=target, route=route)
    makes_up = {line.substance for line in made.lines if line.pin == Pin.QS}
    open_ = {line.substance for line in formula.lines if line.product is None}
    return tuple(
        change
        for change in difference(meant, made, mark)
        if change.kind in HELD and not _follows(change, makes_up, open_)
    )


def _follows(change: Change, makes_up: set[str], open_: set[str]) -> bool:
    substance = change.subject.rpartition(",")[0]
    derived = change.kind in (Kind.DOSE, Kind.CONCENTRATION) and substance in makes_up
    return derived or (change.kind is Kind.PRODUCT and substance in open_)
