"""The only reader of amounts that people type: a plain number and a unit of the field, or a refusal.

Nothing typed reaches Pint, and nothing is guessed: what could be read in two ways is refused, with both.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from formulary.rules.findings import Finding, Level, Refused
from formulary.rules.units.dimensions import Unit
from formulary.rules.units.grammar import NAMES, bad, decimal_of, has_exponent, quoted, trimmed, why_not
from formulary.rules.units.quantity import Quantity
from formulary.rules.units.showing import plain
from formulary.rules.units.words import MICRO, chosen_unit, typed_unit, why_not_unit

LARGEST = 2**63 - 1
"""The most smallest steps that a BIGINT column holds."""


@dataclass(frozen=True, slots=True)
class Parsed:
    """An amount as read: exact, with the unit it was written in, and notes on what was rewritten."""

    quantity: Quantity
    unit: Unit
    notes: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class _Typed:
    """What was typed, taken apart, with the unit chosen beside it."""

    text: str
    number: str
    word: str
    choice: Unit | str | None
    mark: str


def parse_number(text: str, mark: str = ".") -> Decimal:
    """The number typed, exactly and without trailing zeros, by the grammar and the site's decimal mark.

    Raises Refused with a number.* finding that says what was typed and what would be accepted.
    """
    if mark not in NAMES:
        raise ValueError(f"A decimal mark is a point or a comma, not {mark!r}")
    number = trimmed(text)
    refusal = why_not(number, number, mark)
    if refusal is not None:
        raise refusal
    return decimal_of(number, mark)


def parse(
    text: str,
    unit: Unit | str | None,
    *,
    units: Sequence[Unit],
    mark: str = ".",
    field: str | None = None,
    allow_zero: bool = False,
) -> Parsed:
    """The amount typed in a field that takes `units`, of which `unit` is chosen beside it (None: none is).

    A unit typed behind the number ("50 mg") counts before the chosen one, with a note where they differ.
    Raises Refused with a number.* or unit.* finding, placed at `field`.
    """
    if mark not in NAMES:
        raise ValueError(f"A decimal mark is a point or a comma, not {mark!r}")
    try:
        return _parse(_taken_apart(trimmed(text), unit, mark), tuple(units), allow_zero)
    except Refused as refusal:
        raise Refused(*(f.at_field(field) if field else f for f in refusal.findings)) from None


def _taken_apart(text: str, choice: Unit | str | None, mark: str) -> _Typed:
    at = next((i for i, c in enumerate(text) if c.isalpha() or c in "%\N{PER MILLE SIGN}"), len(text))
    if has_exponent(text) or not any(c.isnumeric() for c in text[:at]):
        return _Typed(text, text, "", choice, mark)
    return _Typed(text, text[:at].strip(), text[at:], choice, mark)


def _parse(typed: _Typed, units: tuple[Unit, ...], allow_zero: bool) -> Parsed:
    if typed_unit(typed.number, units):
        raise bad("missing", f"{quoted(typed.text)} has no number.", "Type the number before the unit.")
    refusal = why_not(typed.number, typed.text, typed.mark) or why_not_unit(typed.text, typed.word, units)
    if refusal is not None:
        raise refusal
    unit = typed_unit(typed.word, units) or chosen_unit(typed.choice, units)
    value = decimal_of(typed.number, typed.mark)
    refusal = _out_of_range(value, unit, quoted(typed.text), allow_zero)
    if refusal is not None:
        raise refusal
    quantity = Quantity.of(value, unit)
    return Parsed(quantity, unit, tuple(_notes(typed, quantity, unit)))


def _out_of_range(value: Decimal, unit: Unit, said: str, allow_zero: bool) -> Refused | None:
    decimals = len(str(value).partition(".")[2])
    if value == 0 and not allow_zero:
        return bad("zero", f"{said} is nothing, and this field takes more than 0.", "Type how much.")
    if decimals > unit.decimals:
        remedy = f"Type at most {unit.decimals} decimals, or take a smaller unit."
        return bad(
            "too_fine", f"{said} has {decimals} decimals; {unit.code} is kept to {unit.decimals}.", remedy
        )
    if Quantity.of(value, unit).steps > LARGEST:
        return bad(
            "too_large", f"{said} is more {unit.code} than can be kept.", "Look at number and unit again."
        )
    return None


def _notes(typed: _Typed, quantity: Quantity, unit: Unit) -> Iterator[Finding]:
    read = f"{quoted(typed.text)} is read as {plain(quantity, unit, typed.mark)} {unit.code}"
    choice = typed.choice.code if isinstance(typed.choice, Unit) else typed.choice
    if typed.mark in typed.number and typed.number.endswith("0"):
        yield _note("number.trailing_zero", f"{read}: a zero at the end is not written.")
    if typed.word in MICRO:
        yield _note("unit.rewritten", f"{read}: micrograms are written mcg.")
    if typed.word and choice and choice != unit.code:
        yield _note("unit.typed", f"{read}; the unit beside it was {quoted(choice)}.")


def _note(code: str, reason: str) -> Finding:
    return Finding(code, "amount", reason, level=Level.INFO)
