"""The only renderer of quantities: leading zero, no trailing zero, a space before the unit, never 0 for a little."""

from __future__ import annotations

from fractions import Fraction

from formulary.rules.units.dimensions import MASS, VOLUME, Dimension, Unit, unit, units_of
from formulary.rules.units.quantity import Inexact, Quantity, round_fraction

SPACE = "\N{NO-BREAK SPACE}"
MINUS = "\N{MINUS SIGN}"
MARKS = {".": ",", ",": SPACE}
_NATURAL = {MASS: ("mg", "mcg"), VOLUME: ("mL",)}
_ONE = {"units": "unit"}
_MANY = {"drop": "drops"}


def places_of(value: Fraction) -> int | None:
    """How many decimals the number needs, or None where it has no end."""
    rest, twos, fives = value.denominator, 0, 0
    while rest % 2 == 0:
        rest, twos = rest // 2, twos + 1
    while rest % 5 == 0:
        rest, fives = rest // 5, fives + 1
    return max(twos, fives) if rest == 1 else None


def digits(value: Fraction, places: int) -> str:
    """A non-negative number to at most `places` decimals, half to even, without trailing zeros."""
    whole, part = divmod(round_fraction(value * 10**places), 10**places)
    decimals = str(part).zfill(places).rstrip("0") if places else ""
    return f"{whole}.{decimals}" if decimals else str(whole)


def _grouped(text: str, mark: str) -> str:
    whole, _, part = text.partition(".")
    grouped = f"{int(whole):,}".replace(",", MARKS[mark])
    return f"{grouped}{mark}{part}" if part else grouped


def _number(value: Fraction, places: int, mark: str) -> str:
    text = _grouped(digits(abs(value), places), mark)
    return f"{MINUS}{text}" if value < 0 and text != "0" else text


def natural_unit(q: Quantity) -> Unit:
    """The unit a quantity reads best in: the largest in which it is at least 1 (2.5 mg, 50 mcg)."""
    choices = [unit(code, q.dimension) for code in _NATURAL.get(q.dimension, ())] or list(units_of(q.dimension))
    fitting = (u for u in choices if abs(q.in_unit(u)) >= 1)
    return choices[0] if q.is_zero else next(fitting, choices[-1])


def _word(u: Unit, number: str) -> str:
    return (_ONE if number == "1" else _MANY).get(u.code, u.code)


def _places(value: Fraction, u: Unit) -> int | None:
    needed = places_of(value)
    return needed if needed is not None and needed <= max(u.decimals, 3) else None


def show(q: Quantity, unit: Unit | None = None, mark: str = ".") -> str:
    """The quantity for people, "0.5 mL", in `unit` or in the one it reads best in.

    What needs more decimals than `unit` takes is shown in a smaller unit, or rounded to the smallest step; what is
    less than that is "less than 0.001 mcg", never 0. Raises DimensionMismatch for a unit of another dimension.
    """
    chosen = unit or natural_unit(q)
    if _places(q.in_unit(chosen), chosen) is None:
        smaller = natural_unit(q)
        if _places(q.in_unit(smaller), smaller) is not None or abs(q.in_unit(chosen)) < Fraction(1, 10**chosen.decimals):
            chosen = smaller
    return _shown(q.in_unit(chosen), chosen, mark)


def _shown(value: Fraction, u: Unit, mark: str) -> str:
    least = Fraction(1, 10**u.decimals)
    number = _number(value, u.decimals, mark)
    if value and number == "0":
        return f"less than {_number(least, u.decimals, mark)}{SPACE}{_word(u, '')}"
    return f"{number}{SPACE}{_word(u, number)}"


def show_concentration(amount: Quantity, volume: Quantity, mark: str = ".") -> str:
    """A strength for people, per mL in the unit it reads best in: "4 mg/mL"; three decimals where it has no end."""
    per_ml = Quantity(amount.steps / volume.in_unit(unit("mL")), amount.dimension)
    chosen = natural_unit(per_ml)
    value = per_ml.in_unit(chosen)
    return f"{_number(value, _enough(value), mark)}{SPACE}{chosen.code}/mL"


def _enough(value: Fraction, usual: int = 3) -> int:
    needed = places_of(value)
    if needed is not None and needed <= 6:
        return needed
    places = usual
    while value and abs(value) * 10**places < 1000 and places < 12:
        places += 1
    return places


def show_percent(ratio: Fraction, mark: str = ".") -> str:
    """A ratio as per cent, "125 %": one decimal, or more where it would wrongly read as 0 % or 100 %."""
    value = Fraction(ratio) * 100
    places = 1
    while value not in (0, 100) and digits(abs(value), places) in ("0", "100") and places < 9:
        places += 1
    number = _number(value, places, mark)
    if value and number == "0":
        return f"less than {_number(Fraction(1, 10**9), 9, mark)}{SPACE}%"
    return f"{number}{SPACE}%"


def plain(q: Quantity, unit: Unit, mark: str = ".") -> str:
    """The bare number for the API, files and inputs, ungrouped and exact: "12.5"; `parse` reads it back.

    Raises Inexact where the number has no end, DimensionMismatch for a unit of another dimension.
    """
    value = q.in_unit(unit)
    places = places_of(value)
    if places is None:
        raise Inexact(f"{q!r} has no end as a number of {unit.code}: round it first")
    text = digits(abs(value), places).replace(".", mark)
    return f"-{text}" if value < 0 else text


def unit_words(dimension: Dimension) -> str:
    """How a field names the units it takes: "mcg, mg or g"."""
    return listed([u.code for u in units_of(dimension)])


def listed(words: list[str]) -> str:
    """A list for people: "mcg, mg or g"."""
    return " or ".join(filter(None, (", ".join(words[:-1]), words[-1])))

