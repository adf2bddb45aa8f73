"""What a patient may be allergic to: substances, their other names, excipients, and groups."""

from dataclasses import dataclass

from sqlalchemy import func, or_

from formulary.catalogue.models import Ingredient, SubstanceGroup, Synonym
from formulary.db import db
from formulary.patients.queries.names import fold

MOST = 25


@dataclass(frozen=True)
class Substance:
    """One thing that an allergy can be noted to; `ref` is what a form sends back."""

    name: str
    kind: str
    ingredient_id: int | None = None
    group_word: str | None = None

    @property
    def ref(self) -> str:
        """`ingredient:17`, `group:sulfite`, or `words` for what the catalogue does not hold."""
        if self.ingredient_id is not None:
            return f"ingredient:{self.ingredient_id}"
        return f"group:{self.group_word}" if self.group_word else "words"


def substances(text: str) -> list[Substance]:
    """Groups and substances whose name, other name or meaning holds the text; most 25 of each."""
    part = fold(text)
    return [*_groups(part), *_ingredients(part, text.strip().lower())] if part else []


def _groups(part: str) -> list[Substance]:
    meant = func.lower(SubstanceGroup.meaning).contains(part, autoescape=True)
    named = func.replace(SubstanceGroup.word, "_", " ").contains(part, autoescape=True)
    query = db.select(SubstanceGroup).where(SubstanceGroup.is_allergy, or_(named, meant))
    rows = db.session.scalars(query.order_by(SubstanceGroup.word).limit(MOST))
    return [
        Substance(row.word.replace("_", " "), f"group: {row.meaning}", group_word=row.word) for row in rows
    ]


def _ingredients(part: str, typed: str) -> list[Substance]:
    other = db.select(Synonym.ingredient_id).where(Synonym.folded.contains(part, autoescape=True))
    name = func.lower(Ingredient.name)
    wanted = or_(
        name.contains(typed, autoescape=True), name.contains(part, autoescape=True), Ingredient.id.in_(other)
    )
    rows = db.session.scalars(db.select(Ingredient).where(wanted).order_by(Ingredient.name).limit(MOST))
    return [Substance(row.name, row.role, ingredient_id=row.id) for row in rows]
