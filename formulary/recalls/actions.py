"""What a lookup leaves behind, and the hold that follows from it."""

from datetime import datetime

from formulary.accounts import Actor, Permission
from formulary.audit import log_access, record
from formulary.db import once
from formulary.recalls import queries
from formulary.recalls.queries import Lookup
from formulary.stock.actions import place_hold
from formulary.stock.models import Hold

LOOKED_UP = "recalls.lookup"


def note_lookup(lookup: Lookup, *, at: datetime, by: Actor) -> None:
    """Write to the access log who looked up what, and how many patients the answer shows.

    What was typed is not kept: it may be a name. The lots that were found are.
    """
    log_access(LOOKED_UP, by=by, at=at, patients=len(lookup.patient_ids), detail=_lots(lookup))


def note_export(
    lookup: Lookup, patients: int, *, system_user: str, names: bool, at: datetime, by: Actor
) -> None:
    """The same for an answer that leaves the app on a terminal: with the system's user, and in the trail."""
    log_access(LOOKED_UP, by=by, at=at, patients=patients, detail=f"{system_user}: {_lots(lookup)}")
    new = {"lots": _lots(lookup), "patients": patients, "names": names, "system_user": system_user}
    record("recalls.export", None, by=by, at=at, new=new)


def _lots(lookup: Lookup) -> str:
    return ", ".join(dict.fromkeys(lot.number for lot in lookup.found.lots)) or "no lot"


@once
def hold_lots(lot_id: int, *, reason: str, source: str = "", at: datetime, by: Actor) -> Hold:
    """Hold a lot and every lot made from it, at every site; the first hold is that of the lot itself."""
    by.must(Permission.PLACE_HOLD)
    found = queries.lots_found([lot_id])
    first = place_hold("lot", lot_id, reason=reason, source=source, at=at, by=by)
    for made in found.made_from_these:
        because = f"{reason} (made from {found.exact[0].number})"
        place_hold("lot", made.id, reason=because, source=source, at=at, by=by)
    return first
