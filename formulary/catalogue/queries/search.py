"""Finding substances by any part of any of their names, whatever the accents, case, marks, spaces and order.

Files are stricter: see `queries.names`.
"""

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import reduce

from rapidfuzz import fuzz
from sqlalchemy import ColumnElement, Select, and_, false, func, or_
from sqlalchemy.orm import InstrumentedAttribute, selectinload

from formulary.catalogue.models import Ingredient, Product, Synonym
from formulary.db import db

MOST = 200
MOST_NAMES = 5_000
NEAR = 5
ALIKE = 80
LEAST_LETTERS = 4
MOST_WORDS = 8
MARKS = " -,().%/+'"
ROLES = ("active", "diluent", "excipient")


@dataclass(frozen=True)
class Listed:
    """One ingredient of the list: how it is called, which other name matched, how many products it has."""

    id: int
    name: str
    klass: str
    role: str
    other_names: tuple[str, ...]
    products: int
    do_not_mix: bool
    high_alert: bool


def fold(text: str) -> str:
    """The text as a search compares it: lower case, without accents and marks, words parted by one space."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    kept = (c if c.isalnum() else " " for c in apart if not unicodedata.combining(c))
    return " ".join("".join(kept).split())


def ingredients(text: str = "", role: str = "") -> list[Listed]:
    """Ingredients whose names, class and products hold every word typed, or the letters without their spaces.

    A single letter is no word. At most 200 in three queries; whole names first, then beginnings, then by
    name.
    """
    words = fold(text).split()[:MOST_WORDS]
    if text.strip() and not words:
        return []
    query = _of_role(db.select(Ingredient), role).order_by(func.lower(Ingredient.name)).limit(MOST)
    if words:
        each = and_(*map(_holding, words)) if min(map(len, words)) > 1 else false()
        query = query.where(or_(_holding("".join(words)), each))
    rows = db.session.scalars(query.options(selectinload(Ingredient.synonyms))).all()
    return _listed(sorted(rows, key=lambda row: _rank(" ".join(words), row)))


def how_many(*roles: str) -> int:
    """How many ingredients play one of these roles."""
    query = db.select(func.count()).select_from(Ingredient).where(Ingredient.role.in_(roles))
    return db.session.scalar(query) or 0


def to_pick(text: str, *roles: str) -> tuple[list[Listed], bool]:
    """Ingredients of these roles that a picker offers, and whether they are only spelt nearly so.

    At most 200 of each role; without a text the first by name.
    """
    found = [row for role in roles for row in ingredients(text, role)]
    if found or not text.strip():
        return found, False
    return [row for role in roles for row in alike(text, role)], True


def alike(text: str, role: str = "") -> list[Listed]:
    """Up to five ingredients with a name or a word of one that differs from the text by a slip of the hand.

    Six queries; no more than 5,000 names are read, and fewer than four letters are like everything.
    """
    wanted = fold(text).replace(" ", "")
    if len(wanted) < LEAST_LETTERS:
        return []
    best: dict[int, int] = {}
    for key, name in _names(role):
        best[key] = max(best.get(key, 0), *(_likeness(wanted, part) for part in _parts(name)))
    nearest = sorted((key for key, like in best.items() if like >= ALIKE), key=lambda key: (-best[key], key))
    return _listed(_rows(nearest[:NEAR]))


def _of_role(query: Select, role: str) -> Select:  # type: ignore[type-arg]
    return query.where(Ingredient.role == role) if role in ROLES else query


def _holding(part: str) -> ColumnElement[bool]:
    """Ingredients with these letters in their name, class, another name or a product's."""
    named = db.select(Synonym.ingredient_id).where(_holds(Synonym.folded, part))
    sold = db.select(Product.ingredient_id).where(_holds(Product.name, part))
    own = (_holds(Ingredient.name, part), _holds(Ingredient.klass, part))
    return or_(*own, Ingredient.id.in_(named), Ingredient.id.in_(sold))


def _holds(column: InstrumentedAttribute[str], part: str) -> ColumnElement[bool]:
    """Whether a column holds these letters, its case, spaces and marks aside."""
    bare = reduce(lambda made, mark: func.replace(made, mark, ""), MARKS, func.lower(column))
    return bare.contains(part, autoescape=True)


def _rank(typed: str, row: Ingredient) -> tuple[bool, bool, str]:
    names = [fold(name) for name in (row.name, *(synonym.name for synonym in row.synonyms))]
    begins = any(name.startswith(typed) for name in names)
    return bool(typed) and typed not in names, bool(typed) and not begins, row.name.casefold()


def _names(role: str) -> Iterator[tuple[int, str]]:
    """Every name under which an ingredient is known, by its id."""
    own = _of_role(db.select(Ingredient.id, Ingredient.name), role)
    others = _of_role(db.select(Synonym.ingredient_id, Synonym.folded).join(Ingredient), role)
    sold = _of_role(db.select(Product.ingredient_id, Product.name).join(Ingredient), role)
    for query in (own, others, sold):
        yield from (tuple(row) for row in db.session.execute(query.limit(MOST_NAMES)))


def _parts(name: str) -> Iterable[str]:
    words = fold(name).split()
    return {"".join(words), *(word for word in words if len(word) >= LEAST_LETTERS)}


def _likeness(one: str, other: str) -> int:
    """How alike two words are, in percent; 0 below what counts."""
    return int(fuzz.ratio(one, other, score_cutoff=ALIKE))


def _rows(ids: list[int]) -> list[Ingredient]:
    query = db.select(Ingredient).where(Ingredient.id.in_(ids)).options(selectinload(Ingredient.synonyms))
    found = {row.id: row for row in db.session.scalars(query)}
    return [found[key] for key in ids]


def _listed(rows: list[Ingredient]) -> list[Listed]:
    ids = [row.id for row in rows]
    query = db.select(Product.ingredient_id, func.count()).where(Product.ingredient_id.in_(ids))
    counts = {row[0]: row[1] for row in db.session.execute(query.group_by(Product.ingredient_id))}
    return [
        Listed(
            row.id,
            str(row),
            row.klass,
            row.role,
            tuple(synonym.name for synonym in row.synonyms),
            counts.get(row.id, 0),
            row.do_not_mix,
            row.high_alert,
        )
        for row in rows
    ]
