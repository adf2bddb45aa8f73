"""More of a lot with a delivery note that brought it already: the same packs twice, or further ones."""

from collections.abc import Mapping

from formulary.accounts import queries as accounts
from formulary.catalogue.queries import fold
from formulary.db import exclusive
from formulary.rules.findings import Finding, Level, Refused
from formulary.rules.lot_status import stamp_words
from formulary.stock import queries
from formulary.stock.labels.containers import container_count
from formulary.stock.models import Delivery, Lot, Movement

NOTED = "delivery.noted_before"


def further_packs(
    known: Lot | None, site_id: int, *, supplier: str, note_number: str, overrides: Mapping[str, str]
) -> dict[str, str]:
    """The reason why more of a lot comes with this note, by its code; refuses more without one.

    A note is known again by its number and its supplier; a delivery without a number says nothing. Whoever
    books more of the same lot meanwhile is waited for: two people may have the one note before them.
    """
    if known is None or not note_number:
        return {}
    exclusive(f"stock.noted:{known.id}")
    brought = queries.brought_with(known.id, site_id, note_number)
    before = next((row for row in brought if fold(row.Delivery.supplier) == fold(supplier)), None)
    if before is None:
        return {}
    finding = _noted_before(known, before.Delivery, before.Movement, site_id)
    if reason := overrides.get(finding.key):
        return {finding.code: reason}
    raise Refused(finding)


def _noted_before(lot: Lot, delivery: Delivery, came: Movement, site_id: int) -> Finding:
    when = stamp_words(delivery.received_at, accounts.site(site_id).zone)
    count = container_count(lot.product, came.quantity)
    note = f"Note {delivery.note_number} of {delivery.supplier}"
    why = f"{note} brought lot {lot.number} already: {count}, {when}."
    remedy = "If these are the same packs, leave the page. If more came, say so."
    return Finding(NOTED, lot.number, why, remedy, level=Level.WARN)
