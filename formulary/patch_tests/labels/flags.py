"""What is unusual about a test and stays visible beside it: the lot not known, or not as on record."""

from collections.abc import Sequence
from datetime import timedelta
from zoneinfo import ZoneInfo

from formulary.patch_tests import queries
from formulary.patch_tests.models import PatchTest, PatchTestItem
from formulary.stock.models import Movement
from formulary.web import words


class _Known:
    """What the ledger knows of the lots and vials of some tests, read once for all of them."""

    def __init__(self, tests: Sequence[PatchTest]) -> None:
        items = [item for test in tests for item in test.items]
        self.received = queries.first_received({i.lot_id for i in items if i.lot_id is not None})
        self.vials = queries.vials({i.vial_id for i in items if i.vial_id is not None})
        self.short = {_key(m) for m in queries.movements([t.id for t in tests]) if m.reason == "shortfall"}


def flags_of(tests: Sequence[PatchTest], zone: ZoneInfo) -> dict[int, list[str]]:
    """The flags of each spot, by item, and nothing for a spot that has none; three queries in all."""
    known = _Known(tests)
    found = {item.id: _flags(test, item, known, zone) for test in tests for item in test.items}
    return {item_id: flags for item_id, flags in found.items() if flags}


def _flags(test: PatchTest, item: PatchTestItem, known: _Known, zone: ZoneInfo) -> list[str]:
    if item.lot_id is None:
        return []
    told = []
    received = known.received.get(item.lot_id)
    if received and received > test.applied_at:
        told.append(f"the lot came in later, on {words.day(received, zone)}")
    vial = known.vials.get(item.vial_id or 0)
    if vial and vial.opened_at and vial.opened_at > test.applied_at + timedelta(minutes=1):
        told.append(f"vial {vial.code} was opened later, on {words.instant(vial.opened_at, zone)}")
    if (test.id, item.lot_id) in known.short:
        told.append("more than was on record: a discrepancy is open")
    elif item.quantity is None and test.state == "applied":
        told.append("nothing left the stock for it: its amount cannot be told")
    return told


def _key(movement: Movement) -> tuple[int | None, int]:
    return movement.document_id, movement.lot_id
