"""C5: the pH of the mixture as far as the lines declare it: an estimate, and it says so.

What is not on record is unknown and shown; it is never taken for neutral. The figures are rows of kind
mixture of the compatibility table, with their sources.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

from formulary.rules.checklist.rule import Case, not_applicable, passed, unknown
from formulary.rules.compatibility import Applies, declared, gap, ph_answer
from formulary.rules.facts import Compatibility, Line
from formulary.rules.findings import Finding, Level, capital, joined
from formulary.rules.units import show_figure

ESTIMATE = "estimated from what the lines declare, not measured"


def acidity(case: Case) -> Sequence[Finding]:
    """C5: no two lines far apart in pH, and the mixture within what tissue bears."""
    if len(case.lines) < 2:  # noqa: PLR2004 - a product by itself is as its label has it
        return [not_applicable("ph.one_line", "pH", "One product by itself is no mixture.")]
    rules = [rule for rule in case.cocktail.compatibilities if rule.kind == "mixture"]
    if not rules:
        return [not_applicable("ph.no_rule", "pH", "No rule about the pH of a mixture is on record.")]
    found = [answer for rule in rules for answer in _answers(case, rule)]
    return [*found, *_not_declared(case)] or [
        passed("ph.fits", "pH", f"The pH fits ({ESTIMATE}).", _inputs(case))
    ]


def _answers(case: Case, rule: Compatibility) -> Iterator[Finding]:
    if rule.ph_gap is not None:
        yield from _apart(case, rule)
        return
    answer = ph_answer(rule, case.mixture.window)
    if case.mixture.window is None or answer.applies is Applies.NO:
        return
    words = f"The pH of the mixture is between {_window(case)} ({ESTIMATE})"
    if answer.applies is Applies.MAYBE:
        reason = f"{words}: {rule.condition} cannot be excluded."
        yield unknown("ph.may_be_outside", _row(rule), reason, inputs=_inputs(case), source=rule.source)
        return
    yield Finding(
        "ph.outside",
        _row(rule),
        f"{words}: {rule.condition}. {rule.mechanism}.",
        "Leave out what makes it so, or dilute it.",
        level=Level[rule.level.upper()],
        source=rule.source,
        inputs=_inputs(case),
    )


def _apart(case: Case, rule: Compatibility) -> Iterator[Finding]:
    """Each two lines that both have a salt to lose; a diluent has none."""
    own = [(line, window) for line in _salts(case) if (window := declared(line)) is not None]
    for (a, one), (b, other) in combinations(own, 2):
        apart = gap(one, other)
        if rule.ph_gap is not None and apart > rule.ph_gap and a.product.id != b.product.id:
            yield Finding(
                "ph.far_apart",
                f"{a.product.ingredient.name} with {b.product.ingredient.name} (table row {rule.number})",
                f"{capital(a.product.ingredient.name)} and {b.product.ingredient.name} are "
                f"apart by {show_figure(apart, case.mark)} of pH: {rule.mechanism}.",
                "Look at the mixture for a precipitate, give a reason to go on, or leave one out.",
                level=Level[rule.level.upper()],
                line=a.number,
                source=rule.source,
                inputs=(("table row", f"{rule.number} v{rule.version}"),),
            )


def _not_declared(case: Case) -> Iterator[Finding]:
    names = dict.fromkeys(line.product.ingredient.name for line in case.lines if declared(line) is None)
    if names:
        yield unknown(
            "ph.unknown",
            joined(names),
            f"The pH of {joined(names)} is not on record, so that of the mixture is unknown.",
            inputs=_inputs(case),
        )


def _salts(case: Case) -> list[Line]:
    return [line for line in case.lines if not line.product.ingredient.is_diluent]


def _row(rule: Compatibility) -> str:
    return f"pH of the mixture (table row {rule.number})"


def _window(case: Case) -> str:
    window = case.mixture.window
    return "" if window is None else " and ".join(show_figure(end, case.mark) for end in window)


def _inputs(case: Case) -> tuple[tuple[str, str], ...]:
    """What each line declares."""
    return tuple((line.product.ingredient.name, _declared(line, case.mark)) for line in case.lines)


def _declared(line: Line, mark: str) -> str:
    window = declared(line)
    return "unknown" if window is None else " to ".join(show_figure(end, mark) for end in window)
