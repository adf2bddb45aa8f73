"""The only renderer of quantities: leading zero, no trailing zero, a space before the unit, never 0.

Source: ISMP list of error-prone abbreviations, symbols and dose designations, 2021.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from formulary.rules.units.dimensions import MASS, VOLUME, Dimension, Unit, unit, units_of
from formulary.rules.units.quantity import Inexact, Quantity, round_fraction

SPACE = "\N{NO-BREAK SPACE}"
MINUS = "\N{MINUS SIGN}"
MOST_DECIMALS = 6
SMALL = Fraction(1, 100)
_GROUP = {".": ",", ",": SPACE}
_NATURAL = {MASS: ("mg", "mcg"), VOLUME: ("mL",)}


def show(q: Quantity, unit: Unit | None = None, mark: str = ".") -> str:
    """The quantity for people, "0.5 mL": in `unit`, or in the one it reads best in (2.5 mg, 50 mcg).

    Less than a hundredth of `unit`, or more decimals than it takes, goes to the one it reads best in (2.5 mg,
    not 0.0025 g). A number without end has three decimals, or four figures; what would round to nothing is
    "less than 0.001 mcg", never 0. Raises DimensionMismatch for a unit of another dimension.
    """
    chosen = unit if unit is not None and _reads_well(q, unit) else natural_unit(q)
    value = q.in_unit(chosen)
    if value and round_fraction(value * 10**chosen.decimals) == 0:
        least = _number(Fraction(1, 10**chosen.decimals), chosen.decimals, mark)
        return f"less than {least}{SPACE}{chosen.code}"
    number = _number(value, min(chosen.decimals, _enough_places(value)), mark)
    return f"{number}{SPACE}{_word(chosen, number)}"


def show_concentration(amount: Quantity, volume: Quantity, mark: str = ".") -> str:
    """A strength for people, per mL in the unit it reads best in, "4 mg/mL"; without end: three decimals."""
    per_ml = Quantity(amount.steps / volume.in_unit(unit("mL")), amount.dimension)
    chosen = natural_unit(per_ml)
    value = per_ml.in_unit(chosen)
    return f"{_number(value, _enough_places(value), mark)}{SPACE}{chosen.code}/mL"


def show_percent(ratio: Fraction, mark: str = ".") -> str:
    """A ratio as per cent, "125 %": one decimal, or more where it would wrongly read as 0 % or 100 %."""
    value = Fraction(ratio) * 100
    places = 1
    while abs(value) not in (0, 100) and round_fraction(abs(value) * 10**places) in (0, 10 ** (places + 2)):
        places += 1
    return f"{_number(value, places, mark)}{SPACE}%"


def show_figure(value: Fraction, mark: str = ".") -> str:
    """A bare figure such as a pH or a ratio, to two decimals."""
    return _number(Fraction(value), 2, mark)


def plain(q: Quantity, unit: Unit, mark: str = ".") -> str:
    """The bare number for the API, files and inputs, ungrouped and exact, "12.5"; `parse` reads it back.

    Raises Inexact where the number has no end, DimensionMismatch for a unit of another dimension.
    """
    value = q.in_unit(unit)
    places = _places(value)
    if places is None:
        raise Inexact(f"{q!r} has no end as a number of {unit.code}: round it first")
    sign = "-" if value < 0 else ""
    return sign + _digits(abs(value), places).replace(".", mark)


def natural_unit(q: Quantity) -> Unit:
    """The unit a quantity reads best in: the largest usual one in which it is at least 1, or the smallest."""
    usual = _NATURAL.get(q.dimension)
    choices = [unit(code) for code in usual] if usual else list(units_of(q.dimension))
    fitting = (u for u in choices if q.is_zero or abs(q.in_unit(u)) >= 1)
    return next(fitting, choices[-1])


def unit_words(dimension: Dimension) -> str:
    """How a field names the units it takes: "mcg, mg or g"."""
    return listed([u.code for u in units_of(dimension)])


def listed(words: Sequence[str]) -> str:
    """A choice for people: "mcg, mg or g"."""
    return " or ".join(filter(None, (", ".join(words[:-1]), words[-1])))


def _reads_well(q: Quantity, unit: Unit) -> bool:
    value = q.in_unit(unit)
    exact = round_fraction(value * 10**unit.decimals) == value * 10**unit.decimals
    return q.is_zero or (abs(value) >= SMALL and (exact or _places(value) is None))


def _word(unit: Unit, number: str) -> str:
    return {("units", True): "unit", ("drop", False): "drops"}.get((unit.code, number == "1"), unit.code)


def _number(value: Fraction, places: int, mark: str) -> str:
    whole, _, part = _digits(abs(value), places).partition(".")
    sign = MINUS if value < 0 and (whole != "0" or part) else ""
    return sign + grouped_number(int(whole), mark) + (mark + part if part else "")


def grouped_number(whole: int, mark: str) -> str:
    """A whole number with its thousands grouped as a site of this decimal mark does."""
    return f"{whole:,}".replace(",", _GROUP[mark])


def _digits(value: Fraction, places: int) -> str:
    """A non-negative number to at most `places` decimals, half to even, without trailing zeros."""
    whole, part = divmod(round_fraction(value * 10**places), 10**places)
    decimals = str(part).zfill(places).rstrip("0")
    return f"{whole}.{decimals}" if decimals else str(whole)


def _places(value: Fraction) -> int | None:
    """How many decimals the number needs, or None where it has no end."""
    rest, counts = value.denominator, {2: 0, 5: 0}
    for prime in counts:
        while rest % prime == 0:
            rest //= prime
            counts[prime] += 1
    return max(counts.values()) if rest == 1 else None


def _enough_places(value: Fraction) -> int:
    """All decimals where six hold them; otherwise three, or as many as show four figures."""
    needed = _places(value)
    if needed is not None and needed <= MOST_DECIMALS:
        return needed
    places = 3
    while value and abs(value) * 10**places < 10**3:
        places += 1
    return places
