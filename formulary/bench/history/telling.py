"""A whole history in transactions of a bounded size, the same for the same seed, catalogue and instant."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import islice
from random import Random

from formulary.accounts import Operator
from formulary.bench.history.book import Book
from formulary.bench.history.days import Days
from formulary.bench.history.ground import stand_on
from formulary.bench.history.lots import Lots, serving
from formulary.bench.history.people import People
from formulary.bench.history.recipes import Recipe, make_recipes
from formulary.bench.history.vials import Vials
from formulary.bench.history.wares import Ware
from formulary.db import transaction
from formulary.rules.findings import refuse

AT_ONCE = 200
"""How many acts one transaction writes: what is held in memory, and for how long others wait."""
MOST = 1_000_000
CONTAINERS = 10


@dataclass(frozen=True)
class Wanted:
    """How much history: cocktails over so many days, lots that only lie on the shelf, which dice.

    `per_lot` says after how many cocktails one lot is followed by the next, product by product.
    """

    cocktails: int
    seed: int = 1
    days: int = 365
    lots: int = 0
    per_lot: tuple[int, ...] = (50, 500)
    site: str | None = None


@dataclass(frozen=True)
class Progress:
    """How far a history is told: so many of so many."""

    done: int
    of: int
    what: str


def generate(wanted: Wanted, *, at: datetime, by: Operator) -> Iterator[Progress]:
    """Write the history that ends at `at`, and say after each transaction how far it is.

    Refuses in words where there is no site, no catalogue, or patients who are not invented. What is written
    when it is interrupted is whole in itself.
    """
    _makes_sense(wanted)
    dice = Random(wanted.seed)  # noqa: S311 - the same history for the same seed
    with transaction():
        ground = stand_on(wanted.site, asdict(wanted), at=at, by=by)
        recipes = make_recipes(ground.wares, dice)
    book = Book(ground)
    lots = Lots(book, dice, _serving(recipes, wanted.per_lot))
    if wanted.cocktails:
        vials = Vials(book, lots, recipes[0].diluent)
        days = Days(book, People(book, vials, dice, recipes), dice, wanted.cocktails, wanted.days, at)
        yield from _written(book, days.acts(), "cocktails", wanted.cocktails)
    if wanted.lots:
        yield from _written(book, _lying(lots, ground.wares, wanted.lots, at), "lots", wanted.lots)


def _makes_sense(wanted: Wanted) -> None:
    for name in ("cocktails", "lots"):
        if not 0 <= getattr(wanted, name) <= MOST:
            reason = f"{getattr(wanted, name)} {name} cannot be invented."
            raise refuse("history.too_many", name, reason, f"Ask for 0 to {MOST:,}.")
    if not 1 <= wanted.days <= 10 * 365:
        reason = f"A history of {wanted.days} days cannot be invented."
        raise refuse("history.days", "days", reason, "Ask for 1 to 3,650.")


def _written(book: Book, acts: Iterator[int], what: str, of: int) -> Iterator[Progress]:
    """Let the acts be told, so many to a transaction; each answers how many it counts for."""
    done, told = 0, True
    while told:
        with transaction():
            book.open()
            counts = list(islice(acts, AT_ONCE))
            book.save()
        told, done = bool(counts), done + sum(counts)
        if told:
            yield Progress(done, of, what)


def _serving(recipes: list[Recipe], per_lot: tuple[int, ...]) -> dict[int, int]:
    """After how many cocktails each product's lot is followed by the next."""
    used = dict.fromkeys(ware for recipe in recipes for ware in recipe.tested)
    return serving(list(used), recipes[0].diluent, per_lot)


def _lying(lots: Lots, wares: tuple[Ware, ...], count: int, at: datetime) -> Iterator[int]:
    """Lots that came in and only lie there, product by product."""
    by = lots.book.ground.staff["verifier"]
    for number in range(count):
        lots.receive(wares[number % len(wares)], CONTAINERS, at=at, by=by)
        yield 1
