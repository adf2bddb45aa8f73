"""The trace of an answer as a picture: from the lots over vials and cocktails to patients, counted."""

from collections.abc import Iterator

from formulary.recalls.labels.tiles import is_held
from formulary.recalls.queries import Lookup
from formulary.web.svg import Link, Node
from formulary.web.words import plural

SHOWN = 3
Columns = list[list[Node]]


def trace(lookup: Lookup) -> tuple[Columns, list[Link], str, str] | None:
    """Columns, links, title and description for `trace_picture`; None where there is no lot."""
    if not lookup.lots:
        return None
    held = is_held(lookup)
    columns = [
        _lots(lookup, held),
        list(_stock(lookup, held)),
        list(_uses(lookup, held)),
        list(_patients(lookup)),
    ]
    columns = [column for column in columns if column]
    title = f"Trace of lot {lookup.asked}"
    words = [f"{node.title}, {node.sub}" for column in columns for node in column]
    return columns, list(_links(lookup, columns, held)), title, f"{'; '.join(words)}."


def _lots(lookup: Lookup, held: bool) -> list[Node]:
    lots = lookup.found.lots
    state = "held" if held else "stop"
    nodes = [Node(f"lot-{lot.id}", f"Lot {lot.number}", _short(lot.product), state) for lot in lots[:SHOWN]]
    more = len(lots) - SHOWN
    return [*nodes, Node("lots", plural(more, "lot"), "more", state)] if more > 0 else nodes


def _stock(lookup: Lookup, held: bool) -> Iterator[Node]:
    counts, state = lookup.counts, "held" if held else "warn"
    if lookup.sealed:
        yield Node("sealed", "Sealed", plural(len(lookup.sealed), "place"), state)
    if lookup.opened or _was_opened(lookup):
        words = f"{counts['H']} still open" if lookup.opened else "none is open"
        yield Node("opened", "Opened vials", words, state if lookup.opened else "info")
    if lookup.reach.imported:
        yield Node("earlier", plural(lookup.reach.imported, "use"), "by earlier records", "info")
    if lookup.returned:
        yield Node("returned", "Returned", plural(len(lookup.returned), "place"), "info")
    if lookup.lost:
        yield Node("lost", "Lost on the way", "not accounted for", "stop")


def _was_opened(lookup: Lookup) -> bool:
    return bool(lookup.reach.cocktails or lookup.under_way or lookup.tested or lookup.wasted)


def _uses(lookup: Lookup, held: bool) -> Iterator[Node]:
    counts, state = lookup.counts, "held" if held else "stop"
    if lookup.tested:
        yield Node("B", plural(len({t.test_id for t in lookup.tested}), "patch test"), "applied", "info")
    if lookup.reach.cocktails:
        yield Node("A", plural(lookup.reach.cocktails, "cocktail"), "given", "info")
    for letter, words in (("C", "being given"), ("D", "released"), ("E", "in preparation"), ("F", "waiting")):
        if counts[letter]:
            yield Node(letter, plural(counts[letter], "cocktail"), words, "stop" if letter == "C" else state)
    if lookup.wasted:
        yield Node("I", "Wasted", "or destroyed", "info")


def _patients(lookup: Lookup) -> Iterator[Node]:
    counts = lookup.counts
    if counts["B"]:
        yield Node("tested", plural(counts["B"], "patient"), "patch-tested", "info")
    if counts["A"]:
        yield Node("received", plural(counts["A"], "patient"), "received it", "stop")
    if any(counts[letter] for letter in "CDEF"):
        yield Node("waiting", "Not reached yet", "see C to F", "info")


def _links(lookup: Lookup, columns: Columns, held: bool) -> Iterator[Link]:
    names = {node.name for column in columns for node in column}
    lots = [node.name for node in columns[0]]
    for target in ("sealed", "opened", "earlier", "returned", "lost"):
        yield from (Link(lot, target, hot=not held and target == "sealed") for lot in lots if target in names)
    opened = "opened" if "opened" in names else "sealed"
    for use in "BACDEFI":
        source = "sealed" if use == "F" and "sealed" in names else opened
        if use in names and source in names:
            yield Link(source, use, hot=not held and use in "CDEF")
    for use, patients in (("B", "tested"), ("A", "received"), *((use, "waiting") for use in "CDEF")):
        if use in names and patients in names:
            yield Link(use, patients, hot=use == "C" or (not held and patients == "waiting"))
    if "earlier" in names and "received" in names:
        yield Link("earlier", "received")


def _short(name: str, most: int = 22) -> str:
    return name if len(name) <= most else f"{name[: most - 1].rstrip()}…"
