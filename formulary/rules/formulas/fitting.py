"""What a formula's own figures do not fit: the volume it makes, and the ranges it accepts."""

from __future__ import annotations

from collections.abc import Iterator

from formulary.rules.facts import Pin, Strength
from formulary.rules.findings import Finding, Level
from formulary.rules.formulas.content import Content, figures
from formulary.rules.formulation import strength_words
from formulary.rules.units import VOLUME, Quantity, show, total


def misfits(content: Content, mark: str = ".") -> tuple[Finding, ...]:
    """A finding at the field of each figure that does not fit; nothing where a figure is not known."""
    return (*_too_much(content, mark), *_outside_own_ranges(content, mark))


def _too_much(content: Content, mark: str) -> Iterator[Finding]:
    found, pinned = figures(content), [line for line in content.lines if line.pin != Pin.QS]
    made = total((v for line in pinned if (v := found[line.number].volume) is not None), VOLUME)
    if content.target is not None and made > content.target:
        reason = f"Its lines come to {show(made, mark=mark)}, more than {show(content.target, mark=mark)}."
        yield _at("target", "too_much", reason, "Make more, or take less of a line.")


def _outside_own_ranges(content: Content, mark: str) -> Iterator[Finding]:
    found = figures(content)
    for place, line in enumerate(content.lines):
        dose, strength = found[line.number].dose, found[line.number].concentration
        if line.dose and dose is not None and not _holds(line.dose, dose):
            yield _outside(place, "dose", show(dose, mark=mark))
        if line.mixture and strength is not None and not _spans(line.mixture, strength):
            yield _outside(place, "concentration", strength_words(strength, mark))


def _holds(ends: tuple[Quantity, Quantity], dose: Quantity) -> bool:
    return ends[0] <= dose <= ends[1]


def _spans(ends: tuple[Strength, Strength], strength: Strength) -> bool:
    return ends[0].ratio <= strength.ratio <= ends[1].ratio


def _outside(place: int, what: str, shown: str) -> Finding:
    reason = f"The formula's own {what}, {shown}, is outside the range."
    field = f"lines-{place}-{what}_high"
    return _at(field, "outside_own_range", reason, "Widen the range, or change the line.")


def _at(name: str, code: str, reason: str, remedy: str) -> Finding:
    return Finding(f"formula.{code}", name, reason, remedy, level=Level.BLOCK, field=name)
