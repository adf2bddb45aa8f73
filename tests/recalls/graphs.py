"""Histories nobody wrote, as bare facts: made from, mixed, drawn, given, merged; and who was reached, worked
out backwards from what is in everybody.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from formulary.rules.trace import Node

FIRST = 500_000
"""The keys begin far above any that a clinic has."""
NUMBERS, PATIENTS = ("AB-1", "AB 2", "CD/3"), 3
GIVEN, LIVE = ("given", "partly_given"), ("in_preparation", "prepared", "released", "administering")
STATES = (*GIVEN, "wasted", "not_given", *LIVE, "given", "cancelled")
"""A session's outcome stands for the state of its cocktail."""


def key(place: int) -> int:
    """The key of the row at a place of its list."""
    return FIRST + place


@dataclass(frozen=True)
class Went:
    """Something of a vial went into the vial, cocktail or test at a place of its list; whether it stands."""

    vial: int
    into: int
    stands: bool


@dataclass(frozen=True)
class Graph:
    """What happened. Each entry names others by their places; `lots` are (number, product, made from),
    `vials` are of a lot, `cocktails` and `tests` of a patient, `earlier` of a patient and a lot; `loose` are
    (test, lot, how): what was tested from no vial, and whether the ledger tells of it (HOW).
    """

    lots: tuple[tuple[int, int, int | None], ...]
    vials: tuple[int, ...]
    mixings: tuple[Went, ...]
    cocktails: tuple[tuple[int, str], ...]
    draws: tuple[Went, ...]
    tests: tuple[int, ...]
    spots: tuple[Went, ...]
    loose: tuple[tuple[int, int, str], ...]
    earlier: tuple[tuple[int, int], ...]
    merged: tuple[int | None, ...]

    def kept(self, patient: int) -> int:
        """The record that was kept of a patient."""
        other = self.merged[patient]
        return patient if other is None else other

    def origins(self, lot: int) -> set[int]:
        """The lot and all it was made from."""
        made_from = self.lots[lot][2]
        return {lot} | (set() if made_from is None else self.origins(made_from))

    def poured(self, vial: int, every: bool) -> set[int]:
        """The lots in what it was mixed with; `every` counts also what was taken back."""
        fluids = [one.vial for one in self.mixings if one.into == vial and (one.stands or every)]
        return set().union(*(self.lots_in(fluid, every) for fluid in fluids))

    def lots_in(self, vial: int, every: bool) -> set[int]:
        """All lots that are in a vial."""
        return self.origins(self.vials[vial]) | self.poured(vial, every)

    def contents(self, every: bool) -> dict[Node, set[int]]:
        """Each thing with all lots in it: what the trace of any lot must come to."""
        found: dict[Node, set[int]] = {}
        self._put(found, "lot", enumerate(self.origins(lot) for lot in range(len(self.lots))))
        self._put(found, "vial", enumerate(self.origins(lot) for lot in self.vials))
        mixed = {one.into for one in self.mixings if one.stands or every}
        self._put(found, "mixture", ((vial, self.lots_in(vial, every)) for vial in mixed))
        for kind, gone in (("cocktail", self.draws), ("test", self.spots)):
            rows = ((one.into, self.lots_in(one.vial, every)) for one in gone if one.stands or every)
            self._put(found, kind, rows)
        noted = ((test, self.origins(lot)) for test, lot, how in self.loose if every or how != "taken back")
        self._put(found, "test", noted)
        self._put(found, "earlier", enumerate(self.origins(lot) for _, lot in self.earlier))
        self._put(found, "patient", self._reached(found))
        return found

    def _put(self, found: dict[Node, set[int]], kind: str, rows: Iterable[tuple[int, set[int]]]) -> None:
        for place, lots in list(rows):
            found.setdefault(Node(kind, key(place)), set()).update(lots)

    def _reached(self, found: dict[Node, set[int]]) -> Iterator[tuple[int, set[int]]]:
        given = [("cocktail", n, who) for n, (who, state) in enumerate(self.cocktails) if state in GIVEN]
        tested = [("test", n, who) for n, who in enumerate(self.tests)]
        told = [("earlier", n, who) for n, (who, _) in enumerate(self.earlier)]
        for kind, place, patient in (*given, *tested, *told):
            lots = found.get(Node(kind, key(place)), set())
            yield patient, lots
            yield self.kept(patient), lots


HOW = ("noted", "booked", "taken back")
PLACE = st.integers(0, 11)
WENT = st.tuples(PLACE, PLACE, st.sampled_from((True, True, False)))


def went(rows: Iterable[tuple[int, int, bool]], vials: int, targets: int) -> tuple[Went, ...]:
    """Rows of numbers as what went from one of so many vials into one of so many others."""
    return tuple(Went(vial % vials, into % targets, stands) for vial, into, stands in rows)


@st.composite
def graphs(draw: Any) -> Graph:
    """A few lots under fewer numbers, some made from others, and what became of them.

    What a vial was mixed with stood before it in the list, so that nothing was mixed with itself; what was
    tested from no vial is of the last test, and nothing else is.
    """

    def many(what: Any, least: int, most: int) -> list[Any]:
        return draw(st.lists(what, min_size=least, max_size=most))  # type: ignore[no-any-return]

    two, three = st.tuples(PLACE, PLACE), st.tuples(PLACE, PLACE, PLACE)
    lots = [
        (number % len(NUMBERS), product % 3, made_from % place if place and made_from > 2 else None)
        for place, (number, product, made_from) in enumerate(many(three, 2, 6))
    ]
    vials = [lot % len(lots) for lot in many(PLACE, 2, 7)]
    poured = [(one, 1 + into % (len(vials) - 1), ok) for one, into, ok in many(WENT, 1, 4)]
    mixings = [Went(one % into, into, ok) for one, into, ok in poured]
    cocktails = [(who % PATIENTS, STATES[state % len(STATES)]) for who, state in many(two, 2, 5)]
    tests = [who % PATIENTS for who in many(PLACE, 2, 4)]
    draws = went(many(WENT, 1, 9), len(vials), len(cocktails))
    spots = went(many(WENT, 1, 4), len(vials), len(tests) - 1)
    last = {lot % len(lots): HOW[how % len(HOW)] for lot, how in many(two, 0, 2)}
    loose = [(len(tests) - 1, lot, how) for lot, how in last.items()]
    earlier = [(who % PATIENTS, lot % len(lots)) for who, lot in many(two, 0, 2)]
    kept, gone = draw(PLACE) % PATIENTS, many(st.booleans(), PATIENTS, PATIENTS)
    merged = [kept if is_gone and place != kept else None for place, is_gone in enumerate(gone)]
    lists = (lots, vials, mixings, cocktails, draws, tests, spots, loose, earlier, merged)
    return Graph(*(tuple(rows) for rows in lists))  # type: ignore[arg-type]
