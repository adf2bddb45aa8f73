"""How a line is typed: one number, and a unit that says what is pinned (mg: dose, mL: volume, mg/mL or %:
mixture).
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Protocol

from formulary.rules.facts import Pin, Product
from formulary.rules.findings import Refused, refuse
from formulary.rules.units import MASS, MICRO, Quantity, Unit, parse, plain, unit, units_of

PERCENT = "% (w/v)"
MAKE_UP = "make up"
PER_ML = "/mL"
ML = unit("mL")


@dataclass(frozen=True)
class Option:
    """One choice of a line's unit: what it pins, and the unit in which the number is read."""

    code: str
    label: str
    pin: Pin
    unit: Unit | None = None


class TypedAs(Protocol):
    """A stored line, as far as its number must be written again."""

    @property
    def pin(self) -> str: ...  # noqa: D102
    @property
    def amount(self) -> int | None: ...  # noqa: D102
    @property
    def volume(self) -> int | None: ...  # noqa: D102
    @property
    def unit(self) -> str: ...  # noqa: D102


@dataclass(frozen=True)
class Entry:
    """A line as read: the pin, its steps, the unit and the text as entered, and notes on what was
    rewritten.
    """

    pin: Pin
    amount: int | None
    volume: int | None
    unit: str
    entered: str
    notes: tuple[str, ...] = ()


def options(product: Product) -> tuple[Option, ...]:
    """The units in which a line of this product may be typed, the likeliest first."""
    offered = (
        *_doses(product),
        Option("mL", "mL", Pin.VOLUME, ML),
        *_mixtures(product),
        Option(MAKE_UP, "to make up", Pin.QS),
    )
    return (
        tuple(sorted(offered, key=lambda o: o.pin is not Pin.QS))
        if product.ingredient.is_diluent
        else offered
    )


def _doses(product: Product) -> Iterator[Option]:
    codes = sorted(units_of(product.ingredient.dimension), key=lambda u: (u.code != "mg", u.steps))
    for offered in codes:
        if offered.code != "kg":
            yield Option(offered.code, offered.code, Pin.DOSE, offered)


def _mixtures(product: Product) -> Iterator[Option]:
    for dose in _doses(product):
        yield Option(dose.code + PER_ML, dose.code + PER_ML, Pin.CONCENTRATION, dose.unit)
    if product.ingredient.dimension == MASS:
        yield Option(PERCENT, PERCENT, Pin.CONCENTRATION, unit("mg"))


def read(text: str, code: str, product: Product, *, mark: str, field: str) -> Entry:
    """The line typed as `text` with the unit `code`; Refused with the words of the number or the unit, at
    `field`.
    """
    offered = {option.code: option for option in options(product)}
    chosen = offered.get(code)
    if chosen is None:
        raise refuse(
            "unit.unknown",
            product.name,
            f"“{code}” is not a unit of {product.name}.",
            "Choose one of the list.",
            field=field,
        )
    if chosen.pin is Pin.QS or not text.strip():
        return Entry(chosen.pin, None, None, chosen.code, "")
    number, typed = _split(text, offered, field)
    read_as = typed or chosen
    found = _read(number, read_as, _allowed(read_as, offered), mark=mark, field=field, text=text)
    return found if read_as is chosen else replace(found, notes=(*found.notes, _typed_note(text, chosen)))


def _typed_note(text: str, chosen: Option) -> str:
    """A mixture typed whole counts before the unit chosen beside it, and says so."""
    return f"“{text.strip()}” is read as typed; the unit beside it was “{chosen.code}”."


def _allowed(chosen: Option, offered: dict[str, Option]) -> tuple[Unit, ...]:
    if chosen.pin is Pin.CONCENTRATION:
        return tuple(filter(None, [chosen.unit]))
    return tuple(o.unit for o in offered.values() if o.unit and o.pin in (Pin.DOSE, Pin.VOLUME))


def _read(
    number: str, chosen: Option, allowed: tuple[Unit, ...], *, mark: str, field: str, text: str
) -> Entry:
    parsed = parse(number, chosen.unit, units=allowed, mark=mark, field=field)
    notes = tuple(note.reason for note in parsed.notes)
    steps = parsed.quantity.whole()
    if chosen.pin is Pin.CONCENTRATION:
        times = 10 if chosen.code == PERCENT else 1
        return Entry(chosen.pin, steps * times, ML.steps, chosen.code, text, notes)
    if parsed.unit.dimension == ML.dimension:
        return Entry(Pin.VOLUME, None, steps, "mL", text, notes)
    return Entry(Pin.DOSE, steps, None, parsed.unit.code, text, notes)


def _split(text: str, offered: dict[str, Option], field: str) -> tuple[str, Option | None]:
    """A mixture typed whole ("4 mg/mL", "3 %"): its number and its option; anything else is left to the
    parser.
    """
    stripped = text.strip()
    for option in offered.values():
        if option.pin is Pin.CONCENTRATION and (way := _written_so(stripped, option.code)):
            return stripped.removesuffix(way).strip(), option
    if stripped.endswith("%") and PERCENT in offered:
        raise _percent_without_basis(stripped, field)
    return text, None


def _written_so(text: str, code: str) -> str | None:
    """The end of a mixture's text that says this unit, micrograms in any of their writings; None for none."""
    ways = (code, *(micro + PER_ML for micro, own in MICRO.items() if own + PER_ML == code))
    return next((way for way in ways if text.endswith(way)), None)


def _percent_without_basis(text: str, field: str) -> Refused:
    return refuse(
        "unit.no_basis",
        "percent",
        f"“{text}” does not say per cent of what.",
        f"Type the number and choose {PERCENT}: 1 {PERCENT} is 10 mg/mL.",
        field=field,
    )


def written(line: TypedAs, product: Product, mark: str) -> str:
    """The number that a field shows for what is stored; it reads back as the same."""
    if line.pin == Pin.QS or (line.amount is None and line.volume is None):
        return ""
    if line.pin == Pin.VOLUME:
        return plain(Quantity(line.volume or 0, ML.dimension), ML, mark)
    option = next(o for o in options(product) if o.code == line.unit)
    quantity = Quantity(line.amount or 0, product.ingredient.dimension)
    if line.pin == Pin.CONCENTRATION:
        quantity = quantity * ML.steps / (line.volume or 1)
    return plain(quantity / 10 if line.unit == PERCENT else quantity, option.unit or unit("mg"), mark)
