"""What a unit typed behind a number may have meant, and why a field does not take it; nothing is guessed."""

from __future__ import annotations

from formulary.rules.findings import Refused, refuse
from formulary.rules.units.dimensions import Unit
from formulary.rules.units.grammar import quoted
from formulary.rules.units.showing import listed

MICRO = {"\N{MICRO SIGN}g": "mcg", "\N{GREEK SMALL LETTER MU}g": "mcg", "ug": "mcg"}
"""Read as mcg, with a note, where the field takes mcg (ISMP list of error-prone abbreviations, 2021)."""

AMBIGUOUS = {
    "u": "u can be read as 0",
    "U": "U can be read as 0, and does not say whose units",
    "unit": "unit does not say whose; an activity is written in units",
    "kU": "kU does not say whose units",
    "mU": "mU is thousandth or million units",
    "MU": "MU is million units or thousandth units",
    "TU": "TU is thousand units or tuberculin units",
    "E": "E is units in another language",
    "IE": "IE is IU in another language",
    "UI": "UI is IU in another language",
    "iu": "iu can be read as IV or 10",
    "Iu": "Iu can be read as IV or 10",
    "cc": "cc can be read as U or 00",
    "CC": "CC can be read as U or 00",
    "ml": "ml can be read as m1",
    "Ml": "Ml is a million litres, or mL",
    "ML": "ML is a million litres, or mL",
    "mls": "mls can be read as m15",
    "l": "l can be read as 1",
    "m": "m is metres, or half a word",
    "M": "M is molar, or a million",
    "mM": "mM is millimolar, a concentration",
    "MG": "MG is a million gauss, or mg",
    "Mg": "Mg is a million grams, magnesium, or mg",
    "mG": "mG is a thousandth gauss, or mg",
    "G": "G is gauss, or g",
    "KG": "KG is kelvin gauss, or kg",
    "Kg": "Kg is kelvin grams, or kg",
    "MCG": "MCG may not be mcg",
    "Mcg": "Mcg may not be mcg",
    "gr": "gr is grains (64.8 mg each), or g",
    "gm": "gm is grams, or grains",
    "gamma": "gamma is an old word for mcg",
    "mEQ": "mEQ is written mEq",
    "meq": "meq is written mEq",
    "gtt": "gtt are drops, and drops differ in size",
    "amp": "amp is amperes, or ampoules, which differ",
    "vial": "vials differ in what they hold",
    "vials": "vials differ in what they hold",
}
"""Refused wherever they are typed, with the reason (same list; what unit libraries make of them)."""

KINDS = {
    **dict.fromkeys(("ng", "mcg", "mg", "g", "kg"), "a mass"),
    **dict.fromkeys(("nL", "mcL", "mL", "L"), "a volume"),
    **dict.fromkeys(("nmol", "mmol", "mol"), "an amount of substance"),
    **dict.fromkeys(("mEq", "Eq"), "a count of charges"),
    **dict.fromkeys(("mm", "cm"), "a length"),
    **dict.fromkeys(("drop", "drops"), "a count of drops"),
    "IU": "an activity",
    "units": "an activity",
    "mOsm": "an osmolality",
}
"""What a unit we know measures."""


def typed_unit(word: str, units: tuple[Unit, ...]) -> Unit | None:
    """The unit of the field that the word is, the three writings of micrograms included."""
    code = MICRO.get(word, word)
    return next((u for u in units if u.code == code), None)


def chosen_unit(choice: Unit | str | None, units: tuple[Unit, ...]) -> Unit:
    """The unit chosen beside the number; raises Refused for none, or one the field does not have."""
    code = choice.code if isinstance(choice, Unit) else choice
    if not code:
        raise _no("missing", "No unit was chosen.", units)
    for found in units:
        if choice in (found, found.code):
            return found
    raise _no("unknown", f"{quoted(code)} is not a unit of this field.", units)


def why_not_unit(typed: str, word: str, units: tuple[Unit, ...]) -> Refused | None:
    """The refusal of a typed unit, or None where there is none or the field takes it."""
    if not word or typed_unit(word, units):
        return None
    reason_code, reason = _reason(word, {KINDS.get(u.code) for u in units})
    return _no(reason_code, f"{quoted(typed)} is not accepted: {reason}.", units)


def _reason(word: str, ours: set[str | None]) -> tuple[str, str]:
    if "%" in word or "\N{PER MILLE SIGN}" in word:
        return "percent", "a percentage does not say of what, in what"
    if "/" in word or " per " in word:
        return "strength", "it is a strength, and this field takes an amount"
    if any(c.isnumeric() for c in word):
        return "two_amounts", "it holds more than one number"
    if word in AMBIGUOUS:
        return "ambiguous", AMBIGUOUS[word]
    return _known(word, ours)


def _known(word: str, ours: set[str | None]) -> tuple[str, str]:
    if word.endswith("."):
        return "full_stop", "a unit has no full stop"
    kind = KINDS.get(MICRO.get(word, word))
    if kind is None:
        return "unknown", f"{quoted(word)} is not a unit here"
    if kind in ours:
        return "not_offered", f"{word} is not offered in this field"
    return "other_dimension", f"{word} is {kind}"


def _no(reason_code: str, reason: str, units: tuple[Unit, ...]) -> Refused:
    remedy = f"This field takes {listed([u.code for u in units])}."
    return refuse(f"unit.{reason_code}", "unit", reason, remedy)
