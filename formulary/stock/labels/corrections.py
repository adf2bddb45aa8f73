"""Why the number of a lot is not corrected, and the numbers that one had, as pages and files tell them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from formulary.accounts import queries as accounts
from formulary.rules.findings import Refused, joined, refuse
from formulary.rules.lot_status import day_words
from formulary.stock import queries
from formulary.stock.models import Lot


@dataclass(frozen=True)
class Corrected:
    """A number that a lot had: what it was corrected to, why, when, by whom, and who confirmed it."""

    number: str
    to: str
    reason: str
    at: datetime
    by: str
    second: str


def corrections_of(lot_id: int) -> Sequence[Corrected]:
    """The numbers that a lot had, the latest first."""
    rows = queries.aliases_of(lot_id)
    names = accounts.person_names({key for row in rows for key in (row.by_id, row.second_id)})
    return [
        Corrected(
            row.number, row.corrected_to, row.reason, row.at, names.get(row.by_id, ""),
            names.get(row.second_id or 0, ""),
        )
        for row in rows
    ]  # fmt: skip


def the_same(lot: Lot) -> Refused:
    """Nothing would change."""
    why = f"The lot is on record as {lot.number} already."
    return refuse("lot.same_number", lot.number, why, "Type what the pack prints.", field="number")


def no_reason(lot: Lot) -> Refused:
    """A correction says what it rests on."""
    why = "Nobody said what the correction rests on."
    return refuse("lot.no_reason", lot.number, why, "Say which pack or note was read.", field="reason")


def another_lot(lot: Lot, number: str, other: Lot) -> Refused:
    """Two lots are never made one: the ledger of each stays its own."""
    had = "" if other.number == number else f", which had or has the number {number},"
    why = f"Lot {other.number}{had} expires {day_words(other.expires_on)}: it is on record by itself."
    remedy = f"If what lies here is of that lot, count it: less of {lot.number}, and found as {other.number}."
    return refuse("lot.number_taken", number, why, remedy, field="number")


def needs_another(lot: Lot, others: list[str]) -> Refused:
    """Two people answer for a lot's number."""
    why = "Another pharmacist reads the pack as well."
    remedy = f"{joined(others)} may." if others else "A second pharmacist needs an account."
    return refuse("lot.same_person", lot.number, why, remedy, field="signer-username")
