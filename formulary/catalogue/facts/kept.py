"""What the rules are told of the catalogue, kept in memory for as long as the catalogue stays as it is.

The catalogue is read with every check and changes now and then. A row of the database names its edition: a
random token, which triggers renew in the transaction of any change, through whatever door. Each asking reads
that one row, by the same transaction as all else, and what is kept under another token is not used. So a
change counts from its commit on, in every process, and one that is rolled back was never seen.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from threading import Lock
from typing import Any, TypeVar, cast

from formulary.catalogue import queries
from formulary.catalogue.facts import devices, rules, safety, substances, washouts
from formulary.catalogue.models import Edition
from formulary.db import Missing, db, rows_of
from formulary.rules import facts

EDITIONS, PRODUCTS = 4, 1_000
"""So many editions are kept at most, and of each so many products: each by day, as limits hold by day."""

T = TypeVar("T")
Key = tuple[int, date | None]


@dataclass(frozen=True)
class Book:
    """One edition, as far as it was asked for; a catalogue without a token is read anew each time."""

    token: str | None
    _tables: dict[str, object] = field(default_factory=dict)
    _products: OrderedDict[Key, facts.Product] = field(default_factory=OrderedDict)
    _lock: Any = field(default_factory=Lock)

    def products(self, product_ids: Iterable[int], on: date | None = None) -> dict[int, facts.Product]:
        """The facts of these products by id, with the limits in force on a day; Missing where one is not
        there.

        Without a day the limits are those that are approved and that nothing has replaced.
        """
        wanted = sorted(set(product_ids))
        found = self._kept(wanted, on)
        if lacking := wanted_but(wanted, found):
            read = substances.read_products(lacking, on, self.routes())
            if gone := wanted_but(lacking, read):
                raise Missing(f"No product {gone}")
            self._keep({(key, on): read[key] for key in lacking})
            found |= read
        return {key: found[key] for key in wanted}

    def compatibilities(self) -> tuple[facts.Compatibility, ...]:
        """The rules about mixing; selectors name ingredients by id."""
        return self.table("mixing", lambda: rules.of_kinds(*rules.MIXING))

    def routes(self) -> tuple[facts.Compatibility, ...]:
        """The rules against a route."""
        return self.table("routes", lambda: rules.of_kinds("route"))

    def precautions(self) -> facts.Precautions:
        """Contraindications, cross-reactivity and schedules; questions are named by word."""
        return self.table("precautions", safety.precautions)

    def syringes(self) -> tuple[facts.Syringe, ...]:
        """The measuring devices in use, smallest first."""
        return self.table("syringes", devices.syringes)

    def medicine_kinds(self) -> tuple[washouts.Kind, ...]:
        """The kinds of medicine that are asked for, with all that sources say of each."""
        return self.table("medicine kinds", washouts.medicine_kinds)

    def in_group(self, word: str) -> frozenset[int]:
        """The ingredients of a group."""
        return self.table(f"group {word}", lambda: queries.in_group(word))

    def listed(self) -> tuple[substances.Listed, ...]:
        """Every product by name, with its key and its ingredient's."""
        return self.table("listed", substances.listed)

    def table(self, name: str, read: Callable[[], T]) -> T:
        """What is kept under a name, read where it is not yet there: of tables whose changes renew the token.

        What is kept is shared by all: facts that cannot change, and no rows of a session.
        """
        if name not in self._tables:
            found = read()
            if not self._stands():
                return found
            self._tables[name] = found
        return cast(T, self._tables[name])

    def _kept(self, wanted: Iterable[int], on: date | None) -> dict[int, facts.Product]:
        with self._lock:
            there = [key for key in wanted if (key, on) in self._products]
            for key in there:
                self._products.move_to_end((key, on))
            return {key: self._products[key, on] for key in there}

    def _keep(self, read: dict[Key, facts.Product]) -> None:
        if not self._stands():
            return
        with self._lock:
            self._products.update(read)
            while len(self._products) > PRODUCTS:
                self._products.popitem(last=False)

    def _stands(self) -> bool:
        """Whether the catalogue is still of this edition: then all that was read since is of it too."""
        return self.token is not None and self.token == _token()


_books: OrderedDict[str, Book] = OrderedDict()
_shelf = Lock()


def now() -> Book:
    """The catalogue as it is now, for one gathering of facts; reads one row."""
    token = _token()
    if token is None:
        return Book(None)
    with _shelf:
        book = _books.setdefault(token, Book(token))
        _books.move_to_end(token)
        while len(_books) > EDITIONS:
            _books.popitem(last=False)
        return book


def _token() -> str | None:
    return next((token for (token,) in rows_of(TOKEN)), None)


TOKEN = db.select(Edition.token)


def wanted_but(wanted: Iterable[int], found: Iterable[int]) -> list[int]:
    """What is wanted and not found."""
    there = set(found)
    return [key for key in wanted if key not in there]


def products(product_ids: Iterable[int], on: date | None = None) -> dict[int, facts.Product]:
    """The facts of these products by id, as `Book.products`; Missing where one is not there."""
    return now().products(product_ids, on)


def product(product_id: int) -> facts.Product:
    """The facts of one product; Missing when it does not exist."""
    return products([product_id])[product_id]


def compatibilities() -> tuple[facts.Compatibility, ...]:
    """The rules about mixing; selectors name ingredients by id."""
    return now().compatibilities()


def precautions() -> facts.Precautions:
    """Contraindications, cross-reactivity and schedules; questions are named by word."""
    return now().precautions()


def syringes() -> tuple[facts.Syringe, ...]:
    """The measuring devices in use, smallest first."""
    return now().syringes()


def medicines_told(rows: Sequence[Any], book: Book | None = None) -> tuple[facts.Medicine, ...]:
    """What is taken by these rows, in their order, each with all that sources say of its kind.

    A row has `name`, `taking`, `choice`, `started_on`, `last_taken_on`, `closed_on` and `kind_id`; one query
    where one is of a kind, and two more where the catalogue changed.
    """
    if not any(row.kind_id is not None for row in rows):
        return tuple(washouts.medicine(row, None) for row in rows)
    kinds = {kind.id: kind for kind in (book or now()).medicine_kinds()}
    return tuple(washouts.medicine(row, kinds.get(row.kind_id)) for row in rows)
