"""The cocktail as it is once a fix button was pressed that edits a number, read as the form reads it."""

import re
from dataclasses import replace

from formulary.cocktails.labels import entry
from formulary.rules.facts import Cocktail, Line, Strength
from formulary.rules.findings import Fix
from formulary.rules.units import VOLUME, Quantity, parse, unit

A_LINE = re.compile(r"lines-(\d+)-(dose|volume|concentration)")


def edits_a_number(fix: Fix) -> bool:
    """Whether the button types a figure: of a line, or of the volume made."""
    return fix.field == "target" or A_LINE.fullmatch(fix.field) is not None


def pressed(cocktail: Cocktail, fix: Fix) -> Cocktail:
    """The cocktail with the figure of this button; what edits no number leaves it as it is.

    Raises Refused where a field would not take the figure.
    """
    mark, found = cocktail.policies.decimal_mark, A_LINE.fullmatch(fix.field)
    if fix.field == "target":
        target = parse(fix.value, None, units=(unit("mL"),), mark=mark).quantity
        return replace(cocktail, target=target)
    number = int(found[1]) if found else 0
    lines = (typed(line, fix, mark) if line.number == number else line for line in cocktail.lines)
    return replace(cocktail, lines=tuple(lines))


def typed(line: Line, fix: Fix, mark: str) -> Line:
    """A line as it is typed by a button: its own figure, in its own unit."""
    figure, _, code = fix.value.rpartition(" ")
    read = entry.read(figure, code, line.product, mark=mark, field="")
    volume = None if read.volume is None else Quantity(read.volume, VOLUME)
    amount = None if read.amount is None else Quantity(read.amount, line.product.ingredient.dimension)
    if amount is not None and volume is not None:
        return replace(line, pin=read.pin, quantity=None, concentration=Strength(amount, volume))
    return replace(line, pin=read.pin, quantity=volume if amount is None else amount, concentration=None)
