"""Which lot a row means: one on record, one that the list itself brings, or one that must be asked about."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

from formulary.exchange.queries import KnownLot, known_lots
from formulary.rules import lot_status
from formulary.rules.lot_status import NOT_ON_RECORD, day_words
from formulary.web.tables import BadCell

normalise = lru_cache(10_000)(lot_status.normalise)
near = lru_cache(10_000)(lot_status.near)
ANOTHER = "Correct it, or write yes under “another lot”."
Key = tuple[int, str]


@dataclass
class Meant:
    """A lot that rows mean: its number as first written, its expiry once told, its key once made."""

    product_id: int
    number: str
    expires_on: date
    line: int = 0
    id: int | None = None
    on_record: bool = False

    @property
    def where(self) -> str:
        """Where it is told of."""
        return "on record" if self.on_record else f"in line {self.line}"

    def had(self, number: str) -> bool:
        """Whether this is no longer its number: it was corrected since."""
        return normalise(number) != normalise(self.number)

    def called(self, number: str) -> str:
        """Its number, with the earlier one by which a row names it."""
        return f"{self.number} (earlier number {number})" if self.had(number) else self.number


@dataclass
class Lots:
    """The lots of a list, and those on record that its rows may mean."""

    _meant: dict[Key, list[Meant]] = field(default_factory=dict)
    _near: dict[Key, set[str]] = field(default_factory=dict)
    _known: dict[int, Meant] = field(default_factory=dict)
    _asked: set[Key] = field(default_factory=set)
    changed: list[Meant] = field(default_factory=list)

    def read(self, wanted: Iterable[tuple[int, str]]) -> None:
        """Read what is on record of these (product, number), once for each."""
        fresh = {(product, normalise(number)) for product, number in wanted} - self._asked
        if fresh:
            self._asked |= fresh
            for known in known_lots({key[0] for key in fresh}, {key[1] for key in fresh}):
                self._add_known(known)

    def find(self, product_id: int, number: str, expiry: date | None, *, line: int, another: bool) -> Meant:
        """The lot that a row means: one with this number, else one that had it until it was corrected.

        A row that says `another` never means a lot that merely had it. BadCell where it could be another.
        """
        known = self._meant.get((product_id, normalise(number)), [])
        same = [meant for meant in known if not (another and meant.had(number))]
        fits = [meant for meant in same if expiry in (None, meant.expires_on)]
        if fits:
            return _only_one(fits if expiry is None else _nearest(fits, number))
        untold = [meant for meant in _nearest(same, number) if meant.expires_on == NOT_ON_RECORD]
        if untold and expiry is not None and not another:
            return self._tell(_only_one(untold), expiry)
        if not another:
            self._ask(product_id, number, _nearest(same, number))
        return self._new(Meant(product_id, number, expiry or NOT_ON_RECORD, line))

    def _tell(self, meant: Meant, expiry: date) -> Meant:
        meant.expires_on = expiry
        self.changed.append(meant)
        return meant

    def _ask(self, product_id: int, number: str, same: list[Meant]) -> None:
        for meant in same:
            told = meant.called(number)
            why = f"Lot {told} is {meant.where} with the expiry {day_words(meant.expires_on)}."
            raise BadCell(why, ANOTHER)
        alike = self._near.get((product_id, _bare(number)), set())
        if alike:
            why = f"It looks like lot {', '.join(sorted(alike))}, which is known, and is not the same."
            raise BadCell(why, ANOTHER)

    def _new(self, meant: Meant) -> Meant:
        return self._put(meant.number, meant)

    def _put(self, number: str, meant: Meant) -> Meant:
        self._meant.setdefault((meant.product_id, normalise(number)), []).append(meant)
        self._near.setdefault((meant.product_id, _bare(number)), set()).add(meant.number)
        return meant

    def _add_known(self, known: KnownLot) -> None:
        there = self._meant.get((known.product_id, known.normalised), [])
        if all(meant.id != known.id for meant in there):
            fresh = Meant(known.product_id, known.number, known.expires_on, 0, known.id, on_record=True)
            self._put(known.normalised, self._known.setdefault(known.id, fresh))


def _nearest(lots: list[Meant], number: str) -> list[Meant]:
    """Those of them with this very number; else those that have it spelt otherwise; else all."""
    very = [meant for meant in lots if meant.number == number]
    return very or [meant for meant in lots if not meant.had(number)] or lots


def _only_one(lots: list[Meant]) -> Meant:
    if len(lots) > 1:
        told = "; ".join(f"lot {meant.number}, {day_words(meant.expires_on)}" for meant in lots)
        why = "More than one lot has or had this number."
        raise BadCell(why, f"Write the number and the expiry of the one: {told}.")
    return lots[0]


def _bare(number: str) -> str:
    """A number as a tired eye reads it, and as a spreadsheet leaves it: without zeros before digits."""
    read = near(number)
    return read.lstrip("0") if read.isdigit() else read
