"""GTINs and their check digits."""

import re

from formulary.rules.findings import refuse
from formulary.web.gs1.faults import unreadable

GTIN_LENGTHS = (8, 12, 13, 14)


def gtin14(text: str) -> str:
    """A GTIN filled to 14 digits; Refused with scan.bad_check_digit or scan.unreadable."""
    if not re.fullmatch(r"[0-9]+", text, re.ASCII) or len(text) not in GTIN_LENGTHS:
        raise unreadable(
            f"“{text[:40]}” is not a GTIN.", "Type its 8, 12, 13 or 14 digits as printed under the code."
        )
    full = text.zfill(14)
    right = check_digit(full[:-1])
    if full[-1] != right:
        reason = f"The number {text} should end in {right} and ends in {full[-1]}, so one digit is wrong."
        raise refuse(
            "scan.bad_check_digit", "gtin", reason, "Scan the code again, or type the number from the pack."
        )
    return full


def check_digit(digits: str) -> str:
    """The GS1 check digit of the digits before it."""
    weighed = sum(int(d) * (3 if i % 2 == 0 else 1) for i, d in enumerate(reversed(digits)))
    return str(-weighed % 10)
