"""The only reader of amounts that people type: an ASCII number and a unit of the field, or a refusal in words.

Nothing typed ever reaches Pint, and nothing is guessed: what could be read in two ways is refused with both.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from formulary.rules.findings import Finding, Level, Refused, Result, refuse
from formulary.rules.units.dimensions import Unit
from formulary.rules.units.hints import AMBIGUOUS, MICRO, NOT_NUMBERS
from formulary.rules.units.quantity import Quantity
from formulary.rules.units.showing import listed, plain

LONGEST = 20
LARGEST_STEPS = 2**63 - 1
_NUMBER = re.compile(r"(0|[1-9][0-9]{0,8})(\.[0-9]{1,6})?", re.ASCII)
_LOOSE = re.compile(r"0*([0-9]+)(\.[0-9]+)?", re.ASCII)
_EXPONENT = re.compile(r"[0-9.,][eE][+\-\N{MINUS SIGN}]?[0-9]")
_SIGNS = {"-", "+", *"\N{MINUS SIGN}\N{HYPHEN}\N{NON-BREAKING HYPHEN}\N{FIGURE DASH}\N{EN DASH}\N{EM DASH}\N{SMALL HYPHEN-MINUS}"}
_SIGNS |= {"\N{FULLWIDTH HYPHEN-MINUS}", "\N{FULLWIDTH PLUS SIGN}", "\N{PLUS-MINUS SIGN}"}
_GROUPERS = re.compile(r"[\s_'\N{RIGHT SINGLE QUOTATION MARK}\N{ARABIC THOUSANDS SEPARATOR}]")
_NAMES = {".": "point", ",": "comma"}
_MARKS = {".": ",", ",": "."}


@dataclass(frozen=True, slots=True)
class Parsed:
    """An amount as read: exact, with the unit it was written in and what was rewritten on the way."""

    quantity: Quantity
    unit: Unit
    notes: tuple[Finding, ...] = ()


def quoted(text: str) -> str:
    """What was typed, in quotes, cut to a length a message can hold and without control characters."""
    shown = "".join(c if c.isprintable() or c == "\N{NO-BREAK SPACE}" else "\N{REPLACEMENT CHARACTER}" for c in text[:LONGEST])
    return f"“{shown}{'…' if len(text) > LONGEST else ''}”"


def parse_number(text: str, mark: str = ".") -> Decimal:
    """The number typed, exactly, by the grammar `(0|[1-9]\\d{0,8})(\\.\\d{1,6})?` with the site's decimal mark.

    Trailing zeros are dropped. Raises Refused with a number.* finding that says what would be accepted.
    """
    trimmed = _trimmed(text)
    problem = _number_problem(trimmed, trimmed, mark)
    if problem:
        raise problem
    return _decimal(trimmed, mark)


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

    A unit typed behind the number ("50 mg") counts where the field takes it. Raises Refused with a number.* or
    unit.* finding, placed at `field`.
    """
    try:
        return _parse(text, unit, tuple(units), mark, allow_zero)
    except Refused as refusal:
        raise Refused(*(f.at_field(field) if field else f for f in refusal.findings)) from None


def _parse(text: str, unit: Unit | str | None, units: tuple[Unit, ...], mark: str, allow_zero: bool) -> Parsed:
    trimmed = _trimmed(text)
    number, word = _split(trimmed)
    problem = _number_problem(number, trimmed, mark) or _word_problem(trimmed, word, units)
    if problem:
        raise problem
    chosen = _typed_unit(word, units) or _chosen_unit(unit, units)
    value = _decimal(number, mark)
    problem = _value_problem(value, trimmed, chosen, mark, allow_zero)
    if problem:
        raise problem
    quantity = Quantity.of(value, chosen)
    return Parsed(quantity, chosen, tuple(_notes(trimmed, number, word, unit, Parsed(quantity, chosen), mark)))


def _trimmed(text: str) -> str:
    if not isinstance(text, str):
        raise TypeError(f"An amount is parsed from text, not {type(text).__name__}")
    trimmed = text.strip()
    if not trimmed:
        raise refuse("number.missing", "amount", "Nothing was typed.", "Type a number, such as 2 or 0.5.")
    if len(trimmed) > LONGEST:
        reason = f"{quoted(trimmed)} has {len(trimmed)} characters; an amount has at most {LONGEST}."
        raise refuse("number.too_long", "amount", reason, "Type fewer digits.")
    return trimmed


def _split(text: str) -> tuple[str, str]:
    at = next((i for i, c in enumerate(text) if c.isalpha() or c in "%°‰"), len(text))
    if _EXPONENT.search(text) or at == 0:
        return text, ""
    return text[:at].strip(), text[at:]


def _decimal(text: str, mark: str) -> Decimal:
    value = Decimal(text.replace(mark, "."))
    return value.quantize(Decimal(1)) if value == value.to_integral_value() else value.normalize()


