"""What was really put in, line by line, beside what was prescribed: each figure with its explanation."""

from collections.abc import Sequence
from dataclasses import dataclass

from formulary.preparations import queries
from formulary.preparations.labels.assayed import certificate_words
from formulary.rules.facts import Cocktail, Draw, Strength
from formulary.rules.findings import joined
from formulary.rules.formulation import (
    Explanation,
    Solution,
    Solved,
    about,
    achieved,
    signed_percent,
    solve_cocktail,
    strength_of,
    strength_words,
)
from formulary.rules.lot_status import name_of
from formulary.rules.units import Quantity

TIMES = "\N{MULTIPLICATION SIGN}"


@dataclass(frozen=True)
class Achieved:
    """One line as it is in the preparation; `dose` is None for what has none, such as a diluent."""

    number: int
    name: str
    sources: str
    planned: Quantity
    volume: Quantity
    prescribed: Quantity | None
    dose: Quantity | None
    concentration: Strength | None
    deviation: str
    is_off: bool
    explained: Explanation


def solution_of(told: Cocktail) -> Solution:
    """The arithmetic of what was drawn."""
    return achieved(solve_cocktail(told), told.draws)


def achieved_lines(told: Cocktail) -> list[Achieved]:
    """Every line of a preparation as it was drawn."""
    solution = solution_of(told)
    return [_line(solved, solution, told) for solved in solution.lines]


def _line(solved: Solved, solution: Solution, told: Cocktail) -> Achieved:
    own = [draw for draw in told.draws if draw.line == solved.number]
    is_diluent, mark = solved.line.product.ingredient.is_diluent, told.policies.decimal_mark
    tolerance = told.policies.dose_tolerance
    return Achieved(
        number=solved.number,
        name=solved.name,
        sources=", ".join(f"lot {draw.stock.lot}, {name_of(draw.stock)}" for draw in own),
        planned=solved.draw_volume,
        volume=solved.achieved_volume,
        prescribed=None if is_diluent else solved.dose,
        dose=None if is_diluent else solved.achieved_dose,
        concentration=None if is_diluent else solved.achieved_concentration,
        deviation="" if is_diluent else signed_percent(solved.deviation, mark),
        is_off=not is_diluent and tolerance is not None and abs(solved.deviation) > tolerance,
        explained=_explained(solved, own, solution, mark),
    )


def _explained(solved: Solved, own: Sequence[Draw], solution: Solution, mark: str) -> Explanation:
    """The dose is the sum of what each draw held at its vial's strength; in mL it is that over the whole."""
    strengths = [(draw, draw.stock.strength or strength_of(solved.line)) for draw in own]
    terms = [
        f"{about(d.measured, mark)} {TIMES} {strength_words(s, mark)}" for d, s in strengths if s is not None
    ]
    dose, per_ml = solved.achieved_dose, solved.achieved_concentration
    if dose is None or per_ml is None or len(terms) < len(own):
        return Explanation(f"dose of {solved.name}", "unknown: a strength is not on record", ())
    whole = about(solution.achieved_total, mark)
    return Explanation(
        f"dose of {solved.name}",
        f"{' + '.join(terms)} = {about(dose, mark)}",
        (("measured", about(solved.achieved_volume, mark)), ("whole volume", whole)),
        "not rounded: as read on the syringe",
        f"{about(dose, mark)} in {whole} = {strength_words(per_ml, mark)}",
        source=f"the draws of this preparation; {joined(_who_says(solved, own))}",
    )


def _who_says(solved: Solved, own: Sequence[Draw]) -> list[str]:
    """Where the strength of each draw is from, each source once: its label, its vial, or its lot's assay."""
    return list(dict.fromkeys(_says(draw, solved) for draw in own))


def _says(draw: Draw, solved: Solved) -> str:
    if draw.stock.strength is None:
        return "the strength of the label"
    if solved.line.product.is_powder:
        return f"the strength mixed in {name_of(draw.stock)}"
    return certificate_words(queries.lot(draw.stock.lot_id))
