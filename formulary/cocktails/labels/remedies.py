"""The single edits that answer a finding where its rule names none: a smaller figure, a line less."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import islice

from formulary.cocktails.labels.entry import ML, PER_ML
from formulary.cocktails.labels.pressing import edits_a_number, pressed
from formulary.rules import checklist
from formulary.rules.facts import AcceptedRange, Cocktail, Line, Pin, Strength
from formulary.rules.findings import Finding, Fix, Refused, Result, Stage
from formulary.rules.formulation import (
    Solution,
    Solved,
    about,
    as_basis,
    field_of,
    known,
    on_a_mark,
    range_for,
    solve_cocktail,
    strength_of,
    value_of,
)
from formulary.rules.units import VOLUME, Quantity

TEN = 10
MOST_MARKS = 3
NEXT, BEFORE = Fraction(1_000_001, 1_000_000), Fraction(999_999, 1_000_000)
"""What takes a volume on a mark off it, so that the mark beyond is the nearest."""
Remedy = Callable[[Finding, Solved, Cocktail, Solution], Iterator[Fix]]


def with_remedies(finding: Finding, cocktail: Cocktail, solution: Solution) -> Finding:
    """The finding with every edit that would answer it; what its rule offers comes first.

    What stops, is about one line and has no other answer offers to leave that line out.
    """
    if finding.result not in (Result.FINDING, Result.UNKNOWN) or finding.accepted:
        return finding
    asked = _Asked(finding, cocktail)
    own = [fix for fix in finding.fixes if asked.ends(fix)]
    offered = [*own, *_whole(finding, asked, solution), *(() if own else _own(finding, asked, solution))]
    line = _line(finding, cocktail)
    if finding.stops and line is not None and not any(_leaves_out(fix, line) for fix in offered):
        offered.append(leave_out(line))
    return replace(finding, fixes=tuple(dict.fromkeys(offered)))


@dataclass(frozen=True)
class _Asked:
    """A finding about a cocktail, which is asked again as if a button had been pressed."""

    finding: Finding
    cocktail: Cocktail

    def ends(self, fix: Fix) -> bool:
        """Whether it is gone then, and the lines still fit; an edit of no number is taken at its word."""
        if not edits_a_number(fix):
            return True
        try:
            after = pressed(self.cocktail, fix)
        except Refused:
            return False
        place = self.finding.code, self.finding.line
        asked = checklist.ask(after, Stage.SIGN, [self.finding.rule or "C2"]).answers
        unsolved = {x.code for x in solve_cocktail(after).findings}
        known = {x.code for x in solve_cocktail(self.cocktail).findings} - {self.finding.code}
        return unsolved <= known and all((x.code, x.line) != place or x.accepted for x in asked)

    def first(self, fixes: Iterable[Fix]) -> Iterator[Fix]:
        """The first of several edits that ends it."""
        yield from islice(filter(self.ends, fixes), 1)


def _whole(finding: Finding, asked: _Asked, solution: Solution) -> Iterator[Fix]:
    if finding.code in WHOLE:
        yield from filter(asked.ends, WHOLE[finding.code](asked.cocktail, solution))


def _own(finding: Finding, asked: _Asked, solution: Solution) -> Iterator[Fix]:
    cocktail = asked.cocktail
    solved = None if finding.line is None else solution.line(finding.line)
    remedy = REMEDIES.get(finding.code)
    if remedy is not None and solved is not None and _alone(solved, solution):
        yield from asked.first(remedy(finding, solved, cocktail, solution))
    if finding.code == "line.incomplete" and not any(x.pin is Pin.QS for x in cocktail.lines):
        yield from (_make_up(x) for x in cocktail.lines if x.number == finding.line)


def _alone(solved: Solved, solution: Solution) -> bool:
    """Whether this line holds all of its ingredient: else nobody can say which of them to change."""
    own = [x for x in solution.lines if x.line.product.ingredient.id == solved.line.product.ingredient.id]
    return len(own) == 1


def _line(finding: Finding, cocktail: Cocktail) -> Line | None:
    return next((line for line in cocktail.lines if line.number == finding.line), None)


def leave_out(line: Line) -> Fix:
    """The edit that leaves a line out."""
    return Fix(f"Leave out {line.product.ingredient.name}", f"lines-{line.number}-remove", "1")


def _leaves_out(fix: Fix, line: Line) -> bool:
    return fix.field == f"lines-{line.number}-remove"


def _make_up(line: Line) -> Fix:
    return Fix(f"Let {line.product.ingredient.name} make up the volume", f"makeup-{line.number}", "1")


def _less(_: Finding, solved: Solved, cocktail: Cocktail, solution: Solution) -> Iterator[Fix]:
    """A dose above its limit: the highest that a syringe measures below it."""
    if solved.dose_limit is not None:
        yield from _doses(solved, solved.dose_limit, cocktail, solution)


def _into_range(_: Finding, solved: Solved, cocktail: Cocktail, solution: Solution) -> Iterator[Fix]:
    """A dose outside what the formula accepts: the nearest inside it that a syringe measures."""
    signed = _signed(solved, cocktail)
    if signed is not None and solved.dose is not None:
        up = solved.dose < signed.dose_low
        end = signed.dose_low if up else signed.dose_high
        yield from _doses(solved, end, cocktail, solution, up=up)


def _doses(
    solved: Solved, dose: Quantity, cocktail: Cocktail, solution: Solution, *, up: bool = False
) -> Iterator[Fix]:
    """The edits that bring a dose to a mark below it, or above it, the nearest first; last, to itself."""
    strength = strength_of(solved.line)
    if strength is None or solved.line.pin is Pin.QS:
        return
    wanted = Quantity(dose.steps / strength.ratio, VOLUME)
    for volume in (*_marks(wanted, cocktail, solution, up=up), wanted):
        held = Quantity(volume.steps * strength.ratio, dose.dimension)
        yield from _to_dose(solved, held, volume, cocktail, solution, up=up)


def _marks(volume: Quantity, cocktail: Cocktail, solution: Solution, *, up: bool) -> Iterator[Quantity]:
    """The nearest marks of a draw of this volume, as volumes of what is prescribed."""
    drawn = on_a_mark(volume * solution.scale, cocktail.syringes, up=up)
    for _ in range(MOST_MARKS if cocktail.syringes else 0):
        if drawn.steps > 0:
            yield drawn / solution.scale
        next_one = drawn * NEXT if up else drawn * BEFORE
        drawn = on_a_mark(next_one, cocktail.syringes, up=up)


def _to_dose(
    solved: Solved, dose: Quantity, volume: Quantity, cocktail: Cocktail, solution: Solution, *, up: bool
) -> Iterator[Fix]:
    target = solution.target
    if solved.line.pin is not Pin.CONCENTRATION:
        yield _set(solved, dose if solved.line.pin is Pin.DOSE else volume, cocktail, up=up)
    elif target is not None and not target.is_zero:
        yield _mixed(solved, Strength(dose, target), cocktail, up=up)


def _thinner(_: Finding, solved: Solved, cocktail: Cocktail, solution: Solution) -> Iterator[Fix]:
    """A mixture above its highest: the highest that a syringe measures below it."""
    if solved.concentration_limit is not None:
        yield from _to_mixture(solved, solved.concentration_limit, cocktail, solution)


def _into_mixture(_: Finding, solved: Solved, cocktail: Cocktail, solution: Solution) -> Iterator[Fix]:
    """A mixture outside what the formula accepts: the nearest inside it that a syringe measures."""
    signed, now = _signed(solved, cocktail), solved.concentration
    if signed is not None and now is not None:
        up = now.ratio < signed.concentration_low.ratio
        end = signed.concentration_low if up else signed.concentration_high
        yield from _to_mixture(solved, end, cocktail, solution, up=up)


def _to_mixture(
    solved: Solved, mixture: Strength, cocktail: Cocktail, solution: Solution, *, up: bool = False
) -> Iterator[Fix]:
    if solution.target is not None:
        dose = Quantity(mixture.ratio * solution.target.steps, mixture.amount.dimension)
        yield from _doses(solved, dose, cocktail, solution, up=up)


def _measured(_: Finding, solved: Solved, cocktail: Cocktail, solution: Solution) -> Iterator[Fix]:
    """A volume that no syringe hits: the volume that one measures, where nothing is prepared on top."""
    if solution.scale == Fraction(1) and solved.line.pin is not Pin.QS and not solved.achieved_volume.is_zero:
        words = about(solved.achieved_volume, cocktail.policies.decimal_mark)
        value = value_of(solved.achieved_volume, cocktail.policies.decimal_mark)
        yield Fix(f"Draw {words} of {solved.name}", f"lines-{solved.number}-volume", value)


def _tenfold(_: Finding, solved: Solved, cocktail: Cocktail, solution: Solution) -> Iterator[Fix]:
    """A dose far from the usual one: the slip of one decimal place, taken back."""
    own = (u.median for u in cocktail.usual if u.ingredient_id == solved.line.product.ingredient.id)
    median, dose, strength = next(own, None), solved.dose, strength_of(solved.line)
    if median is None or dose is None or strength is None or median.dimension != dose.dimension:
        return
    meant = dose / TEN if dose > median else dose * TEN
    if solved.line.pin is not Pin.QS:
        volume = Quantity(meant.steps / strength.ratio, VOLUME)
        yield from _to_dose(solved, meant, volume, cocktail, solution, up=False)


def _set(solved: Solved, value: Quantity, cocktail: Cocktail, *, up: bool) -> Fix:
    mark = cocktail.policies.decimal_mark
    label = f"Set {solved.name} to {about(value, mark)}{as_basis(solved.line)}"
    return Fix(label, field_of(solved.line), value_of(value, mark, up=up))


def _mixed(solved: Solved, mixture: Strength, cocktail: Cocktail, *, up: bool) -> Fix:
    """The edit that pins a mixture, rounded as a field takes it: down, or `up`."""
    mark = cocktail.policies.decimal_mark
    per_ml = Quantity(mixture.ratio * ML.steps, mixture.amount.dimension)
    label = f"Set {solved.name} to {about(per_ml, mark)}{PER_ML}{as_basis(solved.line)}"
    return Fix(label, field_of(solved.line), f"{value_of(per_ml, mark, up=up)}{PER_ML}")


def _signed(solved: Solved, cocktail: Cocktail) -> AcceptedRange | None:
    """What the formula accepts of a line's product, in the basis of its strength."""
    ranges = () if cocktail.answering is None else cocktail.answering.ranges
    told = (range_for(x, solved.line.product) for x in ranges if x.is_for(solved.line.product))
    return next(filter(None, told), None)


