"""Somebody else was faster: who comes second is told which source was taken, and which is the next best."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from formulary.rules.allocation import Allocation
from formulary.rules.facts import Stock
from formulary.rules.findings import Finding, Level, Refused

TAKEN = "stock.taken"


def source_words(stock: Stock) -> str:
    """How a source is named: its vial, or its lot and where it lies."""
    return f"vial {stock.vial}" if stock.vial else f"lot {stock.lot} in {stock.place}"


def taken_meanwhile(name: str) -> Finding:
    """Somebody else was faster."""
    why = f"Someone has just taken {name}: too little is left. Nothing was reserved."
    return Finding(TAKEN, name, why, "Check again for the next best.", level=Level.BLOCK, rule="L6")


@contextmanager
def or_the_next_best(chosen: Iterable[Allocation]) -> Iterator[None]:
    """Who comes second is told the next best of each source that was taken, as it was at the choice."""
    try:
        yield
    except Refused as lost:
        next_best = {source_words(p.stock): each.spare[:1] for each in chosen for p in each.picks}
        found = (_offered(finding, next_best.get(finding.subject, ())) for finding in lost.findings)
        raise Refused(*found) from lost


def _offered(finding: Finding, spare: tuple[Stock, ...]) -> Finding:
    if finding.code != TAKEN:
        return finding
    if not spare:
        return replace(finding, remedy="Nothing else that lay there serves. Check again, or order it.")
    return replace(finding, remedy=f"The next best is {source_words(spare[0])}. Do it again to take that.")
