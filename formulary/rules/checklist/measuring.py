"""M1: what the syringes in stock can measure, and how well."""

from __future__ import annotations

from collections.abc import Sequence

from formulary.rules.checklist.rule import Case, passed, unknown
from formulary.rules.facts import Pin, Syringe
from formulary.rules.findings import Finding, Level, Result, capital, joined
from formulary.rules.formulation import Solved, about, aliquot, name_of, sorted_syringes
from formulary.rules.units import show, show_percent


def measurable(case: Case) -> Sequence[Finding]:
    """M1: each draw fills a stocked syringe enough, and falls on its marks as near as the site accepts."""
    if not case.cocktail.syringes:
        reason = "No syringe is on record, so nobody can tell whether the volumes can be measured."
        return [unknown("syringe.none_on_record", "syringes", reason, "Record the syringes of the site.")]
    asked = [_measured(case, solved) for solved in case.planned.lines if solved.syringe]
    found = [finding for finding in asked if finding is not None]
    inputs = [
        (name_of(x.line), x.syringe.name if x.syringe else "nothing to draw") for x in case.planned.lines
    ]
    return found or [passed("volume.measurable", "draws", "Every draw can be measured.", inputs)]


def _measured(case: Case, solved: Solved) -> Finding | None:
    """The gravest that stands against measuring one line; a diluent is not asked how exact it is."""
    exact = solved.draw_volume == solved.achieved_volume or solved.line.product.ingredient.is_diluent
    if solved.achieved_volume.is_zero or (not exact and _too_far(case, solved)):
        return _not_measurable(case, solved)
    if not exact and case.policies.volume_tolerance is None:
        return _undecided(case, solved)
    if solved.too_little:
        return _too_small(case, solved)
    if solved.times > 1:
        return _several(case, solved)
    return None if exact or not _between_marks(case, solved) else _between(case, solved)


def _syringe(solved: Solved) -> Syringe:
    assert solved.syringe is not None  # noqa: S101 - a line that no syringe is asked for is not measured
    return solved.syringe


def _too_far(case: Case, solved: Solved) -> bool:
    tolerance = case.policies.volume_tolerance
    return tolerance is not None and abs(solved.achieved_volume / solved.draw_volume - 1) > tolerance


def _between_marks(case: Case, solved: Solved) -> bool:
    """Whether the volume is finer than the graduation: a finer syringe in stock comes nearer, or one mark is
    more than the tolerance.
    """
    finest = min(each.graduation for each in case.cocktail.syringes)
    nearer = abs(solved.achieved_volume - solved.draw_volume) * 2 > finest
    tolerance = case.policies.volume_tolerance
    return nearer or tolerance is None or _syringe(solved).graduation > solved.draw_volume * tolerance


def _finding(case: Case, solved: Solved, code: str, words: str, remedy: str, **more: object) -> Finding:
    needs = f"{capital(name_of(solved.line))} needs {about(solved.draw_volume, case.mark)}"
    inputs = (
        ("needed", about(solved.draw_volume, case.mark)),
        ("syringe", _syringe(solved).name),
        ("graduation", show(_syringe(solved).graduation, mark=case.mark)),
    )
    fields = {"line": solved.number, "inputs": inputs, **more}
    return Finding(code, solved.name, f"{needs}{words}", remedy, **fields)  # type: ignore[arg-type]


def _off(case: Case, solved: Solved) -> str:
    """What the syringe makes of it: "the 1 mL syringe measures 0.1 mL: 5.3 % off"."""
    error = abs(solved.achieved_volume / solved.draw_volume - 1)
    measured = about(solved.achieved_volume, case.mark)
    return f"the {_syringe(solved).name} measures {measured}: {show_percent(error, case.mark)} off"


def _diluted_first(case: Case, solved: Solved) -> str:
    """How a dilution makes it measurable, with the diluent that makes up; nothing where none does."""
    made_up = next((x for x in case.planned.lines if _makes_up(x)), None)
    if made_up is None or solved.line.product.ingredient.do_not_mix:
        return ""
    policies, syringes = case.policies, sorted_syringes(case.cocktail.syringes)
    tolerance, room = policies.volume_tolerance, made_up.draw_volume
    found = aliquot(solved.draw_volume, syringes, policies.smallest_fill, tolerance=tolerance, room=room)
    if found is None:
        return ""
    take, made, draw = (show(each, mark=case.mark) for each in (found.take, found.made, found.draw))
    return f"dilute {take} of it to {made} with {made_up.line.product.name}, then draw {draw}"


def _makes_up(solved: Solved) -> bool:
    return solved.line.pin is Pin.QS and solved.line.product.ingredient.is_diluent


def _remedy(case: Case, solved: Solved, *others: str, diluted: str = "") -> str:
    """What would do, the dilution with its figures last: "Prepare a larger volume, or dilute …"."""
    ways = filter(None, (*others, _diluted_first(case, solved) or diluted))
    return f"{joined(ways, 'or')}."


def _not_measurable(case: Case, solved: Solved) -> Finding:
    words = f", and {_off(case, solved)}."
    remedy = _remedy(case, solved, "Prepare a larger volume", diluted="dilute it first and draw more")
    return _finding(case, solved, "volume.not_measurable", words, remedy, level=Level.BLOCK)


def _undecided(case: Case, solved: Solved) -> Finding:
    words = f", and {_off(case, solved)}. The site has not said how far off is accepted."
    remedy = "Give a reason to go on, or let an administrator set the policy of the site."
    code = "volume.tolerance_undecided"
    return _finding(case, solved, code, words, remedy, result=Result.UNKNOWN)


def _too_small(case: Case, solved: Solved) -> Finding:
    share = show_percent(case.policies.smallest_fill, case.mark)
    words = f": less than {share} of the smallest syringe that holds it ({_syringe(solved).name})."
    remedy = _remedy(case, solved, "Give a reason to go on", "prepare a larger volume")
    return _finding(case, solved, "volume.too_small", words, remedy)


def _several(case: Case, solved: Solved) -> Finding:
    words = f", more than any syringe holds: {solved.times} draws with the {_syringe(solved).name}."
    remedy = "Give a reason to go on, or stock a larger syringe."
    return _finding(case, solved, "volume.several_draws", words, remedy)


def _between(case: Case, solved: Solved) -> Finding:
    words = f", which is finer than a mark, and {_off(case, solved)}."
    parts = "draw it in parts with a finer syringe"
    remedy = _remedy(case, solved, "Give a reason to go on", "change the volume", parts)
    return _finding(case, solved, "volume.between_marks", words, remedy)
