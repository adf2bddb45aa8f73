"""The trace as a picture: from deliveries over lots, vials and mixtures to cocktails and patients, and the
same as rows. What is too much of a kind is one box more.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from formulary.recalls.queries import BOXES, Traced
from formulary.rules.trace import Node
from formulary.web import svg
from formulary.web.states import state
from formulary.web.words import plural

COLUMNS = (
    ("delivery",),
    ("lot", "made"),
    ("vial",),
    ("mixture",),
    ("cocktail", "test", "earlier"),
    ("patient",),
)
MANY = {
    "delivery": "delivery", "lot": "lot", "made": "lot", "vial": "vial", "mixture": "reconstitution",
    "cocktail": "cocktail", "test": "patch test", "earlier": "earlier use", "patient": "patient",
}  # fmt: skip
SEVERAL = {"delivery": "deliveries"}
PAGES = {
    "lot": ("stock.lot", "lot_id"),
    "made": ("stock.lot", "lot_id"),
    "vial": ("stock.vial", "vial_id"),
    "mixture": ("stock.vial", "vial_id"),
    "cocktail": ("cocktails.cocktail", "cocktail_id"),
    "test": ("patch_tests.test", "test_id"),
}
TAKEN_BACK = "taken back"
LONGEST = 19
Day = Callable[[datetime], str]


class Box(NamedTuple):
    """One box: what it stands for, what it says, and the page of it; `is_rest` is all that has no box."""

    kind: str
    key: int
    title: str
    sub: str
    state: str
    page: int | None = None
    is_rest: bool = False

    @property
    def name(self) -> str:
        """Its name in the picture."""
        return f"{self.kind}-{'rest' if self.is_rest else self.key}"

    @property
    def address(self) -> tuple[str, dict[str, int]] | None:
        """The endpoint of its page and the values it takes, where it has one."""
        endpoint = PAGES.get(self.kind)
        return None if endpoint is None or self.page is None else (endpoint[0], {endpoint[1]: self.page})


@dataclass(frozen=True)
class Line:
    """A box as a row of the table, with what it came from."""

    what: str
    box: Box
    sources: tuple[str, ...]


@dataclass(frozen=True)
class Graph:
    """Columns and links for `trace_picture`, with its title and description, and the rows beside it."""

    columns: list[list[svg.Node]]
    links: list[svg.Link]
    title: str
    desc: str
    lines: list[Line]


def graph(traced: Traced, day: Day) -> Graph:
    """The picture of a trace; `day` writes an instant as a date."""
    columns = [[box for kind in column for box in _boxes(traced, kind, day)] for column in COLUMNS]
    every = [box for column in columns for box in column]
    titles = {box.name: box.title for box in every}
    ways = _ways(traced, set(titles))
    lines = [Line(MANY[box.kind], box, _sources(box.name, ways, titles)) for box in every]
    links = [svg.Link(*ends, hot=hot) for ends, hot in ways.items() if len(set(map(_column, ends))) > 1]
    numbers = ", ".join(dict.fromkeys(lot.number for lot in traced.found.exact))
    desc = "; ".join(f"{box.title}, {box.sub}" if box.sub else box.title for box in every)
    drawn = [[_node(box) for box in column] for column in columns if column]
    return Graph(drawn, links, f"Trace of lot {numbers}", f"{desc}.", lines)


def _node(box: Box) -> svg.Node:
    return svg.Node(box.name, _short(box.title), _short(box.sub), box.state)


def _boxes(traced: Traced, kind: str, day: Day) -> Iterator[Box]:
    made = {
        "delivery": _deliveries, "lot": _begun, "made": _made, "patient": _patients,
    }.get(kind, _things)  # fmt: skip
    shown, count = list(made(traced, kind, day))[:BOXES], _count(traced, kind)
    yield from shown
    if more := count - len(shown):
        words = plural(more, MANY[kind], SEVERAL.get(kind))
        yield Box(kind, 0, f"+ {words}" if shown else words, "more" if shown else "", "info", is_rest=True)


def _count(traced: Traced, kind: str) -> int:
    lots = {"lot": traced.found.exact, "made": traced.found.made_from_these}
    if kind in lots:
        return len(lots[kind])
    return len({came.id for came in traced.came}) if kind == "delivery" else traced.counts[kind]


def _deliveries(traced: Traced, kind: str, day: Day) -> Iterator[Box]:
    for came in {row.id: row for row in traced.came}.values():
        by = came.supplier or "supplier not noted"
        yield Box(kind, came.id, came.note_number or "Delivery", f"{day(came.at)}, {by}", "info")


def _begun(traced: Traced, kind: str, _day: Day) -> Iterator[Box]:
    for lot in traced.found.exact:
        yield Box(
            kind, lot.id, f"Lot {lot.number}", lot.product, "held" if traced.is_held else "stop", lot.id
        )


def _made(traced: Traced, kind: str, _day: Day) -> Iterator[Box]:
    numbers = {lot.id: lot.number for lot in traced.found.lots}
    for lot in traced.found.made_from_these:
        words = f"made from {numbers.get(lot.made_from_id or 0, 'another')}"
        yield Box(kind, lot.id, f"Lot {lot.number}", words, _open(traced), lot.id)


def _things(traced: Traced, kind: str, day: Day) -> Iterator[Box]:
    for node in traced.shown[kind]:
        if (told := traced.things.get(node)) is None:
            continue
        css = _open(traced) if traced.is_open(node) else "info"
        words = {
            "mixture": f"with {told.words}" if told.words else day(told.at) if told.at else "",
            "earlier": told.words,
        }.get(kind, _state_words(traced.state(node)))
        title = {"mixture": f"{told.code} mixed", "earlier": "Earlier records"}.get(kind, told.code)
        yield Box(kind, node.key, title, _standing(traced, node, words), css, told.page)


def _patients(traced: Traced, kind: str, _day: Day) -> Iterator[Box]:
    for node in traced.shown[kind]:
        known = traced.patients[node.key]
        stands = traced.reached[node].stands
        words = known.code if known.name else "reached"
        title = known.name or known.code or "a patient"
        yield Box(kind, node.key, title, _standing(traced, node, words), "stop" if stands else "info")


def _open(traced: Traced) -> str:
    return "held" if traced.is_held else "stop"


def _standing(traced: Traced, node: Node, words: str) -> str:
    return words if traced.reached[node].stands else TAKEN_BACK


def _state_words(name: str) -> str:
    return name if name in {"", "void"} else state(name).word


def _ways(traced: Traced, named: set[str]) -> dict[tuple[str, str], bool]:
    """From which box to which something went, each pair once, and whether that is still open."""
    begun = {lot.id for lot in traced.found.exact}
    merged = {step.source: step.target for step in traced.steps if step.source.kind == "patient"}

    def name(kind: str, key: int) -> str:
        own = f"{kind}-{key}"
        return own if own in named else f"{kind}-rest"

    def box(node: Node) -> str:
        kind, key = merged.get(node, node)
        return name("made" if kind == "lot" and key not in begun else kind, key)

    ways = {(name("delivery", row.id), name("lot", row.lot_id)): False for row in traced.came}
    for step in traced.steps:
        if step.source.kind != "patient":
            ends, is_loose = (box(step.source), box(step.target)), not traced.is_held
            ways[ends] = ways.get(ends, False) or (is_loose and step.stands and traced.is_open(step.target))
    return ways


def _column(name: str) -> int:
    kind = name.partition("-")[0]
    return next(place for place, kinds in enumerate(COLUMNS) if kind in kinds)


def _sources(name: str, ways: Iterable[tuple[str, str]], titles: dict[str, str]) -> tuple[str, ...]:
    return tuple(titles[source] for source, target in ways if target == name != source)


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1].rstrip()}…"
