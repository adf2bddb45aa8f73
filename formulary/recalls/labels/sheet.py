"""The balance sheet of a lot: what came, every way it went, and what nobody can account for."""

from dataclasses import dataclass

from formulary.recalls.labels.words import BALANCE
from formulary.recalls.queries import FoundLot, Lookup
from formulary.rules.units import Quantity

CAME = ("received", "found")


@dataclass(frozen=True)
class SheetLine:
    """One figure of the sheet."""

    name: str
    words: str
    quantity: Quantity
    css: str


@dataclass(frozen=True)
class Sheet:
    """The sheet of one lot; `sum_words` is its arithmetic with the figures in it."""

    lot: FoundLot
    lines: tuple[SheetLine, ...]
    balances: bool
    step: str


def sheets(lookup: Lookup) -> list[Sheet]:
    """One sheet per lot of the answer."""
    return [_sheet(lot, lookup) for lot in lookup.found.lots]


def _sheet(lot: FoundLot, lookup: Lookup) -> Sheet:
    balance = lookup.balances[lot.id]
    lines = (
        SheetLine(n, _words(n, lot, lookup), lot.quantity(getattr(balance, n)), _css(n, balance.balances))
        for n in BALANCE
    )
    return Sheet(lot, tuple(lines), balance.balances, lot.quantity(1).dimension.step)


def _words(name: str, lot: FoundLot, lookup: Lookup) -> str:
    balance = lookup.balances[lot.id]
    full = lot.containers(balance.received) if name == "received" else None
    if full:
        return f"Received, {full:,} {'container' if full == 1 else 'containers'}"
    reasons = len({row.reason for row in lookup.wasted if row.lot_id == lot.id and row.kind == "waste"})
    if name == "wasted" and reasons > 1:
        return f"Wasted, {reasons} reasons"
    return BALANCE[name]


def _css(name: str, balances: bool) -> str:
    if name == "unaccounted":
        return "sum-check" if balances else "unk-check unknown"
    return "total" if name in CAME else ""
