"""Counts in words: how a line stands, what was found, how far off that is; not before its time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from formulary.accounts import queries as accounts
from formulary.rules.units import VOLUME, Quantity
from formulary.stock import queries
from formulary.stock.labels.containers import container_word
from formulary.stock.labels.refusals import written
from formulary.stock.models import Place, StockCount
from formulary.stock.queries import Looked
from formulary.web import barcodes

OUTCOMES = {"counted": "counted", "none": "none found", "not_counted": "not counted"}
ENDS = {"open": ("opened", "open"), "closed": ("closed", "closed"), "cancelled": ("cancelled", "cancelled")}


@dataclass(frozen=True)
class CountRow:
    """A count in the list of them."""

    row: StockCount
    places: str
    opened_by: str
    ended_by: str
    state: str
    words: str


@dataclass(frozen=True)
class LineRow:
    """A line on the page of its count; `found`, `expected` and `difference` stay empty while it is blind."""

    looked: Looked
    state: str
    words: str
    by: str
    at: datetime | None
    found: str = ""
    expected: str = ""
    difference: str = ""
    earlier: str = ""


def count_rows(counts: Sequence[StockCount]) -> list[CountRow]:
    """Counts with their places and people, read once for all of them."""
    places = queries.count_places([row.id for row in counts])
    names = accounts.person_names({p for row in counts for p in (row.opened_by_id, row.ended_by_id)})
    return [
        CountRow(
            row=row,
            places=place_words(places[row.id]),
            opened_by=names.get(row.opened_by_id, ""),
            ended_by=names.get(row.ended_by_id or 0, ""),
            state=ENDS[row.state][0],
            words=ENDS[row.state][1],
        )
        for row in counts
    ]


def place_words(places: Sequence[Place]) -> str:
    """The places of a count, by name."""
    return ", ".join(place.name for place in places)


def line_rows(
    lines: Sequence[Looked], again: frozenset[int], expected: Mapping[int, int] | None
) -> list[LineRow]:
    """Lines as the page of their count shows them; `expected` is None while the count is blind."""
    names = accounts.person_names({entry.by_id for line in lines for entry in line.entries})
    return [_row(line, names, line.row.id in again, expected) for line in lines]


def sheet_code(line: Looked) -> tuple[str, str]:
    """What a scan of the printed sheet leads by: ("own", code of a vial), ("pack", GS1 of a lot), or nothing.

    The code of a lot is that of one container; a product without a GTIN has none, nor a lot whose number
    holds the bracket that the fields of a code are told apart by.
    """
    if line.vial is not None:
        return "own", line.vial.code
    code = next((code for code in line.lot.product.codes if code.containers == 1), None)
    if code is None or "[" in line.lot.number:
        return "", ""
    return "pack", barcodes.element_string(code.gtin, line.lot.expires_on, line.lot.number)


def amount(line: Looked, steps: int, *, mixture: bool) -> str:
    """So many steps of a line in words: "3 vials", "2 vials and 1.5 mL", "0.8 mL"; 0 is "none"."""
    lot, site_id = line.lot, line.place.site_id
    if steps == 0:
        return "none"
    if line.vial is not None or not lot.product.content:
        quantity = Quantity(steps, VOLUME) if mixture else lot.quantity(steps)
        return written(quantity, site_id)
    containers, part = divmod(steps, lot.product.content)
    word = container_word(lot.product)
    words = [f"{containers:,} {word}{'' if containers == 1 else 's'}"] if containers else []
    return " and ".join([*words, *([written(lot.quantity(part), site_id)] if part else [])])


def difference_words(line: Looked, steps: int, *, mixture: bool) -> str:
    """How far a count is from the ledger: "2 vials fewer", "0.3 mL more", "none"."""
    words = amount(line, abs(steps), mixture=mixture)
    return words if steps == 0 else f"{words} {'more' if steps > 0 else 'fewer' if _whole(line) else 'less'}"


def _whole(line: Looked) -> bool:
    return line.vial is None and bool(line.lot.product.content)


def _row(
    line: Looked, names: Mapping[int, str], is_again: bool, expected: Mapping[int, int] | None
) -> LineRow:
    last = line.last
    if last is None:
        return LineRow(line, "missing", "not answered yet", "", None)
    state, words = ("warn", "count again") if is_again else _standing(last.outcome)
    row = LineRow(line, state, words, names.get(last.by_id, ""), last.counted_at)
    if expected is None or last.found is None:
        return row
    then, mixture = expected[line.row.id], last.mixture
    earlier = [
        f"{names.get(e.by_id, '')} {amount(line, e.found, mixture=e.mixture)}"
        for e in line.entries[:-1]
        if e.found is not None
    ]
    return LineRow(
        line,
        *(state, words, row.by, row.at),
        found=amount(line, last.found, mixture=mixture),
        expected=amount(line, then, mixture=mixture),
        difference=difference_words(line, last.found - then, mixture=mixture),
        earlier="; ".join(earlier),
    )


def _standing(outcome: str) -> tuple[str, str]:
    return ("unknown" if outcome == "not_counted" else "pass"), OUTCOMES[outcome]
