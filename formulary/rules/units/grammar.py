"""How a number may be written, and for every other writing why not and what to type instead.

The grammar is `(0|[1-9][0-9]{0,8})(\\.[0-9]{1,6})?`: ASCII, the site's decimal mark, at most 20 characters.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from decimal import Decimal

from formulary.rules.findings import Refused, refuse

LONGEST, WHOLE_DIGITS, MOST_DECIMALS, GROUP = 20, 9, 6, 3
OTHER = {".": ",", ",": "."}
NAMES = {".": "point", ",": "comma"}
NOT_NUMBERS = frozenset({"nan", "snan", "inf", "infinity", "infinite", "null", "none", "true", "false"})

_NUMBER = re.compile(r"(0|[1-9][0-9]{0,8})(\.[0-9]{1,6})?", re.ASCII)
_LOOSE = re.compile(r"0*([0-9]+)(\.[0-9]+)?", re.ASCII)
_EXPONENT = re.compile(r"[0-9.,][eE][+\-\N{MINUS SIGN}]?[0-9]")
_DASHES = "-\N{MINUS SIGN}\N{HYPHEN}\N{NON-BREAKING HYPHEN}\N{FIGURE DASH}\N{EN DASH}\N{EM DASH}"
_SIGNS = (
    _DASHES + "+\N{FULLWIDTH HYPHEN-MINUS}\N{SMALL HYPHEN-MINUS}\N{FULLWIDTH PLUS SIGN}\N{PLUS-MINUS SIGN}"
)
_RANGE = re.compile(rf"[0-9.,]+\s*([{_DASHES}]|\.\.)\s*[0-9.,]+")
_RATIO = frozenset(":/\N{FRACTION SLASH}\N{DIVISION SLASH}\N{RATIO}")
_SEPARATOR = r"[\s_'\N{RIGHT SINGLE QUOTATION MARK}\N{ARABIC THOUSANDS SEPARATOR}]"
_GROUPED = re.compile(rf"[0-9]{{1,3}}({_SEPARATOR}[0-9]{{3}})+(\.[0-9]+)?")


def quoted(text: str) -> str:
    """What was typed, in quotes, cut to what a message can hold and without control characters."""
    kept = text[:LONGEST]
    shown = "".join(c if c.isprintable() or c.isspace() else "\N{REPLACEMENT CHARACTER}" for c in kept)
    return f"“{' '.join(shown.split())}{'…' if len(text) > LONGEST else ''}”"


def bad(reason_code: str, reason: str, remedy: str) -> Refused:
    """A refusal of a number, code `number.<reason_code>`."""
    return refuse(f"number.{reason_code}", "amount", reason, remedy)


def trimmed(text: str) -> str:
    """The text without the space around it; raises Refused where nothing or too much is left."""
    if not isinstance(text, str):
        raise TypeError(f"An amount is read from text, not from {type(text).__name__}")
    inner = text.strip()
    if not inner:
        raise bad("missing", "Nothing was typed.", "Type a number, such as 2.")
    if len(inner) > LONGEST:
        reason = f"{quoted(inner)} has {len(inner)} characters; an amount has at most {LONGEST}."
        raise bad("too_long", reason, "Type fewer digits.")
    return inner


def has_exponent(text: str) -> bool:
    """Whether it holds a number in powers of ten, such as 1e3."""
    return _EXPONENT.search(text) is not None


def is_number(text: str, mark: str) -> bool:
    """Whether the grammar accepts it."""
    return OTHER[mark] not in text and _NUMBER.fullmatch(text.replace(mark, ".")) is not None


def decimal_of(text: str, mark: str) -> Decimal:
    """The value of a number that the grammar accepts, without trailing zeros and never with an exponent."""
    whole, _, part = text.partition(mark)
    part = part.rstrip("0")
    return Decimal(f"{whole}.{part}" if part else whole)


def why_not(number: str, typed: str, mark: str) -> Refused | None:
    """The refusal of a number, the most telling reason first, or None where the grammar accepts it."""
    if is_number(number, mark):
        return None
    said = quoted(typed)
    found = (look(number, said, mark) for look in _LOOKS)
    return next(filter(None, found), None) or bad(
        "unreadable", f"{said} is not a plain number.", _example(mark)
    )


def _example(mark: str) -> str:
    return f"Type digits, such as 2 or 0{mark}5."


def _type(candidate: str, mark: str) -> str:
    """The remedy that names the number, where the grammar would accept it; otherwise an example."""
    match = _LOOSE.fullmatch(candidate)
    if match is None:
        return _example(mark)
    part = (match[2] or "").rstrip("0").rstrip(".")
    value = (match[1] + part).replace(".", mark)
    return f"Type {value}." if is_number(value, mark) else _example(mark)


def _word(number: str, said: str, mark: str) -> Refused | None:
    words = number.strip(_SIGNS + " ").lower().split()
    if not words or words[0] not in NOT_NUMBERS:
        return None
    return bad("not_a_number", f"{said} is not a number.", _example(mark))


def _digits(number: str, said: str, mark: str) -> Refused | None:
    if any(c.isnumeric() and not c.isdecimal() for c in number):
        return bad("digits", f"{said} has a character that stands for a number.", _example(mark))
    if all(c.isascii() for c in number if c.isdecimal()):
        return None
    plain = "".join(str(unicodedata.decimal(c, c)) for c in number).replace(mark, ".")
    return bad("digits", f"{said} has other digits than 0 to 9.", _type(plain, mark))


def _ratio(number: str, said: str, mark: str) -> Refused | None:
    if _RATIO.isdisjoint(number):
        return None
    return bad("ratio", f"{said} is a ratio, which can be read in two ways.", "Type one amount and its unit.")


def _range(number: str, said: str, mark: str) -> Refused | None:
    if not _RANGE.fullmatch(number):
        return None
    return bad("range", f"{said} is a range, and this is one amount.", "Type the amount that is meant.")


def _sign(number: str, said: str, mark: str) -> Refused | None:
    if number[:1] not in _SIGNS:
        return None
    rest = number.lstrip(_SIGNS).strip().replace(mark, ".")
    return bad("sign", f"{said} has a sign; an amount is written without one.", _type(rest, mark))


def _exponent(number: str, said: str, mark: str) -> Refused | None:
    if not has_exponent(number):
        return None
    return bad(
        "exponent", f"{said} has an exponent; an amount is written out.", "Type its digits, such as 1000."
    )


def _other_mark(number: str, said: str, mark: str) -> Refused | None:
    other = OTHER[mark]
    if other not in number:
        return None
    reason = f"{said} has a {NAMES[other]}; this site writes decimals with a {NAMES[mark]}"
    whole, _, part = number.partition(other)
    if not (whole + part).isdecimal():
        return bad(NAMES[other], f"{reason} and groups no digits.", f"Type it plainly, such as 1000{mark}5.")
    if len(part) == GROUP and whole.strip("0"):
        decimal = _type(f"{whole}.{part}", mark).removeprefix("Type ")
        return bad(NAMES[other], f"{reason} and groups no digits.", f"Type {whole}{part} or {decimal}")
    return bad(NAMES[other], f"{reason}.", _type(f"{whole or '0'}.{part or '0'}", mark))


def _grouped(number: str, said: str, mark: str) -> Refused | None:
    text = number.replace(mark, ".")
    joined = re.sub(_SEPARATOR, "", text)
    if joined == text or not joined.replace(".", "").isdecimal():
        return None
    return bad(
        "grouped", f"{said} has separated digits.", _type(joined if _GROUPED.fullmatch(text) else "", mark)
    )


def _open(number: str, said: str, mark: str) -> Refused | None:
    name, digits = NAMES[mark], number.strip(mark)
    if not (digits.isascii() and digits.isdecimal()):
        return None
    if number == mark + digits:
        return bad(
            "naked_decimal", f"{said} begins with a {name}, easily overlooked.", _type(f"0.{digits}", mark)
        )
    if number == digits + mark:
        return bad("open_decimal", f"{said} ends in a {name}.", _type(digits, mark))
    return None


def _size(number: str, said: str, mark: str) -> Refused | None:
    whole, _, part = number.partition(mark)
    if not (whole + part).isdecimal():
        return None
    if len(whole.lstrip("0")) > WHOLE_DIGITS:
        reason = f"{said} has more than {WHOLE_DIGITS} digits before the {NAMES[mark]}."
        return bad("too_large", reason, "Type a smaller number, or take a larger unit.")
    if len(part) > MOST_DECIMALS:
        reason = f"{said} has {len(part)} decimals; an amount has at most {MOST_DECIMALS}."
        return bad("too_many_decimals", reason, "Type fewer decimals, or take a smaller unit.")
    return bad("leading_zero", f"{said} begins with a zero too many.", _type(number.replace(mark, "."), mark))


_Look = Callable[[str, str, str], Refused | None]
_LOOKS: tuple[_Look, ...] = (
    _word,
    _digits,
    _ratio,
    _exponent,
    _sign,
    _range,
    _other_mark,
    _grouped,
    _open,
    _size,
)
