"""How a cocktail differs from the last session, told without a figure: its doses are entered blind."""

from collections.abc import Iterator
from dataclasses import dataclass

from formulary.accounts import Actor
from formulary.catalogue.models import Product
from formulary.cocktails import queries
from formulary.cocktails.models import Cocktail, CocktailLine, Revision


@dataclass(frozen=True)
class Since:
    """The last session, and in words what is otherwise than there; `code` is empty where there was none."""

    code: str
    changes: tuple[str, ...]

    @property
    def words(self) -> str:
        """The sentence over the list."""
        if not self.code:
            return "Nothing was given here before."
        return (
            f"Otherwise than the last session, {self.code}:" if self.changes else f"As the last, {self.code}."
        )


def since_last(cocktail: Cocktail, revision: Revision, by: Actor) -> Since:
    """What changed since the last cocktail that this patient was given here."""
    last = queries.last_given(cocktail.patient_id, by)
    if last is None:
        return Since("", ())
    return Since(last.code, tuple(_changes(queries.revision(last), revision)))


def _changes(old: Revision, new: Revision) -> Iterator[str]:
    before = {line.product_id: line for line in old.lines}
    now = {line.product_id: line for line in new.lines}
    yield from (f"{_name(now[key].product)} is new" for key in now if key not in before)
    yield from (f"{_name(before[key].product)} is left out" for key in before if key not in now)
    yield from (
        f"{_name(now[key].product)} has another amount"
        for key in now
        if key in before and _typed(now[key]) != _typed(before[key])
    )
    if (old.target, old.route) != (new.target, new.route):
        yield "another volume or route"


def _name(product: Product) -> str:
    return product.ingredient.name


def _typed(line: CocktailLine) -> tuple[object, ...]:
    return line.pin, line.amount, line.volume, line.unit
