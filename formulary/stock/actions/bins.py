"""The bins of a site: what is thrown into them, who watches, and what comes out again by an undoing."""

from collections.abc import Sequence
from datetime import datetime

from formulary.accounts import Actor, Permission
from formulary.accounts import queries as accounts
from formulary.accounts.actions import sign
from formulary.db import db
from formulary.rules.findings import inputs_hash
from formulary.stock import queries
from formulary.stock.actions.entries import Entry, Watched
from formulary.stock.labels import disposal_refusals as refusals
from formulary.stock.models import Movement, Wasted


def witnessed(
    witness: Actor | None, *, site_id: int, reason: str, is_alert: bool = False, by: Actor, at: datetime
) -> Watched:
    """Who watched; refuses nobody where the site's policy asks for a witness, and oneself.

    What is high-alert (`is_alert`) asks for one whatever the policy. On a solo site words take the place of
    the witness, and it is marked SELF-CHECKED.
    """
    if witness is not None:
        if witness.person_id == by.person_id or not witness.may(Permission.WITNESS):
            raise refusals.not_a_witness(_others(site_id, by))
        return Watched(witness)
    decided = accounts.policy(site_id, "waste_witness", at) or {}
    if not (is_alert or decided.get("required", False)):
        return Watched(None)
    if not accounts.site(site_id).solo:
        raise refusals.no_witness(_others(site_id, by), is_alert=is_alert)
    if not reason.strip():
        raise refusals.no_words_instead()
    return Watched(None, self_checked=True)


def throw_in(entries: Sequence[Entry], movements: Sequence[Movement], at: datetime) -> None:
    """Note each of these movements that ends in the waste as lying in its bin."""
    rows = [_wasted(e, m, at) for e, m in zip(entries, movements, strict=True) if e.target.kind == "waste"]
    if not rows:
        return
    db.session.add_all(rows)
    db.session.flush()
    watched = rows[0]
    witness = next((e.way.bin.watched.witness for e in entries if e.way.bin), None)
    if witness is not None:
        told = inputs_hash(watched.id, [m.hash for m in movements])
        sign(witness, meaning="witness waste", subject=watched, signed_hash=told, at=at)


def take_out_again(movement: Movement) -> None:
    """A movement to the waste is undone: it lies in no bin any more; refused once it was destroyed."""
    row = db.session.scalar(db.select(Wasted).filter_by(movement_id=movement.id).with_for_update())
    if row is None:
        return
    if row.disposal_id is not None:
        raise refusals.destroyed_already(queries.disposal(row.disposal_id, row.site_id))
    row.is_undone = True


def _wasted(entry: Entry, movement: Movement, at: datetime) -> Wasted:
    opened = "open" if entry.vial is not None else "closed"
    thrown = entry.way.bin
    witness = thrown.watched.witness if thrown else None
    return Wasted(
        movement_id=movement.id,
        site_id=entry.target.site_id,
        container="prepared" if entry.source.kind == "preparation" else opened,
        stream_id=thrown.stream_id if thrown else None,
        at=at,
        witness_id=witness.person_id if witness else None,
        self_checked=thrown.watched.self_checked if thrown else False,
    )


def _others(site_id: int, by: Actor) -> list[str]:
    return accounts.staff_who_may(Permission.WITNESS, site_id, but_not=by.person_id)
