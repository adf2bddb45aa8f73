"""What a patient was given before, line by line: the doses that stand beside what is typed now."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from formulary.accounts import Actor
from formulary.cocktails import queries
from formulary.cocktails.labels.banner import Shown
from formulary.cocktails.models import Cocktail
from formulary.cocktails.queries import Given
from formulary.rules.facts import Cocktail as Facts
from formulary.rules.facts import Line
from formulary.rules.findings import joined
from formulary.rules.formulation import Solved, about
from formulary.rules.lot_status import day_of, day_words

MOST, SAID = 8, 3
TWICE, HALF = 2, Fraction(1, 2)
TIMES = "\N{MULTIPLICATION SIGN}"


@dataclass(frozen=True)
class Before:
    """The last doses of one line's ingredient, newest first: in words, and as points where there are two."""

    doses: tuple[Given, ...]
    zone: str

    @property
    def words(self) -> str:
        """The newest few with their days."""
        return joined(f"{each.shown} on {self.day(each)}" for each in self.doses[:SAID])

    @property
    def points(self) -> tuple[int, ...]:
        """The doses in their smallest steps, oldest first; none where one of them is not known as a dose."""
        steps = [each.steps for each in reversed(self.doses)]
        known = [each for each in steps if each is not None]
        return tuple(known) if len(known) == len(steps) > 1 else ()

    def day(self, of: Given) -> str:
        """The day of one dose, in the clinic's zone."""
        return day_words(day_of(of.at, self.zone))


@dataclass(frozen=True)
class Usual:
    """How a dose stands to what this clinic usually gives of the ingredient, and why it says so."""

    words: str
    why: str


def usual(line: Line, solved: Solved | None, cocktail: Facts) -> Usual | None:
    """“4 × usual” beside a dose of twice the clinic's median or more, or of half or
    less; None where it is near, or where nothing was given yet.
    """
    own = (u for u in cocktail.usual if u.ingredient_id == line.product.ingredient.id)
    known, dose = next(own, None), None if solved is None else solved.dose
    if known is None or dose is None or dose.is_zero or known.median.dimension != dose.dimension:
        return None
    ratio, mark = dose / known.median, cocktail.policies.decimal_mark
    words = _times(ratio)
    why = f"{about(dose, mark)} here; {about(known.median, mark)} is the median of {known.sessions} before"
    return Usual(words, why) if words else None


def _times(ratio: Fraction) -> str:
    if ratio >= TWICE:
        return f"{int(ratio + HALF)} {TIMES} usual"
    return f"1/{int(1 / ratio + HALF)} of usual" if ratio <= HALF else ""


def last_doses(to: Cocktail, lines: tuple[Line, ...], *, by: Actor, zone: str) -> dict[int, Before]:
    """By the number of a line, what was prescribed and given of its ingredient in the sessions before."""
    given: dict[int, list[Given]] = {}
    for each in queries.given_before(to, by):
        given.setdefault(each.ingredient_id, []).append(each)
    told = {line.number: given.get(line.product.ingredient.id, [])[:MOST] for line in lines}
    return {number: Before(tuple(doses), zone) for number, doses in told.items() if doses}


def last_session(before: Sequence[Before], at: datetime) -> list[Shown]:
    """When something of this mixture was given last, for the patient's banner; nothing where never."""
    newest = max((each.doses[0] for each in before), key=lambda given: given.at, default=None)
    if newest is None:
        return []
    zone = before[0].zone
    days = (day_of(at, zone) - day_of(newest.at, zone)).days
    ago = {0: "today", 1: "yesterday"}.get(days, f"{days} days ago")
    return [Shown("Last session", "info", ago, day_words(day_of(newest.at, zone)))]
