"""Destroying: all that lies in one bin is handed over or destroyed, with a certificate."""

from collections import Counter
from datetime import datetime

from formulary.accounts import Actor, Permission
from formulary.accounts.actions import next_code, sign
from formulary.audit import record
from formulary.db import db, once
from formulary.rules.findings import inputs_hash
from formulary.stock import queries
from formulary.stock.actions.bins import witnessed
from formulary.stock.actions.entries import Entry, Way
from formulary.stock.actions.ledger import write
from formulary.stock.actions.taking import lot_row
from formulary.stock.labels import REASONS_FOR
from formulary.stock.labels import disposal_refusals as refusals
from formulary.stock.models import Disposal, Movement, WasteStream


@once
def dispose(
    site_id: int,
    *,
    stream_id: int | None,
    method: str,
    taken_by: str = "",
    reference: str = "",
    remark: str = "",
    witness: Actor | None = None,
    seen_id: int | None = None,
    at: datetime,
    by: Actor,
) -> Disposal:
    """Hand over or destroy all that lies in one bin (None: what nobody put into one), with a certificate.

    It moves from waste to destroyed, keeping why it was wasted. `seen_id` is the newest waste of the
    page that was read. Refuses an empty bin, what was thrown in after that, a method that is not offered,
    and nobody to watch where the site's policy asks for a witness.
    """
    by.must(Permission.RECEIVE_STOCK)
    if method not in REASONS_FOR["dispose"]:
        raise refusals.no_method()
    if method == "other_method" and not remark.strip():
        raise refusals.no_remark()
    watched = witnessed(witness, site_id=site_id, reason=remark, by=by, at=at)
    rows = queries.waiting_rows(site_id, stream_id)
    if not rows:
        name = queries.stream(stream_id, site_id).name if stream_id else "the waste without a bin"
        raise refusals.nothing_waits(name)
    if seen_id is not None and rows[-1][0].id != seen_id:
        raise refusals.changed_since()
    made = Disposal(
        code=next_code("DC"),
        site_id=site_id,
        stream_id=stream_id,
        method=method,
        taken_by=taken_by,
        reference=reference,
        remark=remark,
        at=at,
        by_id=by.person_id,
        witness_id=watched.witness.person_id if watched.witness else None,
        self_checked=watched.self_checked,
    )
    db.session.add(made)
    db.session.flush()
    movements = _destroy(made, [movement for _, movement in rows], at, by)
    for row, _ in rows:
        row.disposal_id = made.id
    if watched.witness is not None:
        told = inputs_hash(made.id, [movement.hash for movement in movements])
        sign(watched.witness, meaning="witness waste", subject=made, signed_hash=told, at=at)
    new = {"disposal": made.code, "stream": stream_id, "method": method, "taken_by": taken_by}
    new |= {"witness": watched.witness.name if watched.witness else "", "reference": reference}
    record("stock.dispose", made, by=by, at=at, new=new, reason=remark, movements=movements)
    return made


@once
def add_stream(
    site_id: int, *, name: str, goes_in: str, rule: str = "", source: str = "", at: datetime, by: Actor
) -> WasteStream:
    """Add a bin; refuses a name that is taken."""
    by.must(Permission.MANAGE_CLINIC)
    _name_is_free(site_id, name)
    made = WasteStream(site_id=site_id, name=name, goes_in=goes_in, rule=rule, source=source)
    db.session.add(made)
    db.session.flush()
    new = {"name": name, "goes_in": goes_in, "rule": rule, "source": source}
    record("stock.add_stream", made, by=by, at=at, new=new)
    return made


@once
def change_stream(
    stream_id: int,
    *,
    name: str,
    goes_in: str,
    rule: str,
    source: str,
    is_active: bool,
    at: datetime,
    by: Actor,
) -> WasteStream:
    """Change what a bin is for and what the rule for it says, or take it out of use."""
    by.must(Permission.MANAGE_CLINIC)
    row = queries.stream(stream_id, by.site_id)
    _name_is_free(row.site_id, name, but=row.id)
    new = {"name": name, "goes_in": goes_in, "rule": rule, "source": source, "is_active": is_active}
    old = {what: getattr(row, what) for what in new}
    for what, value in new.items():
        setattr(row, what, value)
    record("stock.change_stream", row, by=by, at=at, old=old, new=new)
    db.session.flush()
    return row


def _destroy(made: Disposal, wasted: list[Movement], at: datetime, by: Actor) -> list[Movement]:
    source, target = (queries.place(made.site_id, kind) for kind in ("waste", "destroyed"))
    sums: Counter[tuple[int, str]] = Counter()
    for row in wasted:
        sums[row.lot_id, row.reason] += row.quantity
    ways = {why: Way(target, why, ("disposal", made.id), at, made.remark) for _, why in sums}
    entries = [Entry(lot_row(lot), None, source, sums[lot, why], ways[why]) for lot, why in sorted(sums)]
    return write(entries, at=at, by=by)


def _name_is_free(site_id: int, name: str, but: int | None = None) -> None:
    taken = db.session.scalar(db.select(WasteStream.id).filter_by(site_id=site_id, name=name))
    if taken not in {None, but}:
        raise refusals.stream_name_taken(name)
