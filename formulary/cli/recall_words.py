"""What `formulary recall LOT` says to people: figures, everybody, what is on hand."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from formulary.recalls import labels, queries
from formulary.recalls.queries import FoundLot, Lookup
from formulary.rules.lot_status import NOT_ON_RECORD, day_words
from formulary.rules.units import Unit, natural_unit, show

Buckets = Mapping[str, Iterable[dict[str, Any]]]


def as_text(lookup: Lookup, buckets: Buckets) -> str:
    """The answer for people: lots and their balances, the ten figures, patients, what is on hand."""
    if not lookup.lots:
        alike = "; ".join(dict.fromkeys(_numbers(lot) for lot in lookup.found.similar))
        return f"No lot {lookup.asked} was ever received." + (
            f" What may be meant: {alike}." if alike else ""
        )
    return "\n".join([*_head(lookup), *_figures(lookup), *everybody(buckets), *_places(lookup)])


def _numbers(lot: FoundLot) -> str:
    """Its number, with those that it had: "NEW-77, earlier number L2231"."""
    return ", ".join(filter(None, (lot.number, labels.earlier_words(lot.earlier))))


def _head(lookup: Lookup) -> Iterator[str]:
    for lot_id, lot in lookup.lots.items():
        holds = "".join(f", held: {hold.words}" for hold in lookup.holds[lot_id])
        had = f", {labels.earlier_words(lot.earlier)}" if lot.earlier else ""
        yield f"Lot {lot.number}, {lot.product}, expires {_expiry(lot.expires_on)}{had}{holds}"
        balance, unit = lookup.balances[lot_id], unit_of(lookup, lot_id)
        for name, words in labels.BALANCE.items():
            yield f"  {words:<26}{show(lot.quantity(getattr(balance, name)), unit):>16}"
        yield "  It balances." if balance.balances else "  It does not balance."


def unit_of(lookup: Lookup, lot_id: int) -> Unit:
    """One unit for all that is told of a lot: the one its receipt reads best in."""
    return natural_unit(lookup.lots[lot_id].quantity(lookup.balances[lot_id].received))


def _expiry(on: date) -> str:
    return day_words(on) if on == NOT_ON_RECORD else on.isoformat()


def _figures(lookup: Lookup) -> Iterator[str]:
    yield ""
    for letter, count in lookup.counts.items():
        yield f"  {letter} {count:>6,}  {labels.bucket_words(letter, count)}"
    named, used = lookup.completeness
    yield f"  {named:,} of {used:,} uses name their lot; as of {lookup.at:%Y-%m-%d %H:%M} UTC"


def everybody(buckets: Buckets) -> Iterator[str]:
    """Each bucket that has rows, a line for each."""
    for title, found in buckets.items():
        rows = [_told(row) for row in found]
        if rows:
            yield from (f"\n{title}:", *rows)


def _told(row: dict[str, Any]) -> str:
    """One patient of the answer as a line."""
    at = row.get("at", "")[:16].replace("T", " ")
    who = " ".join(filter(None, (row["patient"], row.get("name"))))
    amount = f"{row['quantity']} {row['unit']}" if row.get("quantity") else "amount not known"
    if "by" in row:
        return f"  {at:<16}  {who:<12}  {row['cocktail']:<8}  {row['state'].replace('_', ' ')}, {row['by']}"
    lot = f"lot {row['lot']}" if "lot" in row else "lot not known"
    return f"  {at:<16}  {who:<12}  {row.get('cocktail') or row.get('test') or 'earlier':<8}  {lot}  {amount}"


def _places(lookup: Lookup) -> Iterator[str]:
    for title, rows in (("On hand", lookup.lying), ("Lost on the way", lookup.lost)):
        if rows:
            yield f"\n{title}:"
        yield from (_place(lookup, row) for row in rows)


def _place(lookup: Lookup, row: queries.Lying) -> str:
    quantity = show(lookup.lots[row.lot_id].quantity(row.quantity), unit_of(lookup, row.lot_id))
    vial = f", vial {row.vial}" if row.vial else ""
    return f"  {row.site}, {row.place}{vial}: {quantity} of lot {lookup.lots[row.lot_id].number}"
