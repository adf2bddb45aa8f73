"""What a version of a formula says: lines in the order of addition, ranges, pairs, limits of use."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction

from formulary.rules.facts import Ingredient, Line, Pin, Product, Strength
from formulary.rules.units import VOLUME, Quantity, total


class Scaling(StrEnum):
    """What a line does when the whole is made in another volume.

    There is no scaling by weight: no source in the catalogue gives an intradermal dose per kg.
    """

    WITH_VOLUME = "with_volume"
    FIXED = "fixed"


UNKNOWN = "unknown"
"""The pin of a line whose source states no figure."""


@dataclass(frozen=True, slots=True)
class Written:
    """One line of a formula. `product` None is any product; `pin` "unknown" has no figure.

    `quantity` is the pinned dose or volume, `concentration` the final one pinned; `dose` and `mixture` are
    the ranges that the approver accepts, `basis` what they count ("": what the strength does).
    """

    number: int
    substance: str
    pin: str
    product: Product | None = None
    ingredient: Ingredient | None = None
    quantity: Quantity | None = None
    concentration: Strength | None = None
    scaling: Scaling = Scaling.WITH_VOLUME
    dose: tuple[Quantity, Quantity] | None = None
    mixture: tuple[Strength, Strength] | None = None
    basis: str = ""
    reason: str = ""
    evidence: str = ""

    @property
    def product_name(self) -> str:
        """The product it names, or that any will do."""
        return self.product.name if self.product else "any product"

    @property
    def strength(self) -> Strength | None:
        """At which strength it is drawn; None where no product is named or its strength is unknown."""
        return self.product.strength if self.product else None


@dataclass(frozen=True, slots=True)
class Content:
    """One version of a formula as a whole; volumes exact, `beyond_use_h` None while unknown.

    `pairs` holds the reason for each accepted pair of substances, by their names in order.
    """

    name: str
    lines: tuple[Written, ...] = ()
    target: Quantity | None = None
    route: str = ""
    pairs: Mapping[tuple[str, str], str] = field(default_factory=dict)
    instructions: str = ""
    storage: str = ""
    beyond_use_h: Fraction | None = None
    beyond_use_source: str = ""


@dataclass(frozen=True, slots=True)
class Figures:
    """What one line comes to in the whole: each None while something it follows from is unknown."""

    dose: Quantity | None = None
    volume: Quantity | None = None
    concentration: Strength | None = None


def figures(content: Content) -> dict[int, Figures]:
    """Dose, volume and final concentration of every line by its number, exactly, without any rounding.

    Unlike the solver it refuses nothing: a formula may leave the volume or a strength open.
    """
    found = {line.number: _pinned(line, content.target) for line in content.lines}
    rest = [line for line in content.lines if line.pin == Pin.QS]
    others = [found[line.number].volume for line in content.lines if line.pin != Pin.QS]
    known = [volume for volume in others if volume is not None]
    if len(rest) == 1 and content.target is not None and len(known) == len(others):
        left = content.target - total(known, VOLUME)
        found[rest[0].number] = _by_volume(rest[0], left, content.target)
    return found


def _pinned(line: Written, target: Quantity | None) -> Figures:
    if line.pin == Pin.CONCENTRATION and line.concentration is not None:
        dose = None if target is None else line.concentration.amount * (target / line.concentration.volume)
        return Figures(dose, _volume(dose, line.strength), line.concentration)
    if line.pin == Pin.DOSE and line.quantity is not None:
        volume = _volume(line.quantity, line.strength)
        return Figures(line.quantity, volume, _in(line.quantity, target))
    if line.pin == Pin.VOLUME and line.quantity is not None:
        return _by_volume(line, line.quantity, target)
    return Figures()


def _by_volume(line: Written, volume: Quantity, target: Quantity | None) -> Figures:
    strength = line.strength
    dose = None if strength is None else Quantity(volume.steps * strength.ratio, strength.amount.dimension)
    return Figures(dose, volume, None if dose is None else _in(dose, target))


def _volume(dose: Quantity | None, strength: Strength | None) -> Quantity | None:
    if dose is None or strength is None or strength.amount.is_zero:
        return None
    return strength.volume * (dose / strength.amount)


def _in(dose: Quantity, whole: Quantity | None) -> Strength | None:
    return None if whole is None or whole.is_zero else Strength(dose, whole)


def lines_of(content: Content) -> tuple[Line, ...]:
    """The lines as a cocktail holds them, for the rules about mixing; without those the catalogue lacks.

    A line that names no product stands for any of its ingredient: one without strength and excipients.
    """
    return tuple(line for written in content.lines if (line := _line(written)) is not None)


def _line(written: Written) -> Line | None:
    product = written.product
    if product is None and written.ingredient is not None:
        product = Product(-written.ingredient.id, written.substance, written.ingredient, None)
    if product is None:
        return None
    pin = Pin.DOSE if written.pin == UNKNOWN else Pin(written.pin)
    return Line(written.number, product, pin, written.quantity, written.concentration)


def content_of_lines(lines: Sequence[Line], *, name: str, target: Quantity | None, route: str) -> Content:
    """A cocktail's lines as content, so that it can be told apart from the formula it follows."""
    written = tuple(
        Written(
            line.number,
            line.product.ingredient.name,
            line.pin,
            product=line.product,
            ingredient=line.product.ingredient,
            quantity=line.quantity,
            concentration=line.concentration,
        )
        for line in lines
    )
    return Content(name, written, target, route)
