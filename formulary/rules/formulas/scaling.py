"""A formula made in another volume: each line by its own rule, and those that did not scale named."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from formulary.rules.facts import Pin
from formulary.rules.findings import capital
from formulary.rules.formulas.content import UNKNOWN, Content, Scaling, Written, figures
from formulary.rules.units import Quantity, show


@dataclass(frozen=True, slots=True)
class Unscaled:
    """A line that did not follow the volume, and why."""

    number: int
    substance: str
    words: str


@dataclass(frozen=True, slots=True)
class Scaled:
    """The formula in the new volume, how much more it is (None: its own volume is not stated), and what did
    not scale.
    """

    content: Content
    factor: Fraction | None
    unscaled: tuple[Unscaled, ...]


def scale(content: Content, target: Quantity, mark: str = ".") -> Scaled:
    """The formula made in `target`, exactly to the smallest step (half to even).

    A pinned concentration stays, and its dose grows with the volume; a pinned dose or volume grows with it; a
    fixed line keeps dose or volume, so that its concentration falls as the volume grows; what makes up takes
    the rest. Nothing is checked here: whoever uses it checks the whole anew. Source of the rule per line: the
    approver, who signs it with the version.
    """
    factor = None if content.target is None or content.target.is_zero else target / content.target
    if factor == 1:
        return Scaled(replace(content, target=target), factor, ())
    made = figures(content)
    lines = tuple(_line(line, made[line.number].dose, factor) for line in content.lines)
    stayed = tuple(
        Unscaled(x.number, x.substance, words) for x in content.lines if (words := _why(x, factor))
    )
    told = tuple(_told(found, lines, content, mark) for found in stayed)
    return Scaled(replace(content, lines=lines, target=target), factor, told)


def _line(line: Written, dose: Quantity | None, factor: Fraction | None) -> Written:
    if line.scaling is Scaling.FIXED:
        return _kept(line, dose)
    if factor is None or line.pin not in (Pin.DOSE, Pin.VOLUME) or line.quantity is None:
        return line
    return replace(line, quantity=(line.quantity * factor).to_step())


def _kept(line: Written, dose: Quantity | None) -> Written:
    """A fixed line: one that pins a concentration pins the dose that this came to instead."""
    if line.pin != Pin.CONCENTRATION or dose is None:
        return line
    return replace(line, pin=Pin.DOSE, quantity=dose.to_step(), concentration=None)


def _why(line: Written, factor: Fraction | None) -> str:
    if line.pin == UNKNOWN:
        return "its amount is not stated"
    if line.pin == Pin.QS:
        return ""
    if line.scaling is Scaling.FIXED:
        return "it is fixed"
    if factor is None and line.pin != Pin.CONCENTRATION:
        return "the formula does not state for which volume it is meant"
    return ""


def _told(found: Unscaled, lines: Sequence[Written], content: Content, mark: str) -> Unscaled:
    """The reason as a sentence, with what the line stays at."""
    line = next(x for x in lines if x.number == found.number)
    stays = f" stays at {show(line.quantity, mark=mark)}" if line.quantity is not None else " did not scale"
    return replace(found, words=f"{capital(found.substance)}{stays}: {found.words}.")
