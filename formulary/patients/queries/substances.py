"""What a patient may be allergic to: substances, their other names, excipients, and groups."""

from dataclasses import dataclass

from formulary.catalogue import queries as catalogue
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
        """`ingredient:17` or `group:sulfite`."""
        return f"group:{self.group_word}" if self.group_word else f"ingredient:{self.ingredient_id}"


def substances(text: str) -> list[Substance]:
    """Groups and substances whose name, other name or meaning holds the text; most 25 of each."""
    part = fold(text)
    return [*_groups(part), *_ingredients(text)] if part else []


def _groups(part: str) -> list[Substance]:
    rows = (row for row in catalogue.groups() if row.is_allergy)
    found = [row for row in rows if part in fold(row.word) or part in fold(row.meaning)]
    return [Substance(_words(row.word), f"group: {row.meaning}", group_word=row.word) for row in found[:MOST]]


def _ingredients(text: str) -> list[Substance]:
    return [Substance(row.name, row.role, ingredient_id=row.id) for row in catalogue.ingredients(text)[:MOST]]


def _words(word: str) -> str:
    return word.replace("_", " ")
