"""How far a recall must reach: the effectiveness levels, and the weeks in which late harm still shows."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

SHARES = {"A": Fraction(1), "C": Fraction(1, 10), "D": Fraction(1, 50), "E": Fraction(0)}
LOOK_BACK = timedelta(weeks=12)


def required(level: str, percent: int | None, patients: int) -> int:
    """How many of so many patients must have been answered for, rounded up.

    A all, C 10 %, D 2 %, E none; B is `percent` of them, above C and at most A: ValueError otherwise.
    Source: effectiveness checks, 21 CFR 7.42(b)(3).
    """
    if level == "B":
        share = Fraction(percent or 0, 100)
        if not SHARES["C"] < share <= SHARES["A"]:
            raise ValueError("Level B lies between C and A")
    else:
        share = SHARES[level]
    return -((-share * patients) // 1)


def looks_back_until(last: date) -> date:
    """The last day on which an infection from that day's injection would still be a late one.

    Source: mycobacterial abscesses after mesotherapy appeared 1 to 12 weeks after [NTM15].
    """
    return last + LOOK_BACK
