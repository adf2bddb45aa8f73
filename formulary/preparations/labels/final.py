"""The label of a released cocktail: achieved amounts, total, beyond-use date and time, who prepared and
checked.
"""

from dataclasses import dataclass
from datetime import datetime

from formulary.accounts import queries as accounts
from formulary.preparations import facts
from formulary.preparations.models import Attempt, Syringe
from formulary.rules.formulation import achieved, solve_cocktail
from formulary.rules.units import VOLUME, Quantity, show, show_concentration


@dataclass(frozen=True)
class Content:
    """One ingredient on the label: what it is, how much was really put in, and per mL."""

    name: str
    amount: str
    per_ml: str


@dataclass(frozen=True)
class Label:
    """One container's label."""

    syringe: Syringe
    attempt: Attempt
    contents: list[Content]
    total: Quantity
    route: str
    prepared_by: str
    released_by: str
    self_checked: bool
    zone: str


def label(attempt: Attempt, syringe: Syringe, *, at: datetime) -> Label:
    """Everything that stands on the label of one container of a released attempt."""
    cocktail = facts.gather_attempt(attempt, at=at).cocktail
    solution = achieved(solve_cocktail(cocktail), cocktail.draws)
    names = accounts.person_names({p for p in (attempt.preparer_id, attempt.releaser_id) if p is not None})
    mark = cocktail.policies.decimal_mark
    contents = [
        Content(
            name=solved.name,
            amount=show(solved.achieved_dose, mark=mark)
            if solved.achieved_dose is not None
            else show(solved.achieved_volume, mark=mark),
            per_ml=_per_ml(solved.achieved_concentration, mark),
        )
        for solved in solution.lines
    ]
    return Label(
        syringe=syringe,
        attempt=attempt,
        contents=contents,
        total=Quantity(syringe.volume, VOLUME),
        route=cocktail.route,
        prepared_by=names.get(attempt.preparer_id, ""),
        released_by=names.get(attempt.releaser_id or 0, ""),
        self_checked=attempt.self_released or attempt.self_verified,
        zone=cocktail.policies.zone,
    )


def _per_ml(strength, mark: str) -> str:  # type: ignore[no-untyped-def]
    return "" if strength is None else show_concentration(strength.amount, strength.volume, mark)
