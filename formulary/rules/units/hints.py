"""What a unit that a field does not take may have meant, and why it is not guessed."""

from __future__ import annotations

MICRO = {"\N{MICRO SIGN}g": "mcg", "\N{GREEK SMALL LETTER MU}g": "mcg", "ug": "mcg"}
"""Rewritten as mcg with a note, where the field takes mcg [ISMP1]."""

AMBIGUOUS = {
    "u": "u can be read as 0",
    "U": "U can be read as 0, and does not say whose units",
    "iu": "iu can be read as IV or 10",
    "Iu": "Iu can be read as IV or 10",
    "cc": "cc can be read as U or 00",
    "CC": "CC can be read as U or 00",
    "M": "M is molar, million or thousand",
    "m": "m is metre, and half of mg or mL",
    "MG": "MG is mega-gram or mg",
    "Mg": "Mg is mega-gram, magnesium or mg",
    "mG": "mG is milli-gauss or mg",
    "G": "G is gauss, or g",
    "MCG": "MCG may be mcg or a mega unit",
    "ML": "ML is mega-litre or mL",
    "Ml": "Ml is mega-litre or mL",
    "ml": "ml can be read as m1",
    "mls": "mls can be read as m15",
    "l": "l can be read as 1",
    "KG": "KG is kelvin-gauss or kg",
    "Kg": "Kg is kelvin-gram or kg",
    "gr": "gr is grain (64.8 mg) or gram",
    "gm": "gm can be gram or grain",
    "gamma": "gamma is an old word for mcg",
    "mgs": "mgs can be read as mg5",
    "MEQ": "MEQ is mega-equivalent or mEq",
    "meq": "meq is written mEq",
    "amp": "amp is ampere or ampoule, and ampoules differ",
    "vial": "vials differ in what they hold",
    "vials": "vials differ in what they hold",
    "unit": "unit does not say which product's",
    "gtt": "gtt is a drop, and drops differ",
    "drops": "drops differ in size",
    "kU": "kU can be read as many things",
    "MU": "MU is mega-units or milli-units",
    "mU": "mU is milli-units or mega-units",
    "TU": "TU is thousand units or tuberculin units",
    "IE": "IE is another language's IU",
    "UI": "UI is another language's IU",
    "E": "E is another language's units",
}
"""Refused wherever it is typed, with the reason [ISMP1, ISMP2, FACTS 6.1, 6.3]."""

NOT_NUMBERS = frozenset({"nan", "inf", "infinity", "infinite", "null", "none", "true", "false"})
"""Words that some number parsers take for a number."""
