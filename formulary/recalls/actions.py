"""What a lookup leaves behind, and the hold that follows from it."""

from datetime import datetime

from formulary.accounts import Actor, Permission
from formulary.audit import log_access
from formulary.db import once
from formulary.recalls import queries
from formulary.recalls.queries import Lookup
from formulary.stock.actions import place_hold
from formulary.stock.models import Hold


def note_lookup(lookup: Lookup, *, at: datetime, by: Actor) -> None:
    """Write to the access log who looked up what, and how many patients the answer held."""
    log_access("recall.lookup", by=by, at=at, patients=len(lookup.patient_ids), detail=lookup.asked)


@once
def hold_lots(lot_id: int, *, reason: str, source: str = "", at: datetime, by: Actor) -> Hold:
    """Hold a lot and every lot made from it, at every site; the first hold is that of the lot itself."""
    by.must(Permission.PLACE_HOLD)
    lot = queries.one_lot(lot_id)
    first = place_hold("lot", lot.id, reason=reason, source=source, at=at, by=by)
    for made in queries.descendants([lot.id]):
        place_hold("lot", made.id, reason=f"{reason} (made from {lot.number})", source=source, at=at, by=by)
    return first
