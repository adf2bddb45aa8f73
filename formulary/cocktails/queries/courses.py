"""What else was ordered for a patient, at any site of the organisation: one query, whatever is on record."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Integer, bindparam

from formulary.catalogue.models import Product
from formulary.cocktails.models import EMERGENCY, Cocktail, CocktailLine, Revision, Transition
from formulary.db import db, rows_of
from formulary.patients import queries as patients

NEVER_GIVEN = ("draft", "cancelled", "wasted")
MOST = 500


TOLD = (
    Cocktail.code, Cocktail.state, Cocktail.outcome, Cocktail.is_top_up, Cocktail.planned_for,
    Cocktail.recorded,
)  # fmt: skip
CURRENT = db.and_(Revision.cocktail_id == Cocktail.id, Revision.number == Cocktail.revision_number)
BEGUN = db.and_(
    Transition.cocktail_id == Cocktail.id,
    db.or_(Transition.to_state == "administering", Transition.from_state == EMERGENCY),
)
"""When a session began; what was given in an emergency went straight to the patient."""
ORDERED_FOR = (
    db.select(Cocktail.id, Product.ingredient_id, *TOLD, db.func.min(Transition.at))
    .join(Revision, CURRENT)
    .join(CocktailLine, CocktailLine.revision_id == Revision.id)
    .join(Product, Product.id == CocktailLine.product_id)
    .outerjoin(Transition, BEGUN)
    .where(patients.own(Cocktail.patient_id, bindparam("patient_id", type_=Integer)))
    .where(Cocktail.state.not_in(NEVER_GIVEN), Cocktail.outcome != "not_given")
    .where(Product.ingredient_id.in_(bindparam("ingredients", expanding=True)))
    .where(Cocktail.id != bindparam("but_not", type_=Integer))
    .group_by(Cocktail.id, Product.ingredient_id, *TOLD)
    .order_by(Cocktail.id.desc())
    .limit(bindparam("most", type_=Integer))
)
"""Made once: it takes longer to make than to answer, and every check asks it."""


@dataclass
class Ordered:
    """One signed cocktail of the patient, and which of the ingredients asked for are in it."""

    code: str
    state: str
    outcome: str
    is_top_up: bool
    planned_for: datetime | None
    recorded: str
    given_at: datetime | None
    ingredients: set[int] = field(default_factory=set)


def ordered_for(
    patient_id: int, ingredient_ids: Collection[int], *, but_not: int | None, most: int = MOST
) -> tuple[list[Ordered], bool]:
    """Signed cocktails with one of these ingredients, newest first, and whether there are more.

    A session that was not given counts for nothing; `but_not` is the cocktail that asks.
    """
    asked = {"patient_id": patient_id, "ingredients": list(ingredient_ids), "but_not": but_not or 0}
    rows = rows_of(ORDERED_FOR, **asked, most=most + 1)
    found: dict[int, Ordered] = {}
    for key, ingredient_id, *told in rows[:most]:
        found.setdefault(key, Ordered(*told)).ingredients.add(ingredient_id)
    return list(found.values()), len(rows) > most
