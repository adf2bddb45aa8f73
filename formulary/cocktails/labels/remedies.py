"""The single edits that answer a finding where its rule names none: a smaller figure, a line less."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from fractions import Fraction

from formulary.cocktails.labels.entry import ML, PER_ML
from formulary.rules.facts import Cocktail, Line, Pin, Strength
from formulary.rules.findings import Finding, Fix, Result
from formulary.rules.formulation import Solution, Solved, about, field_of, strength_of, value_of
from formulary.rules.units import VOLUME, Quantity

TEN = 10
Remedy = Callable[[Finding, Solved, Cocktail, Solution], Iterator[Fix]]


def with_remedies(finding: Finding, cocktail: Cocktail, solution: Solution) -> Finding:
    """The finding with every edit that would answer it; what its rule offers comes first.

    What stops, is about one line and has no other answer offers to leave that line out.
    """
    if finding.result not in (Result.FINDING, Result.UNKNOWN) or finding.accepted:
        return finding
    own = (fix for fix in finding.fixes if not _never_ends(fix, finding, cocktail))
    offered = [*own, *_own(finding, cocktail, solution)]
    line = _line(finding, cocktail)
    if finding.stops and line is not None and not any(_leaves_out(fix, line) for fix in offered):
        offered.append(leave_out(line))
    return replace(finding, fixes=tuple(dict.fromkeys(offered)))


def _never_ends(fix: Fix, finding: Finding, cocktail: Cocktail) -> bool:
    """Whether a target that is lowered makes the lines less by as much: where one of them pins a mixture."""
    mixtures = any(line.pin is Pin.CONCENTRATION for line in cocktail.lines)
    return mixtures and fix.field == "target" and finding.code == "volume.below_target"


def _own(finding: Finding, cocktail: Cocktail, solution: Solution) -> Iterator[Fix]:
    if finding.code in WHOLE:
        yield from WHOLE[finding.code](cocktail, solution)
    solved = None if finding.line is None else solution.line(finding.line)
    remedy = REMEDIES.get(finding.code)
    if remedy is not None and solved is not None and _alone(solved, solution):
        yield from remedy(finding, solved, cocktail, solution)
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
    """A dose above its limit, on a line whose mixture is pinned: the mixture that holds the limit."""
    if solved.dose_limit is not None:
        yield from _to_dose(solved, solved.dose_limit, cocktail, solution)


def _into_range(_: Finding, solved: Solved, cocktail: Cocktail, solution: Solution) -> Iterator[Fix]:
    """A dose outside what the formula accepts: the nearest that it does."""
    signed = _signed(solved, cocktail)
    if signed is not None and solved.dose is not None:
        nearest = min(max(solved.dose, signed.dose_low), signed.dose_high)
        yield from _to_dose(solved, nearest, cocktail, solution)


def _to_dose(solved: Solved, dose: Quantity, cocktail: Cocktail, solution: Solution) -> Iterator[Fix]:
    target = solution.target
    if solved.line.pin is Pin.CONCENTRATION and target is not None and not target.is_zero:
        yield _mixed(solved, Strength(dose, target), cocktail)


def _thinner(_: Finding, solved: Solved, cocktail: Cocktail, solution: Solution) -> Iterator[Fix]:
    """A mixture above its highest: that highest, as a mixture or as the dose that makes it."""
    if solved.concentration_limit is not None:
        yield from _to_mixture(solved, solved.concentration_limit, cocktail, solution)


def _into_mixture(_: Finding, solved: Solved, cocktail: Cocktail, solution: Solution) -> Iterator[Fix]:
    """A mixture outside what the formula accepts: the nearest that it does."""
    signed, now = _signed(solved, cocktail), solved.concentration
    if signed is not None and now is not None:
        low, high = signed.concentration_low, signed.concentration_high
        yield from _to_mixture(solved, high if now.ratio > high.ratio else low, cocktail, solution)


def _to_mixture(solved: Solved, mixture: Strength, cocktail: Cocktail, solution: Solution) -> Iterator[Fix]:
    strength, target = strength_of(solved.line), solution.target
    if solved.line.pin is Pin.CONCENTRATION:
        yield _mixed(solved, mixture, cocktail)
    elif target is not None and strength is not None and solved.line.pin is not Pin.QS:
        dose = Quantity(mixture.ratio * target.steps, mixture.amount.dimension)
        held = solved.line.pin is Pin.DOSE
        yield _set(solved, dose if held else Quantity(dose.steps / strength.ratio, VOLUME), cocktail)


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
    if solved.line.pin is Pin.CONCENTRATION:
        yield from _to_dose(solved, meant, cocktail, solution)
    elif solved.line.pin is not Pin.QS:
        held = solved.line.pin is Pin.DOSE
        yield _set(solved, meant if held else Quantity(meant.steps / strength.ratio, VOLUME), cocktail)


def _set(solved: Solved, value: Quantity, cocktail: Cocktail) -> Fix:
    mark = cocktail.policies.decimal_mark
    return Fix(f"Set {solved.name} to {about(value, mark)}", field_of(solved.line), value_of(value, mark))


def _mixed(solved: Solved, mixture: Strength, cocktail: Cocktail) -> Fix:
    """The edit that pins a mixture, rounded down as a field takes it."""
    mark = cocktail.policies.decimal_mark
    per_ml = Quantity(mixture.ratio * ML.steps, mixture.amount.dimension)
    label = f"Set {solved.name} to {about(per_ml, mark)}{PER_ML}"
    return Fix(label, field_of(solved.line), f"{value_of(per_ml, mark)}{PER_ML}")


def _signed(solved: Solved, cocktail: Cocktail):  # type: ignore[no-untyped-def]
    ranges = () if cocktail.answering is None else cocktail.answering.ranges
    return next((x for x in ranges if x.is_for(solved.line.product)), None)


def _someone_makes_up(cocktail: Cocktail, _: Solution) -> Iterator[Fix]:
    """Everything pinned and too little of it: a diluent of the mixture may make up the rest."""
    yield from (_make_up(x) for x in cocktail.lines if x.product.ingredient.is_diluent)


def _one_makes_up(cocktail: Cocktail, _: Solution) -> Iterator[Fix]:
    """Two lines that make up: either may go."""
    yield from (leave_out(x) for x in cocktail.lines if x.pin is Pin.QS)


def _what_a_syringe_holds(cocktail: Cocktail, _: Solution) -> Iterator[Fix]:
    most, mark = max((x.capacity for x in cocktail.syringes), default=None), cocktail.policies.decimal_mark
    if most is not None:
        yield Fix(f"Lower the volume to {about(most, mark)}", "target", value_of(most, mark))


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
