"""The guidelines under which tests of the skin are applied: what is read when, and what counts as positive.

The same wheal is positive in one and negative in another, so each test names its own.
"""

from __future__ import annotations

from dataclasses import dataclass

from formulary.rules.patch_test.windows import WINDOWS, WINDOWS_SOURCE, Window, within_minutes
from formulary.rules.units import Quantity

PATCH, PRICK, INTRADERMAL, PRODUCT = "patch", "prick", "intradermal", "product"
ENDA = "table of an 11-centre paper, Front Med 2020;7:156 [ENDA]; not confirmed by a second reading"
SPT = "ctajournal 3/1/3, sanialergia [SPT]; not confirmed by a second reading"
LABEL = "label of hyaluronidase: americancompendium Vitrase [HYA1], pdr.net Vitrase-2819 [PDR-HYA]"


@dataclass(frozen=True, slots=True)
class Criterion:
    """What a wheal must come to, in mm, beside the one seen at once; everything that is given must hold."""

    at_least: int | None = None
    wider_by: int | None = None
    times: int | None = None
    flare: bool = False

    @property
    def compares(self) -> bool:
        """Whether the wheal of the injection itself must be known."""
        return self.wider_by is not None or self.times is not None


@dataclass(frozen=True, slots=True)
class Guideline:
    """A guideline: the kind of test it is about, its readings, its criterion, the controls it asks for."""

    word: str
    name: str
    kind: str
    windows: tuple[Window, ...]
    says: str
    source: str
    criterion: Criterion | None = None
    volume: str = ""
    needs_negative: bool = False
    needs_positive: bool = False
    must_last: bool = False
    of_group: str = ""

    @property
    def is_measured(self) -> bool:
        """Whether the wheal is measured while the patient waits."""
        return self.criterion is not None

    @property
    def is_graded(self) -> bool:
        """Whether a grade is chosen at one of its readings."""
        return not all(window.is_immediate for window in self.windows) or not self.is_measured


def grade_of(chosen: Guideline, wheal: Quantity, first: Quantity | None, flare: bool | None) -> str:
    """The grade of a measured wheal by the guideline: W- negative, W+ positive, W? as wide but without flare.

    The criteria are those of the table; that a wheal without its flare is doubtful is house policy.
    """
    wanted = chosen.criterion or Criterion()
    since = Quantity.of(0, "mm") if first is None else first
    enough = [
        wanted.at_least is None or wheal >= Quantity.of(wanted.at_least, "mm"),
        wanted.wider_by is None or wheal >= since + Quantity.of(wanted.wider_by, "mm"),
        wanted.times is None or wheal >= since * wanted.times,
    ]
    if wheal.is_zero or not all(enough):
        return "W-"
    return "W+" if flare or not wanted.flare else "W?"


def guideline(word: str) -> Guideline:
    """The guideline of this word; a word that is not in the table is read as a patch test."""
    return GUIDELINES.get(word, ICDRG)


LATE_DAY = Window("24 h", 24, 18, 36, required=True)
LATE_DAYS = Window("24 to 72 h", 48, 24, 72, required=True)
ICDRG = Guideline("icdrg", "ICDRG", PATCH, WINDOWS, "by grade, at 48 h and at 72 to 96 h", WINDOWS_SOURCE)
GUIDELINES = {
    one.word: one
    for one in (
        ICDRG,
        Guideline(
            "spt", "SPT", PRICK, (within_minutes("15 to 20 min", 15, 20),), "a wheal of 3 mm or more", SPT,
            Criterion(at_least=3), needs_negative=True, needs_positive=True,
        ),
        Guideline(
            "escd", "ESCD", INTRADERMAL, (within_minutes("30 min", 30, 30), LATE_DAY),
            "a wheal of 10 mm or more; a papule at 24 h", ENDA,
            Criterion(at_least=10), volume="0.04 mL", needs_negative=True,
        ),
        Guideline(
            "eaaci", "EAACI", INTRADERMAL, (within_minutes("15 to 20 min", 15, 20), LATE_DAYS),
            "3 mm wider than at once, with flare; infiltrated redness at 24 to 72 h", ENDA,
            Criterion(wider_by=3, flare=True), volume="0.02 to 0.05 mL", needs_negative=True,
        ),
        Guideline(
            "bsaci", "BSACI", INTRADERMAL, (within_minutes("20 to 30 min", 20, 30),),
            "3 mm wider than at once, with flare", ENDA,
            Criterion(wider_by=3, flare=True), volume="0.03 mL", needs_negative=True,
        ),
        Guideline(
            "sfar", "SFAR", INTRADERMAL, (within_minutes("20 min", 20, 20),),
            "twice as wide as at once", ENDA,
            Criterion(times=2), volume="0.02 to 0.05 mL", needs_negative=True,
        ),
        Guideline(
            "macy", "Macy", INTRADERMAL, (within_minutes("15 min", 15, 15),),
            "a wheal of 5 mm or more, with redness", ENDA,
            Criterion(at_least=5, flare=True), volume="0.02 mL", needs_negative=True,
        ),
        Guideline(
            "hyaluronidase", "label of hyaluronidase", PRODUCT,
            (within_minutes("5 min", 5, 5), within_minutes("20 to 30 min", 20, 30)),
            "a wheal with pseudopods within 5 min that lasts 20 to 30 min and itches; redness alone is not",
            LABEL,
            volume="0.02 mL", must_last=True, of_group="hyaluronidase",
        ),
    )
}  # fmt: skip