# --- why a number is refused, the most telling reason first ---


def _number_problem(number: str, typed: str, mark: str) -> Refused | None:
    if _NUMBER.fullmatch(number.replace(mark, ".")) and _MARKS[mark] not in number:
        return None
    for look in (_not_digits, _ratio, _sign, _exponent, _marks, _shape):
        problem = look(number, quoted(typed), mark)
        if problem:
            return problem
    return _bad("unreadable", f"{quoted(typed)} is not a number.", f"Type digits, such as 2 or 0{mark}5.")


def _bad(reason_code: str, reason: str, remedy: str) -> Refused:
    return refuse(f"number.{reason_code}", "amount", reason, remedy)


def _suggest(candidate: str, mark: str) -> str:
    """The number in the site's writing, where it reads in one way only; otherwise what a number looks like."""
    match = _LOOSE.fullmatch(candidate)
    if not match:
        return f"Type digits, such as 2 or 0{mark}5."
    value = match[1] + (match[2] or "").rstrip("0").rstrip(".").replace(".", mark)
    return f"Type {value}." if _NUMBER.fullmatch(value.replace(mark, ".")) else "Type fewer digits."


def _not_digits(number: str, typed: str, mark: str) -> Refused | None:
    word = number.strip("+-\N{MINUS SIGN} ").split(" ")[0].lower()
    if word in NOT_NUMBERS:
        return _bad("not_a_number", f"{typed} is not a number.", f"Type digits, such as 2 or 0{mark}5.")
    if any(c.isnumeric() and not c.isdecimal() for c in number):
        reason = f"{typed} has a character that stands for a number or a fraction."
        return _bad("digits", reason, f"Type digits 0 to 9, such as 2 or 0{mark}5.")
    if any(c.isdecimal() and not c.isascii() for c in number):
        ascii_text = "".join(str(unicodedata.decimal(c, c)) for c in number)
        return _bad("digits", f"{typed} is written with other digits than 0 to 9.", _suggest(ascii_text, mark))
    return None


def _ratio(number: str, typed: str, mark: str) -> Refused | None:
    if not any(c in number for c in ":/\N{FRACTION SLASH}\N{DIVISION SLASH}\N{RATIO}"):
        return None
    remedy = "Type the strength as an amount, such as mg in mL."
    return _bad("ratio", f"{typed} is a ratio or a fraction, which can be read in two ways.", remedy)


def _sign(number: str, typed: str, mark: str) -> Refused | None:
    if number[:1] not in _SIGNS:
        return None
    rest = number.lstrip("".join(_SIGNS)).strip()
    return _bad("sign", f"{typed} has a sign; an amount is written without one.", _suggest(rest.replace(mark, "."), mark))


def _exponent(number: str, typed: str, mark: str) -> Refused | None:
    if not _EXPONENT.search(number):
        return None
    return _bad("exponent", f"{typed} has an exponent; an amount is written out.", "Type all its digits, such as 1000.")


def _marks(number: str, typed: str, mark: str) -> Refused | None:
    other, ours = _MARKS[mark], _NAMES[mark]
    if other in number:
        start = f"{typed} has a {_NAMES[other]}; this site writes decimals with a {ours}"
        if number.count(other) > 1 or mark in number or re.search(r"\s", number):
            return _bad(_NAMES[other], f"{start} and groups no digits.", f"Type the number without grouping, such as 1000{mark}5.")
        whole, part = number.split(other)
        if len(part) == 3 and whole not in ("", "0"):
            single = _suggest(f"{whole}.{part}", mark).removeprefix("Type ")
            return _bad(_NAMES[other], f"{start} and groups no digits.", f"Type {whole}{part} or {single}")
        return _bad(_NAMES[other], f"{start}.", _suggest(f"{whole or '0'}.{part}" if part else whole, mark))
    if _GROUPERS.search(number):
        joined = _GROUPERS.sub("", number).replace(mark, ".")
        return _bad("grouped", f"{typed} has grouped or separated digits.", _suggest(joined, mark))
    return None


def _shape(number: str, typed: str, mark: str) -> Refused | None:
    text = number.replace(mark, ".")
    if re.fullmatch(r"\.[0-9]+", text, re.ASCII):
        return _bad("naked_decimal", f"{typed} begins with its {_NAMES[mark]}, which is easily overlooked.", _suggest(f"0{text}", mark))
    if re.fullmatch(r"[0-9]+\.", text, re.ASCII):
        return _bad("open_decimal", f"{typed} ends in a {_NAMES[mark]}.", _suggest(text[:-1], mark))
    if not re.fullmatch(r"[0-9]+(\.[0-9]+)?", text, re.ASCII):
        return None
    whole, _, part = text.partition(".")
    if len(whole.lstrip("0")) > 9:
        return _bad("too_large", f"{typed} has more than 9 digits before the {_NAMES[mark]}.", "Type a smaller number, or take a larger unit.")
    if len(part) > 6:
        return _bad("too_many_decimals", f"{typed} has {len(part)} decimals; an amount has at most 6.", "Type fewer decimals, or take a smaller unit.")
    return _bad("leading_zero", f"{typed} begins with a zero that does not count.", _suggest(text, mark))


