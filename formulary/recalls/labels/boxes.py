"""The boxes of a trace, kind by kind: what is drawn, what is one box more, and what is only counted."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import NamedTuple

from formulary.recalls.queries import BOXES, FoundLot, Traced
from formulary.web.states import state
from formulary.web.words import plural

COLUMNS = (
    ("delivery",), ("lot", "made"), ("sealed", "vial"), ("mixture",), ("cocktail", "test", "earlier"),
    ("patient",),
)  # fmt: skip
NAMES = {
    "delivery": ("delivery", "deliveries"),
    "lot": ("lot", None),
    "made": ("lot", None),
    "sealed": ("sealed stock", None),
    "vial": ("vial", None),
    "mixture": ("reconstitution", None),
    "cocktail": ("cocktail", None),
    "test": ("patch test", None),
    "earlier": ("earlier use", None),
    "patient": ("patient", None),
}
MARKED = {"stop": "may still reach a patient", "held": "held"}
NOT_WITH_IT = "not with it: taken back"
"""Of what a way led to until somebody undid it."""
Day = Callable[[datetime], str]


class Box(NamedTuple):
    """One box: what it stands for, what it says, and how urgent it is ("stop", "held" or "").

    `told` is what a list says beyond `sub`; `lot_id` where the page of a lot tells more. `part` is "rest" for
    all that stand and have no box, "back" for those to which no way `stands`.
    """

    kind: str
    key: int
    title: str
    sub: str
    mark: str = ""
    told: str = ""
    lot_id: int | None = None
    part: str = ""
    stands: bool = True

    @property
    def name(self) -> str:
        """Its name in the picture."""
        return f"{self.kind}-{self.part or self.key}"

    @property
    def what(self) -> str:
        """The kind of thing in words."""
        return NAMES[self.kind][0]

    @property
    def state(self) -> str:
        """Everything that a list says of it."""
        marked = "" if self.kind == "patient" else MARKED.get(self.mark, "")
        return "; ".join(part for part in (self.sub, self.told, marked) if part)


def boxes(traced: Traced, kind: str, day: Day) -> Iterator[Box]:
    """The boxes of a kind, in the order of their urgency; what has none is counted."""
    made = {"delivery": _deliveries, "lot": _begun, "made": _made, "sealed": _sealed, "patient": _patients}
    shown = list(made.get(kind, _things)(traced, kind, day))
    yield from shown[:BOXES]
    drawn = shown[:BOXES]
    for stands, part in ((True, "rest"), (False, "back")):
        has_one = sum(1 for box in drawn if box.stands == stands)
        if (more := _count(traced, kind, stands=stands, made=len(shown)) - has_one) > 0:
            words = plural(more, *NAMES[kind])
            sub, mark = ("", _rest(traced, kind, shown[BOXES:])) if stands else (NOT_WITH_IT, "")
            title = f"+ {words}" if drawn else words
            yield Box(kind, 0, title, sub, mark, part=part, stands=stands)


def _rest(traced: Traced, kind: str, others: Iterable[Box]) -> str:
    """The worst mark of what has no box."""
    drawn = traced.shown.get(kind, ())
    marks = {box.mark for box in others}
    if kind != "lot":
        marks |= {mark for node, mark in traced.marks.items() if node.kind == kind and node not in drawn}
    return next((mark for mark in MARKED if mark in marks), "")


def _count(traced: Traced, kind: str, *, stands: bool, made: int) -> int:
    if kind in {"delivery", "lot", "made", "sealed"}:
        return made if stands else 0
    return traced.counts[kind, stands]


def _deliveries(traced: Traced, kind: str, day: Day) -> Iterator[Box]:
    for came in {row.id: row for row in traced.came}.values():
        on, by = day(came.at), came.supplier or "supplier not noted"
        title, sub = (came.note_number, f"{on}, {by}") if came.note_number else (on, by)
        yield Box(kind, came.id, title, sub)


def _begun(traced: Traced, kind: str, _day: Day) -> Iterator[Box]:
    for lot in _by_mark(traced, traced.found.exact):
        yield Box(kind, lot.id, lot.number, lot.product, traced.mark_of(lot.id), lot_id=lot.id)


def _made(traced: Traced, kind: str, _day: Day) -> Iterator[Box]:
    numbers = {lot.id: lot.number for lot in traced.found.lots}
    for lot in _by_mark(traced, traced.found.made_from_these):
        words = f"from {numbers[lot.made_from_id or 0]}"
        yield Box(kind, lot.id, lot.number, words, traced.mark_of(lot.id), lot_id=lot.id)


def _by_mark(traced: Traced, lots: Iterable[FoundLot]) -> list[FoundLot]:
    order = [*MARKED, ""]
    return sorted(lots, key=lambda lot: order.index(traced.mark_of(lot.id)))


def _sealed(traced: Traced, kind: str, _day: Day) -> Iterator[Box]:
    """One box for all that lies sealed, wherever: no place of it is forgotten."""
    if traced.sealed:
        marks = {traced.mark_of(lot_id) for lot_id, _ in traced.sealed}
        words = plural(len({place_id for _, place_id in traced.sealed}), "place")
        yield Box(kind, 0, "Sealed", words, "stop" if "stop" in marks else "held")


def _things(traced: Traced, kind: str, day: Day) -> Iterator[Box]:
    for node in traced.shown[kind]:
        told, now = traced.things[node], traced.states.get(node, "")
        title = {"mixture": f"{told.code} mixed", "earlier": day(told.at) if told.at else ""}
        words = _state_words(told.words or now if kind == "cocktail" else now)
        more = {"mixture": f"with {told.words}" if told.words else "", "earlier": told.words}.get(kind, "")
        sub = "earlier records" if kind == "earlier" else words
        stands = traced.reached[node].stands
        told_of = "; ".join(part for part in (more, "" if stands else NOT_WITH_IT) if part)
        mark = traced.marks.get(node, "")
        yield Box(kind, node.key, title.get(kind, told.code), sub, mark, told_of, stands=stands)


def _patients(traced: Traced, kind: str, _day: Day) -> Iterator[Box]:
    for node in traced.shown[kind]:
        known, stands = traced.patients[node.key], traced.reached[node].stands
        got_it = "received it" if node in traced.given_to else "patch-tested"
        told = got_it if stands else NOT_WITH_IT
        title, sub = (known.name, known.code) if known.name else (known.code, "")
        mark = "stop" if node in traced.given_to else ""
        yield Box(kind, node.key, title, sub, mark, told, stands=stands)


def _state_words(name: str) -> str:
    return name if name in {"", "void"} else state(name).word
