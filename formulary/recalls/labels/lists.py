"""The rows under the figures: who and in what, or where and how much, each ready to print."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from formulary.accounts import RecallSight
from formulary.recalls.labels.words import HEADINGS, WAYS, WHY
from formulary.recalls.queries import (
    Flow,
    Given,
    Known,
    Lookup,
    Lying,
    OfCocktail,
    Promised,
    Tested,
    UnderWay,
)
from formulary.rules.units import Quantity
from formulary.stock.labels import PLACE_KINDS, reason_words

GRADES_FROM_WORST = ("possible", "imported", "probable", "confirmed")
OF_PATIENTS = "ABJ"


@dataclass(frozen=True)
class PatientLine:
    """One patient and one cocktail or test with a lot in it."""

    patient: Known
    code: str
    lot: str
    at: datetime | None
    quantity: Quantity | None
    words: str = ""
    grade: str = ""
    state: str = ""
    recorded: str = ""


@dataclass(frozen=True)
class PlaceLine:
    """So much of a lot somewhere."""

    where: str
    what: str
    lot: str
    quantity: Quantity
    containers: int | None = None
    code: str = ""
    opened_at: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True)
class Listing:
    """One bucket with its rows; `hidden` says how many there are where the asker sees counts alone, `more`
    how many rows are not shown.
    """

    letter: str
    heading: str
    rows: tuple[PatientLine | PlaceLine, ...]
    hidden: int = 0
    more: int = 0


def patient_lists(lookup: Lookup, sight: RecallSight) -> list[Listing]:
    """Buckets A to F and J, those that hold something."""
    rows = {
        "A": _given(lookup),
        "B": (_test(lookup, row) for row in lookup.tested),
        **{letter: (_mixed(lookup, row) for row in lookup.cocktails(letter)) for letter in "CDE"},
        "F": (_promised(lookup, row) for row in lookup.promised),
        "J": (*(_test(lookup, row) for row in lookup.not_excluded), *_unnoted(lookup)),
    }
    return [found for letter, lines in rows.items() if (found := _listing(letter, lines, lookup, sight))]


def place_lists(lookup: Lookup) -> list[Listing]:
    """Buckets G, H and I, those that hold something."""
    rows = {
        "G": (
            *(_lies(lookup, row) for row in lookup.sealed),
            *(_gone(lookup, row) for row in lookup.returned),
            *(_lost(lookup, row) for row in lookup.lost),
        ),
        "H": tuple(_lies(lookup, row) for row in lookup.opened),
        "I": tuple(_gone(lookup, row) for row in lookup.wasted),
    }
    return [Listing(letter, HEADINGS[letter], lines) for letter, lines in rows.items() if lines]


def given_lines(lookup: Lookup) -> list[tuple[Given, int]]:
    """The rows of bucket A, those of one cocktail and lot as one with their sum; the worst grade counts."""
    return [_together(list(rows)) for _, rows in groupby(lookup.given, _cocktail_and_lot)]


def together(rows: Iterable[Given]) -> Iterator[tuple[Given, int]]:
    """The same for rows that are not on a page."""
    return (_together(list(same)) for _, same in groupby(rows, _cocktail_and_lot))


def _cocktail_and_lot(row: Given) -> tuple[int, int, str]:
    """What a line is about; a row of earlier records stands alone."""
    return -row.id if row.cocktail_id is None else row.cocktail_id, row.lot_id, row.via


def _together(rows: list[Given]) -> tuple[Given, int]:
    worst = min(rows, key=lambda row: GRADES_FROM_WORST.index(row.grade))
    return worst, sum(row.quantity for row in rows)


def _listing(letter: str, lines: Iterable[PatientLine], lookup: Lookup, sight: RecallSight) -> Listing | None:
    if letter in OF_PATIENTS and sight is RecallSight.COUNTS:
        count = lookup.counts[letter]
        return Listing(letter, HEADINGS[letter], (), count) if count else None
    rows = tuple(lines)
    more = lookup.unnoted.uses - len(lookup.unnoted.rows) if letter == "J" else 0
    return Listing(letter, HEADINGS[letter], rows, more=more) if rows else None


def _given(lookup: Lookup) -> Iterator[PatientLine]:
    for row, steps in given_lines(lookup):
        quantity, patient = lookup.lots[row.lot_id].quantity(steps), lookup.patients[row.patient_id]
        told, lot = lookup.codes.get(row.cocktail_id, OfCocktail()), lookup.lots[row.lot_id].number
        way, how = WAYS[row.via], {"grade": row.grade, "recorded": told.recorded}
        yield PatientLine(patient, told.code, lot, row.at, quantity, way, **how)


def _test(lookup: Lookup, row: Tested) -> PatientLine:
    lot = lookup.lots.get(row.lot_id or 0)
    quantity = lot.quantity(row.quantity) if lot and row.quantity is not None else None
    words = ", ".join(filter(None, (WAYS[row.via], "void" if row.state == "void" else "")))
    return PatientLine(
        lookup.patients[row.patient_id], row.code, lot.number if lot else "", row.at, quantity, words
    )


def _unnoted(lookup: Lookup) -> Iterator[PatientLine]:
    """What earlier records tell without a lot; all lots of a product are counted alike."""
    of_product = {lot.product_id: lot for lot in lookup.found.lots}
    for row in lookup.unnoted.rows:
        quantity = of_product[row.product_id].quantity(row.quantity)
        yield PatientLine(lookup.patients[row.patient_id], "", "", row.at, quantity, grade="possible")


def _mixed(lookup: Lookup, row: UnderWay) -> PatientLine:
    lot = lookup.lots[row.lot_id]
    patient, quantity = lookup.patients[row.patient_id], lot.quantity(row.quantity)
    return PatientLine(patient, row.code, lot.number, row.at, quantity, row.site, state=row.state)


def _promised(lookup: Lookup, row: Promised) -> PatientLine:
    lot = lookup.lots[row.lot_id]
    quantity = None if row.quantity is None else lot.quantity(row.quantity)
    words = f"{WHY[row.why]}, {row.site}"
    return PatientLine(
        lookup.patients[row.patient_id], row.code, lot.number, None, quantity, words, state=row.state
    )


def _lies(lookup: Lookup, row: Lying) -> PlaceLine:
    lot = lookup.lots[row.lot_id]
    what = f"mixed into {row.mixed_into}" if row.mixed_into else "" if row.is_open else PLACE_KINDS[row.kind]
    full = None if row.is_open else lot.containers(row.quantity)
    where, clocks = f"{row.site}, {row.place}", (row.opened_at, row.beyond_use_at)
    return PlaceLine(where, what, lot.number, lot.quantity(row.quantity), full, row.vial, *clocks)


def _lost(lookup: Lookup, row: Lying) -> PlaceLine:
    lot = lookup.lots[row.lot_id]
    full = None if row.is_open else lot.containers(row.quantity)
    where, quantity = f"{row.site}, {row.place}", lot.quantity(row.quantity)
    return PlaceLine(where, "not accounted for", lot.number, quantity, full, row.vial)


def _gone(lookup: Lookup, row: Flow) -> PlaceLine:
    lot = lookup.lots[row.lot_id]
    full = lot.containers(row.quantity) if row.kind == "returned" else None
    what = reason_words(row.reason)
    return PlaceLine(f"{row.site}, {row.place}", what, lot.number, lot.quantity(row.quantity), full)
