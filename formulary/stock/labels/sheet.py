"""The balance sheet as a page shows it: every bucket in words, the zero rows too, one unit for all."""

from collections.abc import Mapping
from dataclasses import dataclass

from formulary.rules.units import Quantity, Unit, natural_unit
from formulary.stock.labels.containers import container_count
from formulary.stock.labels.words import reason_words
from formulary.stock.models import Lot, Place
from formulary.stock.queries import BalanceSheet


@dataclass(frozen=True)
class Line:
    """One row: `css` is total, indent or sum-check."""

    words: str
    quantity: Quantity
    css: str = "indent"


@dataclass(frozen=True)
class Sheet:
    """The rows, the unit of all of them, and whether they balance."""

    lines: tuple[Line, ...]
    unit: Unit
    balances: bool


def sheet(lot: Lot, sums: BalanceSheet, places: Mapping[int, Place]) -> Sheet:
    """The rows from what was received down to what is unaccounted for."""
    steps = [
        ("total", _received(lot, sums), sums.received),
        ("total", "Found on top", sums.found),
        *(("indent", words, quantity) for words, quantity in _lying(sums, places)),
        ("indent", "In cocktails not yet given", sums.in_preparation),
        ("indent", f"Given to patients, {sums.given_in} times", sums.administered),
        ("indent", f"Patch-tested, {sums.tested_in} times", sums.tested),
        *(
            ("indent", f"Wasted: {reason_words(r)}" if r else "Wasted", q)
            for r, q in (sums.wasted or {"": 0}).items()
        ),
        ("indent", "Returned", sums.returned),
        ("indent", "Destroyed", sums.destroyed),
        ("total", "Accounted for", sums.accounted),
        ("sum-check", "Unaccounted", sums.received + sums.found - sums.accounted),
    ]
    lines = tuple(Line(words, lot.quantity(quantity), css) for css, words, quantity in steps)
    unit = natural_unit(lot.quantity(max(sums.received, 1)))
    return Sheet(lines, unit, sums.balances and not sums.unaccounted)


def _received(lot: Lot, sums: BalanceSheet) -> str:
    count = container_count(lot.product, sums.received)
    return f"Received, {count}" if count else "Received"


def _lying(sums: BalanceSheet, places: Mapping[int, Place]) -> list[tuple[str, int]]:
    words = {"storage": "Sealed", "quarantine": "In quarantine", "in_use": "Open", "in_transit": "In transit"}
    lying = [(places[key], quantity) for key, quantity in sums.at_place.items()]
    lying.sort(key=lambda pair: (list(words).index(pair[0].kind), pair[0].name))
    rows = [(f"{words[place.kind]}, {place.name}", quantity) for place, quantity in lying]
    missing = [kind for kind in ("storage", "in_use") if not any(p.kind == kind for p, _ in lying)]
    return [*rows, *((words[kind], 0) for kind in missing)]
