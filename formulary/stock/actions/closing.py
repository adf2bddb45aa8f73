"""Closing a count: its differences are posted from or to lost-or-found; no balance is ever set."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from formulary.accounts import Actor, Permission
from formulary.accounts import queries as accounts
from formulary.audit import record
from formulary.db import db, once
from formulary.rules.units import VOLUME, Quantity
from formulary.stock import queries
from formulary.stock.actions.balances import lock
from formulary.stock.actions.counting import end as end_count
from formulary.stock.actions.counting import open_one
from formulary.stock.actions.entries import Entry, Way
from formulary.stock.actions.ledger import write
from formulary.stock.actions.taking import share, shares
from formulary.stock.labels import count_refusals as refusals
from formulary.stock.labels import counts as words
from formulary.stock.models import CountLine, Discrepancy, Movement, Place, StockCount
from formulary.stock.queries import Difference, Looked


@dataclass(frozen=True)
class _Posting:
    """A difference and the rows of the ledger that it becomes."""

    difference: Difference
    entries: list[Entry]


@once
def close_count(
    count_id: int, *, at: datetime, by: Actor, reason: str = "", seen_id: int | None = None
) -> StockCount:
    """Post what a count found: deltas between the places and lost-or-found, all of them or none.

    Each is found less expected when counted, whatever has moved since. Refuses lines that nobody answered
    for, differences above the limit that no other person has counted, what has changed so that a difference
    fits nothing any more, and an entry newer than `seen_id`, the last one of the review. A difference above
    the limit opens a discrepancy; then a pharmacist closes it who has not counted the figure (on a solo
    site the same person, marked SELF-CHECKED).
    """
    by.must(Permission.RECEIVE_STOCK)
    count = open_one(count_id, at, by)
    lines = queries.count_lines(count.id)
    _all_is_there(count, lines, seen_id)
    _stand_still(lines)
    found = queries.differences(count.site_id, lines, at)
    self_checked = _approved(count, found, by)
    differing = [one for one in found if one.by]
    if differing and not reason.strip():
        raise refusals.no_reason()
    _still_fits(differing)
    postings = [_Posting(one, _entries(one, count, reason, at)) for one in differing]
    movements = write([e for posting in postings for e in posting.entries], at=at, by=by) if postings else []
    _keep(found)
    _open_discrepancies(postings, movements, count, at)
    count.self_checked = self_checked
    end_count(count, "closed", reason, at=at, by=by)
    new = {
        "lines": len(lines),
        "differences": [_told(one) for one in differing],
        "self_checked": self_checked,
    }
    record("stock.close_count", count, by=by, at=at, new=new, reason=reason, movements=movements)
    return count


def _all_is_there(count: StockCount, lines: list[Looked], seen_id: int | None) -> None:
    for place in queries.count_places([count.id])[count.id]:
        db.session.refresh(place)
        if not place.is_active:
            raise refusals.place_closed(place)
    if unanswered := [line for line in lines if line.last is None]:
        raise refusals.unanswered(unanswered)
    newest = max((line.entries[-1].id for line in lines if line.entries), default=0)
    if seen_id is not None and newest != seen_id:
        raise refusals.entered_since()


def _stand_still(lines: Iterable[Looked]) -> None:
    """Take every balance that was counted, with the diluents of vials, and read the vials anew."""
    vials = [line.vial for line in lines if line.vial is not None]
    mixed = [
        (line.place.id, line.vial.diluent_lot_id, line.vial.id)
        for line in lines
        if line.vial is not None and line.vial.diluent_lot_id is not None
    ]
    lock([*((line.row.place_id, line.row.lot_id, line.row.vial_id) for line in lines), *mixed])
    for vial in vials:
        db.session.refresh(vial)


def _approved(count: StockCount, found: list[Difference], by: Actor) -> bool:
    """Whether the person checks themselves; refuses what another person must count or approve."""
    above = [one.line for one in found if one.is_above]
    if unsure := [one.line for one in found if one.is_unsure]:
        raise refusals.entered_for_that_minute(unsure)
    if waiting := queries.waiting_for_another(count.site_id, found):
        may = accounts.staff_who_may(Permission.RECEIVE_STOCK, count.site_id, waiting[0].entries[0].by_id)
        raise refusals.needs_another(waiting, may)
    is_solo = accounts.site(count.site_id).solo
    if not above:
        return is_solo and any(one.line.entries[-1].seeing for one in found)
    is_own = any(line.entries[-1].by_id == by.person_id for line in above)
    if not by.may(Permission.RELEASE_QUARANTINE) or (is_own and not is_solo):
        may = accounts.staff_who_may(Permission.RELEASE_QUARANTINE, count.site_id, by.person_id)
        is_own = by.may(Permission.RELEASE_QUARANTINE)
        raise refusals.needs_pharmacist(may, is_own=is_own)
    return is_own


def _still_fits(differing: list[Difference]) -> None:
    """Refuse differences of vials that are closed, moved or mixed since, and of more than lies there."""
    if changed := [one.line for one in differing if not _fits(one)]:
        raise refusals.changed_since(changed)


def _fits(one: Difference) -> bool:
    vial, is_mixture = one.line.vial, one.line.entries[-1].mixture
    if vial is not None and is_mixture != (vial.mixed_volume is not None):
        return False
    lies = queries.locked_quantity(one.line.place, one.line.row.lot_id, one.line.row.vial_id)
    if vial is not None and lies == 0:
        return False
    if vial is not None and is_mixture:
        lies = queries.mixture_left([vial])[vial.id]
    return lies + one.by >= 0


def _entries(one: Difference, count: StockCount, reason: str, at: datetime) -> list[Entry]:
    line, lost = one.line, queries.place(count.site_id, "lost_or_found")
    if one.by < 0:
        way = Way(lost, "counted_less", ("count", count.id), at, reason)
        if line.entries[-1].mixture and line.vial is not None:
            return shares(line.vial, line.place, Quantity(-one.by, VOLUME), way)
        return [Entry(line.lot, line.vial, line.place, -one.by, way)]
    way = Way(line.place, "counted_more", ("count", count.id), at, reason)
    if line.entries[-1].mixture and line.vial is not None:
        return _more_mixture(one, lost, way)
    return [Entry(line.lot, line.vial, lost, one.by, way)]


def _more_mixture(one: Difference, lost: Place, way: Way) -> list[Entry]:
    """More solution than the ledger knew of: each lot in it in proportion, and the volume comes back."""
    vial = one.line.vial
    assert vial is not None  # noqa: S101 - a mixture is in a vial
    left = queries.mixture_left([vial])[vial.id]
    inside = [c for c in queries.contents(vial_id=vial.id, place_id=one.line.place.id)]
    lots = queries.lots_by_id({c.lot_id for c in inside})
    parts = [(c.lot_id, share(c.quantity, one.by, left)) for c in inside]
    return [
        Entry(lots[lot_id], vial, lost, part, way, mixture=-one.by if lot_id == vial.lot_id else None)
        for lot_id, part in parts
        if part
    ]


def _keep(found: Iterable[Difference]) -> None:
    for one in found:
        kept = {"expected": one.expected, "posted": one.by}
        db.session.execute(db.update(CountLine).filter_by(id=one.line.row.id).values(kept))
        db.session.refresh(one.line.row)


def _open_discrepancies(
    postings: list[_Posting], movements: list[Movement], count: StockCount, at: datetime
) -> None:
    """One for each difference above the limit: what a pharmacist still has to explain."""
    rows = iter(movements)
    for posting in postings:
        first, *_ = [next(rows) for _ in posting.entries]
        if posting.difference.is_above:
            db.session.add(_discrepancy(posting.difference, first, count, at))
    db.session.flush()


def _discrepancy(one: Difference, movement: Movement, count: StockCount, at: datetime) -> Discrepancy:
    told = words.difference_words(one.line, one.by, mixture=one.line.entries[-1].mixture)
    return Discrepancy(
        lot_id=movement.lot_id,
        place_id=one.line.place.id,
        movement_id=movement.id,
        quantity=movement.quantity,
        what=f"Count {count.id} found {told} than was on record.",
        opened_at=at,
    )


def _told(one: Difference) -> dict[str, object]:
    return {"line": one.line.name, "expected": one.expected, "by": one.by, "above": one.is_above}
