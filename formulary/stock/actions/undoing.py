"""Undoing one's own last act: each of its rows is reversed once, and what it changed is as it was."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from formulary.accounts import Actor, Permission
from formulary.audit import record
from formulary.audit.models import AuditEntry
from formulary.db import db, once
from formulary.stock import queries
from formulary.stock.actions import lists_back as lists
from formulary.stock.actions import putting_back as back
from formulary.stock.actions.putting_back import Undoing
from formulary.stock.labels import undoing as told
from formulary.stock.models import UndoneAct


@dataclass(frozen=True)
class How:
    """Who may do and so undo an act, and how it is put back."""

    permission: Permission
    put_back: Callable[[Undoing], None]


P = Permission
ACTS = {
    "stock.receive": How(P.RECEIVE_STOCK, back.rows),
    "stock.open": How(P.PREPARE, back.opening),
    "stock.reconstitute": How(P.PREPARE, back.mixture),
    "stock.move": How(P.RECEIVE_STOCK, back.rows),
    "stock.waste": How(P.PREPARE, back.rows),
    "stock.return": How(P.RECEIVE_STOCK, back.rows),
    "stock.send": How(P.RECEIVE_STOCK, back.sending),
    "stock.receive_transfer": How(P.RECEIVE_STOCK, back.arrival),
    "stock.release_quarantine": How(P.RELEASE_QUARANTINE, back.release),
    "stock.hold": How(P.RELEASE_HOLD, back.hold),
    "stock.release_hold": How(P.RELEASE_HOLD, back.held_again),
    "exchange.deliveries": How(P.RECEIVE_STOCK, lists.deliveries),
    "exchange.stock": How(P.RELEASE_QUARANTINE, lists.opening_stock),
}
COUNTS_AS_LAST = (*told.UNDOABLE, *told.INSTEAD)


@once
def undo(entry_id: int, *, why: str = "", at: datetime, by: Actor) -> UndoneAct:
    """Undo one's own last act on stock, named by its entry of the trail, in the time the site gives for it.

    Refuses somebody else's (Missing), a second time, an act that is not undone (with what to do instead), one
    that is too old or not the last, and one on which something depends, which is named. The rows are
    reversed together, each once; statuses, clocks and reservations are again what they were.
    """
    entry = queries.own_act(entry_id, by)
    _may_be_undone(entry, at, by)
    how = ACTS[entry.action]
    by.must(how.permission)
    acting = Undoing(entry, at, by, why.strip())
    how.put_back(acting)
    made = [_note(one, acting) for one in (entry, *acting.with_it)]
    db.session.flush()
    new = {"undone": entry.id, "act": entry.action, "with_it": [one.id for one in acting.with_it]}
    record("stock.undo", made[0], by=by, at=at, new=new, reason=why, movements=acting.reversals)
    return made[0]


def undoable_now(by: Actor, at: datetime) -> AuditEntry | None:
    """The act that a person could undo now, as far as its time goes; None where there is none."""
    entry = queries.last_act(by, COUNTS_AS_LAST)
    if entry is None or entry.action not in ACTS or _told(entry, "is_part", "list", "source"):
        return None
    if not by.may(ACTS[entry.action].permission):
        return None
    return None if told.late_by(entry, queries.undo_minutes(by.site_id, at), at) else entry


def _may_be_undone(entry: AuditEntry, at: datetime, by: Actor) -> None:
    if queries.is_undone(entry.id):
        raise told.undone_already()
    if entry.action not in ACTS:
        raise told.not_undoable(entry)
    if _told(entry, "list"):
        raise told.part_of_a_list(entry)
    if _told(entry, "is_part"):
        raise told.part_of_another(entry)
    minutes = queries.undo_minutes(by.site_id, at)
    if told.late_by(entry, minutes, at):
        raise told.too_late(minutes)
    newest = queries.last_act(by, COUNTS_AS_LAST)
    if newest is not None and newest.id != entry.id:
        raise told.not_last(newest)


def _told(entry: AuditEntry, *what: str) -> bool:
    """Whether the entry says one of these of itself."""
    return any((entry.new or {}).get(name) for name in what)


def _note(entry: AuditEntry, acting: Undoing) -> UndoneAct:
    made = UndoneAct(
        entry_id=entry.id, action=entry.action, at=acting.at, by_id=acting.by.person_id, why=acting.why
    )
    db.session.add(made)
    return made