# --- why a unit is refused ---


def _accepted(units: tuple[Unit, ...]) -> str:
    return f"This field takes {listed([u.code for u in units])}."


def _no(reason_code: str, reason: str, units: tuple[Unit, ...]) -> Refused:
    return refuse(f"unit.{reason_code}", "unit", reason, _accepted(units))


def _typed_unit(word: str, units: tuple[Unit, ...]) -> Unit | None:
    code = MICRO.get(word, word)
    return next((u for u in units if u.code == code), None)


def _word_problem(typed: str, word: str, units: tuple[Unit, ...]) -> Refused | None:
    if not word or _typed_unit(word, units):
        return None
    said = quoted(typed)
    if any(c.isnumeric() for c in word):
        return _no("two_amounts", f"{said} holds more than one number.", units)
    if "%" in word or "‰" in word:
        return _no("percent", f"{said} is not accepted: per cent does not say of what (weight in volume, in weight, of which salt).", units)
    if "/" in word:
        return _no("strength", f"{said} is a strength, and this field takes an amount.", units)
    if word in AMBIGUOUS:
        return _no("ambiguous", f"{said} is not accepted: {AMBIGUOUS[word]}.", units)
    return _known_or_not(said, word, units)


def _known_or_not(said: str, word: str, units: tuple[Unit, ...]) -> Refused:
    kind = KINDS.get(MICRO.get(word, word))
    ours = {KINDS.get(u.code) for u in units}
    if kind is None:
        return _no("unknown", f"{said} is not accepted: {quoted(word)} is not a unit here.", units)
    if kind in ours:
        return _no("not_offered", f"{said} is not accepted: {word} is not offered in this field.", units)
    return _no("other_dimension", f"{said} is not accepted: {word} measures {kind}.", units)


KINDS = {
    **dict.fromkeys(("mcg", "mg", "g", "kg", "ng"), "mass"),
    **dict.fromkeys(("mL", "L"), "volume"),
    **dict.fromkeys(("mmol", "mol"), "amount of substance"),
    "mEq": "equivalents",
    "mm": "length",
    "drop": "drops",
    "IU": "international units of one substance",
    "units": "the activity of one product",
}
"""What each unit measures, in the words of a message."""


def _chosen_unit(unit: Unit | str | None, units: tuple[Unit, ...]) -> Unit:
    code = unit.code if isinstance(unit, Unit) else unit
    chosen = next((u for u in units if u.code == code), None)
    if chosen is None and not code:
        raise _no("missing", "No unit was chosen.", units)
    if chosen is None or (isinstance(unit, Unit) and unit != chosen):
        raise _no("unknown", f"{quoted(str(code))} is not a unit of this field.", units)
    return chosen


# --- the value in its unit ---


def _value_problem(value: Decimal, typed: str, unit: Unit, mark: str, allow_zero: bool) -> Refused | None:
    if value == 0 and not allow_zero:
        return _bad("zero", f"{quoted(typed)} is nothing; this field takes an amount above 0.", "Type how much, or leave the line out.")
    exponent = value.as_tuple().exponent
    if isinstance(exponent, int) and -exponent > unit.decimals:
        remedy = f"Type at most {unit.decimals} decimals, or take a smaller unit."
        return _bad("too_fine", f"{quoted(typed)} is finer than {unit.code} is kept ({unit.decimals} decimals).", remedy)
    if Fraction(value) * unit.steps > LARGEST_STEPS:
        return _bad("too_large", f"{quoted(typed)} is more {unit.code} than can be kept.", "Check the number and the unit.")
    return None


def _notes(typed: str, number: str, word: str, unit: Unit | str | None, read: Parsed, mark: str) -> list[Finding]:
    as_read = f"{plain(read.quantity, read.unit, mark)} {read.unit.code}"
    notes = []
    if mark in number and number.endswith("0"):
        notes.append(_note("number.trailing_zero", f"{quoted(typed)} is read as {as_read}: a zero at the end is not written."))
    if word in MICRO:
        notes.append(_note("unit.rewritten", f"{quoted(typed)} is read as {as_read}."))
    code = unit.code if isinstance(unit, Unit) else unit
    if word and code and code != read.unit.code:
        notes.append(_note("unit.typed", f"{quoted(typed)} is read as {as_read}; {code} was chosen beside it."))
    return notes


def _note(code: str, reason: str) -> Finding:
    return Finding(code, "amount", reason, level=Level.INFO, result=Result.FINDING)
