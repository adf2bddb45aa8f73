"""What is kept of a run of the checklist, and of a cocktail at the moment of signing."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from formulary.accounts import Actor
from formulary.cocktails.facts import Gathered
from formulary.cocktails.labels.rows import answer_row
from formulary.cocktails.models import CheckReport
from formulary.db import db
from formulary.rules.checklist import data_version
from formulary.rules.formulation import solve_cocktail
from formulary.rules.formulation.solution import Solved
from formulary.rules.units import show, show_concentration

if TYPE_CHECKING:
    from formulary.cocktails.actions.signing import Checked


def keep_report(checked: "Checked", *, at: datetime, by: Actor) -> CheckReport:
    """Keep every answer of the run, with the rule set and the hash of its inputs."""
    report = CheckReport(
        revision_id=checked.revision.id,
        stage=checked.report.stage,
        rule_set=checked.report.rule_set,
        data_version=data_version(checked.gathered.cocktail),
        inputs_hash=checked.report.inputs_hash,
        verdict=checked.report.verdict,
        answers=[answer_row(finding) for finding in checked.report.answers],
        at=at,
        by_id=by.person_id,
    )
    db.session.add(report)
    return report


def snapshot(gathered: Gathered) -> dict[str, Any]:
    """What was signed, in words and exact numbers, readable without the catalogue of that day."""
    solution = solve_cocktail(gathered.cocktail)
    return {
        "target": show(solution.target) if solution.target is not None else "",
        "route": gathered.cocktail.route,
        "formula": gathered.cocktail.formula.label if gathered.cocktail.formula else "",
        "lines": [_line(solved) for solved in solution.lines],
    }


def _line(solved: Solved) -> dict[str, Any]:
    strength = solved.concentration
    return {
        "number": solved.number,
        "product": solved.line.product.name,
        "pin": solved.line.pin,
        "dose": show(solved.dose) if solved.dose is not None else "",
        "volume": show(solved.volume),
        "concentration": show_concentration(strength.amount, strength.volume) if strength else "",
        "dose_steps": str(solved.dose.steps) if solved.dose is not None else "",
        "volume_steps": str(solved.volume.steps),
    }
