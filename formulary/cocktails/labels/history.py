"""What a patient was given before, line by line: the doses that stand beside what is typed now."""

from datetime import datetime

from formulary.accounts import Actor
from formulary.cocktails import queries
from formulary.cocktails.models import Cocktail
from formulary.rules.facts import Line
from formulary.rules.findings import joined
from formulary.rules.lot_status import day_of, day_words

MOST = 3


def last_doses(to: Cocktail, lines: tuple[Line, ...], *, by: Actor, zone: str) -> dict[int, str]:
    """By the number of a line, what was prescribed and given of its ingredient in the sessions before."""
    given: dict[int, list[tuple[str, datetime]]] = {}
    for ingredient_id, dose, at in queries.given_before(to, by):
        given.setdefault(ingredient_id, []).append((dose, at))
    told = {line.number: given.get(line.product.ingredient.id, [])[:MOST] for line in lines}
    return {number: _words(doses, zone) for number, doses in told.items() if doses}


def _words(doses: list[tuple[str, datetime]], zone: str) -> str:
    return joined(f"{dose} on {day_words(day_of(at, zone))}" for dose, at in doses)
