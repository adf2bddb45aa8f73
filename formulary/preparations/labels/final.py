"""The label of a released cocktail: achieved amounts, total, beyond-use date and time, who prepared and
checked.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from formulary.accounts import queries as accounts
from formulary.preparations.labels.achieved import solution_of
from formulary.preparations.labels.words import KEEP, ROUTES
from formulary.preparations.models import Attempt, Syringe
from formulary.rules.facts import Cocktail, Draw
from formulary.rules.findings import joined
from formulary.rules.formulation import Solved, strength_words
from formulary.rules.lot_status import stamp_words
from formulary.rules.units import VOLUME, Quantity, show


@dataclass(frozen=True)
class Content:
    """One ingredient on the label: what it is, how much is in this container, and per mL."""

    name: str
    amount: str
    per_ml: str


@dataclass(frozen=True)
class Label:
    """One container's label, in words."""

    code: str
    container: str
    patient: str
    patient_code: str
    born_on: date
    contents: list[Content]
    total: str
    route: str
    area: str
    beyond_use: str
    limited_by: str
    storage: str
    prepared_by: str
    released_by: str
    self_checked: bool
    as_supplied: str
    prints: int

    @property
    def again(self) -> str:
        """Which print it is, where it is not the first."""
        return f"print {self.prints}" if self.prints > 1 else ""


def labels(attempt: Attempt, syringes: Sequence[Syringe], told: Cocktail, area: str) -> list[Label]:
    """The labels of the containers of a released attempt."""
    names = accounts.person_names({attempt.preparer_id, attempt.releaser_id})
    return [_label(attempt, syringe, told, names, area) for syringe in syringes]


def _label(attempt: Attempt, syringe: Syringe, told: Cocktail, names: dict[int, str], area: str) -> Label:
    mark, patient = told.policies.decimal_mark, attempt.cocktail.patient
    share = Fraction(syringe.volume, attempt.total or 1)
    return Label(
        code=syringe.code,
        container=f"{syringe.number} of {syringe.of}",
        patient=patient.name,
        patient_code=patient.code,
        born_on=patient.born_on,
        contents=[_content(solved, share, mark) for solved in solution_of(told).lines],
        total=show(Quantity(syringe.volume, VOLUME), mark=mark),
        route=ROUTES.get(told.route, told.route),
        area=area,
        beyond_use=stamp_words(attempt.beyond_use_at, told.policies.zone) if attempt.beyond_use_at else "",
        limited_by=attempt.beyond_use_limit,
        storage=KEEP[attempt.storage],
        prepared_by=names.get(attempt.preparer_id, ""),
        released_by=names.get(attempt.releaser_id or 0, ""),
        self_checked=attempt.self_released or attempt.self_verified,
        as_supplied=supplied_words(told.draws) if attempt.cocktail.is_direct else "",
        prints=syringe.printed,
    )


def supplied_words(draws: Sequence[Draw]) -> str:
    """What was done to a product that is given as it came: nothing, or with what its powder was dissolved."""
    mixed = sorted({draw.stock.diluent.lot for draw in draws if draw.stock.diluent is not None})
    return f"As supplied, dissolved with lot {joined(mixed)}." if mixed else "As supplied, not mixed."


def _content(solved: Solved, share: Fraction, mark: str) -> Content:
    """The amount in this container; a diluent's is its volume, and it has no strength."""
    dose, per_ml = solved.achieved_dose, solved.achieved_concentration
    if dose is None or per_ml is None or solved.line.product.ingredient.is_diluent:
        return Content(solved.name, show(solved.achieved_volume * share, mark=mark), "")
    return Content(solved.name, show(dose * share, mark=mark), strength_words(per_ml, mark))