def _someone_makes_up(cocktail: Cocktail, _: Solution) -> Iterator[Fix]:
    """Everything pinned and too little of it: a diluent of the mixture may make up the rest."""
    yield from (_make_up(x) for x in cocktail.lines if x.product.ingredient.is_diluent)


def _one_makes_up(cocktail: Cocktail, _: Solution) -> Iterator[Fix]:
    """Two lines that make up: either may go."""
    yield from (leave_out(x) for x in cocktail.lines if x.pin is Pin.QS)


def _what_a_syringe_holds(cocktail: Cocktail, _: Solution) -> Iterator[Fix]:
    most, mark = max((x.capacity for x in cocktail.syringes), default=None), cocktail.policies.decimal_mark
    if most is not None:
        own = most - known(cocktail.overfill) - known(cocktail.dead_space)
        yield Fix(f"Lower the volume to {about(own, mark)}", "target", value_of(own, mark))


REMEDIES: Mapping[str, Remedy] = {
    "dose.above_max": _less,
    "dose.outside_formula": _into_range,
    "dose.unusual": _tenfold,
    "concentration.above_max": _thinner,
    "concentration.outside_formula": _into_mixture,
    "dose.off_by_rounding": _measured,
    "volume.between_marks": _measured,
    "volume.not_measurable": _measured,
    "volume.tolerance_undecided": _measured,
}
WHOLE: Mapping[str, Callable[[Cocktail, Solution], Iterator[Fix]]] = {
    "volume.below_target": _someone_makes_up,
    "mix.two_make_up": _one_makes_up,
    "volume.above_syringe": _what_a_syringe_holds,
}
