"""The ten figures of an answer: how many, of what, and what has been done about it."""

from dataclasses import dataclass

from formulary.recalls.labels.words import bucket_words
from formulary.recalls.queries import Flow, FoundLot, Lookup, Lying
from formulary.rules.units import Quantity, total
from formulary.web.words import plural

CSS = {"A": "key stop", "B": "stop", "C": "stop", "D": "held", "E": "held", "F": "held", "J": "key unknown"}
STOPPABLE = "DEFGH"


@dataclass(frozen=True)
class Tile:
    """One bucket as a figure: a count, or a quantity where that says more; and a state with its words."""

    letter: str
    count: int
    words: str
    css: str
    quantity: Quantity | None = None
    state: str = ""
    state_words: str = ""


def tiles(lookup: Lookup) -> list[Tile]:
    """The ten figures; an empty one is quiet, and zero is an answer."""
    return [_tile(letter, count, lookup) for letter, count in lookup.counts.items()] if lookup.lots else []


def is_held(lookup: Lookup) -> bool:
    """Whether every lot of the answer is on hold."""
    return bool(lookup.lots) and all(lookup.holds.get(lot_id) for lot_id in lookup.lots)


def _tile(letter: str, count: int, lookup: Lookup) -> Tile:
    if not count:
        return Tile(letter, 0, bucket_words(letter, 0), "")
    if letter == "G":
        return _sealed(lookup)
    state, words = _state(letter, lookup)
    waste = _sum(lookup.wasted, lookup.lots) if letter == "I" else None
    words_of = "wasted or destroyed" if waste is not None else bucket_words(letter, count)
    return Tile(letter, count, words_of, CSS.get(letter, ""), waste, state, words)


def _sealed(lookup: Lookup) -> Tile:
    """Sealed containers where they can be counted; else the places."""
    rows, state = lookup.sealed, _state("G", lookup)
    counted = [lookup.lots[row.lot_id].containers(row.quantity) for row in rows]
    places = len({(row.site, row.place) for row in rows} | _places(lookup))
    if None in counted:
        return Tile("G", places, bucket_words("G", places), "", None, *state)
    full = sum(n for n in counted if n is not None)
    words = f"sealed {'container' if full == 1 else 'containers'}, {plural(places, 'place')}"
    return Tile("G", full, words, "", None, *state)


def _places(lookup: Lookup) -> set[tuple[str, str]]:
    """Where what was returned went, and the ways on which something was lost."""
    return {(row.site, row.place) for row in (*lookup.returned, *lookup.lost)}


def _state(letter: str, lookup: Lookup) -> tuple[str, str]:
    if letter == "A":
        return "info", _uses(lookup)
    if letter == "C":
        return "administering", "under way"
    if letter in STOPPABLE:
        return _stopped(letter, lookup)
    return {"I": ("info", "by reason"), "J": ("unknown", "lot not recorded")}.get(letter, ("", ""))


def _uses(lookup: Lookup) -> str:
    """In how many cocktails, and by how many lines of earlier records."""
    cocktails, imported = lookup.reach.cocktails, lookup.reach.imported
    words = [f"in {cocktails:,} {'cocktail' if cocktails == 1 else 'cocktails'}"]
    earlier = [f"{imported:,} {'use' if imported == 1 else 'uses'} by earlier records"] if imported else []
    return ", ".join((words if cocktails or not imported else []) + earlier)


def _stopped(letter: str, lookup: Lookup) -> tuple[str, str]:
    if not is_held(lookup):
        return "warn", "not on hold"
    broken = letter == "F" and any(row.why == "broken" for row in lookup.promised)
    return "held", "reservations ended" if broken else "held"


def _sum(rows: tuple[Flow | Lying, ...], lots: dict[int, FoundLot]) -> Quantity | None:
    """All of it, where the lots are counted alike."""
    parts = [lots[row.lot_id].quantity(row.quantity) for row in rows]
    kinds = {part.dimension for part in parts}
    return total(parts, kinds.pop()) if len(kinds) == 1 else None
