"""The trace as a picture: from deliveries over lots, vials and mixtures to cocktails and patients, and the
same as rows.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from formulary.recalls.labels.boxes import COLUMNS, Box, Day, boxes
from formulary.recalls.queries import Traced, merged_into
from formulary.rules.trace import Node
from formulary.web import svg

LONGEST, KEPT_END = 18, 6
Ways = dict[tuple[str, str], bool]
"""From which box to which something went, and whether something lies behind it that may reach a patient."""


@dataclass(frozen=True)
class Line:
    """A box as a row of the list, with what it came from."""

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
    columns = [[box for kind in column for box in boxes(traced, kind, day)] for column in COLUMNS]
    every = [box for column in columns for box in column]
    titles = {box.name: box.title for box in every}
    ways = _ways(traced, set(titles))
    lines = [Line(box, _sources(box.name, ways, titles)) for box in every]
    links = [svg.Link(*ends, hot=hot) for ends, hot in ways.items() if len(set(map(_column, ends))) > 1]
    numbers = ", ".join(dict.fromkeys(lot.number for lot in traced.found.exact))
    desc = "; ".join(f"{box.what} {box.title}, {box.state}".removesuffix(", ") for box in every)
    drawn = [[_node(box) for box in column] for column in columns if column]
    return Graph(drawn, links, f"Trace of lot {numbers}", f"{desc}.", lines)


def _node(box: Box) -> svg.Node:
    sub = box.sub if box.stands else "not with it"
    return svg.Node(box.name, box.title if box.part else _cut(box.title), _cut(sub), box.mark or "info")


def _ways(traced: Traced, named: set[str]) -> Ways:
    begun = {lot.id for lot in traced.found.exact}
    merged = merged_into(traced.steps)

    def lot(lot_id: int) -> str:
        return name("lot" if lot_id in begun else "made", lot_id)

    def name(kind: str, key: int, part: str = "rest") -> str:
        own = f"{kind}-{key}"
        return own if own in named else f"{kind}-{part}"

    def box(node: Node) -> str:
        kind, key = merged.get(node, node)
        part = "rest" if traced.reached[merged.get(node, node)].stands else "back"
        return lot(key) if kind == "lot" else name(kind, key, part)

    ways = {(name("delivery", row.id), lot(row.lot_id)): False for row in traced.came}
    ways |= {(lot(key), "sealed-0"): traced.mark_of(key) == "stop" for key, _ in traced.sealed}
    for step in traced.steps:
        if step.source.kind != "patient":
            ends = box(step.source), box(step.target)
            ways[ends] = ways.get(ends, False) or (step.stands and step.target in traced.leads_on)
    return ways


def _column(name: str) -> int:
    kind = name.partition("-")[0]
    return next(place for place, kinds in enumerate(COLUMNS) if kind in kinds)


def _sources(name: str, ways: Iterable[tuple[str, str]], titles: dict[str, str]) -> tuple[str, ...]:
    return tuple(titles[source] for source, target in ways if target == name != source)


def _cut(text: str) -> str:
    """Without its middle where it is too long: numbers that begin alike are told apart by their ends."""
    return text if len(text) <= LONGEST else f"{text[: LONGEST - KEPT_END - 1].rstrip()}…{text[-KEPT_END:]}"
