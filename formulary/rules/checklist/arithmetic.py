"""U1 U2 C2 M2: units, numbers, volumes, and what rounding makes of a dose."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import ceil

from formulary.rules.checklist.rule import CO_SIGN, Case, not_applicable, passed, unknown
from formulary.rules.facts import Line, Strength
from formulary.rules.findings import Finding, Level, Stage, capital
from formulary.rules.formulation import Solution, Solved, about, field_of, name_of, signed_percent
from formulary.rules.units import Quantity, show_percent, unit_words


def dimensions(case: Case) -> Sequence[Finding]:
    """U1: each figure is in its ingredient's own dimension; nothing converts in general."""
    wrong = _of(case.planned, "U1")
    inputs = [(name_of(x), unit_words(x.product.ingredient.dimension)) for x in case.lines]
    return wrong or [
        passed("dose.right_dimension", "units", "Every figure is in its ingredient's units.", inputs)
    ]


def numbers(case: Case) -> Sequence[Finding]:
    """U2: each figure is above zero and can be written down; the field refuses what reads two ways."""
    wrong = _of(case.planned, "U2") + [_endless(x) for x in case.lines if any(map(_is_endless, _typed(x)))]
    return wrong or [passed("number.plain", "numbers", "Every figure is above zero and exact.")]


def _typed(line: Line) -> Iterator[Quantity]:
    concentration = line.concentration
    parts = (concentration.amount, concentration.volume) if concentration is not None else (line.quantity,)
    return (part for part in parts if part is not None)


def _is_endless(typed: Quantity) -> bool:
    return typed.steps.denominator != 1


def _endless(line: Line) -> Finding:
    return Finding(
        "number.has_no_end",
        line.product.ingredient.name,
        f"{capital(name_of(line))} is pinned at a number without an end.",
        "Round it to a figure that can be written down.",
        line=line.number,
        field=field_of(line),
    )


def _of(solution: Solution, rule: str) -> list[Finding]:
    return [finding for finding in solution.findings if finding.rule == rule]


def volumes(case: Case) -> Sequence[Finding]:
    """C2: the lines fit the target and a syringe; in the end every line was drawn, to the volume prepared."""
    wrong = [*_of(case.planned, "C2"), *_not_held(case)]
    if case.stage is Stage.FINAL:
        wrong = [*wrong, *_not_drawn(case), *_off_target(case)]
    solution, mark = case.solution, case.mark
    inputs = [(name_of(x.line), about(x.volume, mark)) for x in solution.lines]
    return wrong or [passed("volume.fits", "total volume", f"{about(solution.total, mark)} in all.", inputs)]


def _not_held(case: Case) -> Iterator[Finding]:
    """What is prepared leaves in one syringe; in several, a second person has looked at the volume."""
    largest = max(case.cocktail.syringes, key=lambda s: s.capacity, default=None)
    prepared = case.planned.prepared
    if largest is None or prepared is None or prepared <= largest.capacity:
        return
    shown, count = about(prepared, case.mark), ceil(prepared / largest.capacity)
    yield Finding(
        "volume.above_syringe",
        "total volume",
        f"{shown} is prepared, more than the largest syringe on record holds ({largest.name}): "
        f"it would leave in {count} of them.",
        f"Prepare less, or stock a larger syringe, {CO_SIGN}",
        level=Level.STOP,
        field="target",
        inputs=(("prepared", shown), ("largest syringe", largest.name)),
    )


def _not_drawn(case: Case) -> Iterator[Finding]:
    drawn = {draw.line for draw in case.cocktail.draws}
    for solved in case.planned.lines:
        if solved.number not in drawn and not solved.draw_volume.is_zero:
            reason = f"{capital(name_of(solved.line))} has not been drawn."
            yield Finding(
                "line.not_drawn", solved.name, reason, "Draw it, or scrap the attempt.", line=solved.number
            )


def _off_target(case: Case) -> Iterator[Finding]:
    planned, made, tolerance = (
        case.planned.prepared,
        case.solution.achieved_total,
        case.policies.volume_tolerance,
    )
    if planned is None or made == planned or made.is_zero:
        return
    words = f"{about(made, case.mark)} was prepared and {about(planned, case.mark)} was planned"
    if tolerance is None:
        reason = f"{words}; the site has not said how far off is accepted."
        yield unknown("volume.tolerance_undecided", "total volume", reason, _DECIDE, level=Level.STOP)
    elif abs(made / planned - 1) > tolerance:
        off, most = signed_percent(made / planned - 1, case.mark), show_percent(tolerance, case.mark)
        reason = f"{words}: {off}, more than {most}."
        remedy = f"Scrap the attempt, {CO_SIGN}"
        yield Finding("volume.off_target", "total volume", reason, remedy, level=Level.STOP)


_DECIDE = "Let an administrator set the policy of the site."


def rounding(case: Case) -> Sequence[Finding]:
    """M2: what the syringe, or in the end the hand, makes of a dose stays within the site's tolerance."""
    doses = [x for x in case.counted if x.dose is not None and not x.line.product.ingredient.is_diluent]
    found = [finding for solved in doses if solved.deviation for finding in _rounded(case, solved)]
    inputs = [(name_of(x.line), signed_percent(x.deviation, case.mark)) for x in doses]
    if not doses:
        return [not_applicable("dose.none", "doses", "No line has a dose.")]
    return found or [passed("dose.as_planned", "doses", "Every dose is achieved within tolerance.", inputs)]


def _rounded(case: Case, solved: Solved) -> Iterator[Finding]:
    tolerance = case.policies.dose_tolerance
    share = signed_percent(solved.deviation, case.mark)
    off = f"{capital(name_of(solved.line))} comes out {share} off its dose"
    inputs = [
        ("achieved", _shown(solved.achieved_dose, case)),
        ("in", _shown(solved.achieved_concentration, case)),
    ]
    if tolerance is None:
        reason = f"{off}, and the site has not said how far off is accepted."
        yield unknown(
            "dose.tolerance_undecided", solved.name, reason, _DECIDE, line=solved.number, inputs=tuple(inputs)
        )
    elif abs(solved.deviation) > tolerance:
        yield Finding(
            "dose.off_by_rounding" if not case.final else "dose.off_plan",
            solved.name,
            f"{off}, more than {show_percent(tolerance, case.mark)}.",
            f"Change the dose or the volume prepared, {CO_SIGN}",
            line=solved.number,
            inputs=tuple(inputs),
        )


def _shown(value: Quantity | Strength | None, case: Case) -> str:
    if value is None:
        return "unknown"
    return about(value if isinstance(value, Quantity) else value.volume, case.mark)
