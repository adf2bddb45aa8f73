"""U3 D2: a dose that is far from what the clinic gives, or below what has an effect."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from formulary.rules.checklist.rule import Case, not_applicable, passed, unknown
from formulary.rules.checklist.substances import Substance, limits_of, prescribed, substances
from formulary.rules.facts import Limit, Usual
from formulary.rules.findings import Finding, Level, capital, joined
from formulary.rules.formulation import about, field_of
from formulary.rules.units import Quantity, round_fraction

TIMES = "\N{MULTIPLICATION SIGN}"
FAR = 10
"""How many times the median, up or down, is an order of magnitude."""
REMEDY = "Look at the number and its unit again, or give a reason to go on."


def order_of_magnitude(case: Case) -> Sequence[Finding]:
    """U3: no dose ten times the clinic's own median of the ingredient or more, or a tenth of it or less."""
    dosed = [x for x in substances(case) if not x.ingredient.is_diluent and x.prescribed_dose is not None]
    if not dosed:
        return [not_applicable("dose.none", "usual doses", "No line has a dose.")]
    compared = [(x, usual) for x in dosed if (usual := _usual(case, x)) is not None]
    far = [_far(case, x, usual) for x, usual in compared if _is_far(_ratio(x, usual))]
    new = [x for x in dosed if x not in [known for known, _ in compared]]
    found = far + ([_no_usual(case, new)] if new else [])
    inputs = [(x.name, _times(_ratio(x, usual))) for x, usual in compared]
    return found or [passed("dose.usual", "usual doses", "Every dose is of the usual size.", inputs)]


def _usual(case: Case, substance: Substance) -> Usual | None:
    dimension = substance.ingredient.dimension
    own = (u for u in case.cocktail.usual if u.ingredient_id == substance.ingredient.id)
    return next((u for u in own if u.median.dimension == dimension and u.median.steps > 0), None)


def _ratio(substance: Substance, usual: Usual) -> Fraction:
    dose = substance.prescribed_dose
    return Fraction(0) if dose is None else dose / usual.median


def _is_far(ratio: Fraction) -> bool:
    return ratio >= FAR or ratio * FAR <= 1


def _times(ratio: Fraction) -> str:
    """How often the usual it is: "20 × usual", "1/20 of usual"."""
    if ratio >= 1:
        return f"{round_fraction(ratio)} {TIMES} usual"
    return f"1/{round_fraction(1 / ratio)} of usual" if ratio else "none"


def _far(case: Case, substance: Substance, usual: Usual) -> Finding:
    shown, median = prescribed("dose", substance, case.mark), about(usual.median, case.mark)
    sessions = "one session" if usual.sessions == 1 else f"{usual.sessions} sessions"
    times = _times(_ratio(substance, usual))
    return Finding(
        "dose.unusual",
        substance.name,
        f"{capital(substance.name)} {shown} is {times} here ({median}, the median of {sessions}).",
        REMEDY,
        level=Level.WARN,
        line=substance.largest.number,
        field=field_of(substance.largest.line),
        inputs=(("dose", shown), ("usual", median), ("times", times)),
        rests_on=(("dose", shown),),
    )


def _no_usual(case: Case, new: Sequence[Substance]) -> Finding:
    names = joined([x.name for x in new])
    inputs = tuple((x.name, prescribed("dose", x, case.mark)) for x in new)
    reason = f"No usual dose yet: this clinic has given no {names} that could be compared."
    return unknown("dose.no_usual", names, reason, inputs=inputs)


def minimum(case: Case) -> Sequence[Finding]:
    """D2: no dose below the least that has an effect, where a label of the same route says one."""
    dosed = [x for x in substances(case) if not x.ingredient.is_diluent and x.prescribed_dose is not None]
    if not dosed:
        return [not_applicable("dose.none", "least doses", "No line has a dose.")]
    least = [(x, limit) for x in dosed for limit in [_least(case, x)] if limit is not None]
    below = [_below(case, x, limit) for x, limit in least if _is_below(x, limit)]
    unsaid = [x for x in dosed if x not in [known for known, _ in least]]
    found = below + ([_unsaid(case, unsaid)] if unsaid else [])
    return found or [passed("dose.effective", "least doses", "No dose is below its least.")]


def _least(case: Case, substance: Substance) -> Limit | None:
    """The highest of the least doses on record."""
    dimension = substance.ingredient.dimension
    found = [x for x in limits_of(case, substance) if x.minimum is not None]
    same = [x for x in found if x.minimum is not None and x.minimum.dimension == dimension]
    return max(same, key=lambda x: Fraction(0) if x.minimum is None else x.minimum.steps, default=None)


def _is_below(substance: Substance, limit: Limit) -> bool:
    dose = substance.prescribed_dose
    return dose is not None and limit.minimum is not None and dose < limit.minimum


def _below(case: Case, substance: Substance, limit: Limit) -> Finding:
    least: Quantity | None = limit.minimum
    shown = prescribed("dose", substance, case.mark)
    words = "unknown" if least is None else about(least, case.mark)
    return Finding(
        "dose.below_min",
        substance.name,
        f"{capital(substance.name)} {shown} is below the least that has an effect ({words}).",
        "Give a reason to go on, or raise it.",
        line=substance.largest.number,
        field=field_of(substance.largest.line),
        source=limit.source,
        inputs=(("dose", shown), ("least", words)),
    )


def _unsaid(case: Case, unsaid: Sequence[Substance]) -> Finding:
    names = joined([x.name for x in unsaid])
    inputs = tuple((x.name, prescribed("dose", x, case.mark)) for x in unsaid)
    route = case.cocktail.route
    reason = f"No least effective dose of {names} for {route} use is on record."
    return unknown("dose.min_unknown", names, reason, inputs=inputs)
