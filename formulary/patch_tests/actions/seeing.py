"""What is seen at a spot: a grade that was chosen, or a wheal that was measured and that is judged here."""

from dataclasses import dataclass
from datetime import timedelta

from formulary.rules.findings import Refused, refuse
from formulary.rules.patch_test import GRADES, LABELLED, Guideline, grade_of
from formulary.rules.units import Quantity

WAITED = timedelta(hours=3)
"""A guideline that measures is read by the wheal while the patient waits, and by grade later."""


@dataclass(frozen=True)
class Seen:
    """One look at one spot: `wheal_first` is the wheal of the injection itself, `wheal` the one now."""

    grade: str = ""
    wheal: Quantity | None = None
    wheal_first: Quantity | None = None
    flare: bool | None = None


def judged(seen: Seen, chosen: Guideline, elapsed: timedelta, subject: str) -> str:
    """The grade of what was seen so long after applying; refuses what the guideline cannot judge by."""
    if seen.wheal is None:
        return _chosen(seen.grade, chosen, elapsed, subject)
    if chosen.criterion is None:
        told = f"By {chosen.name} a grade is chosen and no wheal is measured."
        raise _refused("reading.not_a_wheal", subject, told, "Choose what you see.")
    if chosen.criterion.compares and seen.wheal_first is None:
        told = f"{chosen.name} compares with the wheal of the injection itself, which is not filled in."
        raise _refused("reading.no_first_wheal", subject, told, "Type what was measured at once.")
    if chosen.criterion.flare and seen.flare is None and not seen.wheal.is_zero:
        told = f"By {chosen.name} it counts whether the skin around is red, which is not filled in."
        raise _refused("reading.no_flare", subject, told, "Say whether there is a flare.")
    return grade_of(chosen, seen.wheal, seen.wheal_first, seen.flare)


def _chosen(grade: str, chosen: Guideline, elapsed: timedelta, subject: str) -> str:
    if grade not in (LABELLED if chosen.of_group else GRADES):
        told = f"“{grade}” is not a grade."
        raise _refused("reading.grade", subject, told, "Choose one of the list.")
    if chosen.is_measured and elapsed < WAITED:
        told = f"By {chosen.name} the wheal is measured at this look."
        raise _refused("reading.not_measured", subject, told, "Type its width, 0 where there is none.")
    return grade


def _refused(code: str, subject: str, told: str, remedy: str) -> Refused:
    return refuse(code, subject, told, remedy)
