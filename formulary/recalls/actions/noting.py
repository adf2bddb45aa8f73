"""What a lookup leaves behind: who saw whom, on a page or on a terminal."""

from datetime import datetime

from formulary.accounts import Actor
from formulary.audit import log_access, record
from formulary.recalls.models import RecallCase
from formulary.recalls.queries import VIEWED, Done, Found, FoundLot, Lookup, Since, Traced

LOOKED_UP, DONE = "recalls.lookup", "what was done"


def note_lookup(lookup: Lookup, *, at: datetime, by: Actor) -> None:
    """Write to the access log who looked up what, and how many patients the answer shows.

    What was typed is not kept: it may be a name. The lots that were found are.
    """
    log_access(LOOKED_UP, by=by, at=at, patients=lookup.shown, detail=_lots(lookup.found))


def note_trace(traced: Traced, *, at: datetime, by: Actor) -> None:
    """Write to the access log who followed which lots, and how many patients the picture shows."""
    log_access("recalls.trace", by=by, at=at, patients=traced.named, detail=_lots(traced.found))


def note_case(case: RecallCase, what: str, *, patients: int, at: datetime, by: Actor) -> None:
    """Write to the access log who saw a case, in which form ("page", "CSV"), and how many patients."""
    log_access(VIEWED, by=by, at=at, subject=case, patients=patients, detail=f"{case.code}, {what}")


def note_history(lot: FoundLot, patients: int, *, at: datetime, by: Actor) -> None:
    """Write to the access log who took the whole history of a lot."""
    log_access("recalls.history", by=by, at=at, patients=patients, detail=lot.number)


def note_excursion(since: Since, *, at: datetime, by: Actor) -> None:
    """Write to the access log who saw whom was treated since an excursion."""
    log_access(
        "recalls.excursion", by=by, at=at, subject=since.event, patients=since.shown, detail=since.event.code
    )


def note_work(done: Done, *, at: datetime, by: Actor) -> None:
    """Write to the access log who looked up whom something that was done has touched."""
    log_access(LOOKED_UP, by=by, at=at, patients=done.shown, detail=DONE)


def note_export(
    lookup: Lookup, patients: int, *, system_user: str, names: bool, at: datetime, by: Actor
) -> None:
    """The same for an answer that leaves the app on a terminal: with the system's user, and in the trail."""
    log_access(LOOKED_UP, by=by, at=at, patients=patients, detail=f"{system_user}: {_lots(lookup.found)}")
    new = {"lots": _lots(lookup.found), "patients": patients, "names": names, "system_user": system_user}
    record("recalls.export", None, by=by, at=at, new=new)


def note_done(patients: int, *, system_user: str, names: bool, at: datetime, by: Actor) -> None:
    """The same for an answer to what was done."""
    log_access(LOOKED_UP, by=by, at=at, patients=patients, detail=f"{system_user}: {DONE}")
    new = {"lots": DONE, "patients": patients, "names": names, "system_user": system_user}
    record("recalls.export", None, by=by, at=at, new=new)


def note_list(
    case: RecallCase, patients: int, *, system_user: str, names: bool, at: datetime, by: Actor
) -> None:
    """Write down that the list of a case left on a terminal, with the system's user, and in the trail."""
    log_access(VIEWED, by=by, at=at, subject=case, patients=patients, detail=f"{case.code}, {system_user}")
    new = {"case": case.code, "patients": patients, "names": names, "system_user": system_user}
    record("recalls.export", case, by=by, at=at, new=new)


def _lots(found: Found) -> str:
    return ", ".join(dict.fromkeys(lot.number for lot in found.lots)) or "no lot"
