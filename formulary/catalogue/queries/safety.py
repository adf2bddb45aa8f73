"""What speaks against a substance in a patient: rows about answers, relatives of an allergen, schedules."""

from collections.abc import Iterable

from formulary.catalogue.models import Contraindication, CrossReactivity, IngredientGroup, Schedule
from formulary.db import FRESH, db


def contraindications() -> list[Contraindication]:
    """What follows from each answer, in the order of the table."""
    query = db.select(Contraindication).order_by(Contraindication.id)
    return list(db.session.scalars(query, execution_options=FRESH))


def cross_reactivities() -> list[CrossReactivity]:
    """The groups whose members may provoke the same allergy."""
    query = db.select(CrossReactivity).order_by(CrossReactivity.word)
    return list(db.session.scalars(query, execution_options=FRESH))


def schedules() -> list[Schedule]:
    """How soon substances may be given again."""
    query = db.select(Schedule).order_by(Schedule.ingredient_id)
    return list(db.session.scalars(query, execution_options=FRESH))


def in_group(word: str) -> frozenset[int]:
    """The ingredients of a group, in one query."""
    query = db.select(IngredientGroup.ingredient_id).filter_by(word=word)
    return frozenset(db.session.scalars(query))


def groups_of(ingredient_ids: Iterable[int]) -> dict[int, frozenset[str]]:
    """The groups of these substances, in one query; none where there is nothing to ask for."""
    if not (wanted := set(ingredient_ids)):
        return {}
    query = db.select(IngredientGroup).where(IngredientGroup.ingredient_id.in_(wanted))
    found: dict[int, set[str]] = {}
    for row in db.session.scalars(query):
        found.setdefault(row.ingredient_id, set()).add(row.word)
    return {key: frozenset(words) for key, words in found.items()}
