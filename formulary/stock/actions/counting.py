"""Counting: a blind sheet is frozen, its lines are answered for, and what was found on top is added."""

from collections.abc import Collection
from datetime import datetime

from formulary.accounts import Actor, Permission
from formulary.accounts import queries as accounts
from formulary.audit import record
from formulary.db import Missing, db, once
from formulary.rules.units import Quantity
from formulary.stock import queries
from formulary.stock.actions.balances import lock
from formulary.stock.actions.entries import MOST
from formulary.stock.labels import count_refusals as refusals
from formulary.stock.labels.refusals import too_fine, too_much, written
from formulary.stock.models import CountEntry, CountLine, CountPlace, Lot, Place, StockCount, Vial
from formulary.stock.queries import LIES_AT, Looked

MOST_CONTAINERS = 1_000_000
HOLDS_SEALED = frozenset({"storage", "quarantine"})


@once
def open_count(site_id: int, place_ids: Collection[int], *, at: datetime, by: Actor) -> StockCount:
    """Freeze a sheet of what the ledger says lies at these places of the site, one line per lot or open vial.

    Refuses no place, a place that holds nothing of its own, and one that somebody counts already.
    """
    by.must(Permission.RECEIVE_STOCK)
    if not place_ids:
        raise refusals.no_place()
    places = [queries.place_by_id(number, site_id) for number in sorted(set(place_ids))]
    _may_be_counted(places, at)
    count = StockCount(site_id=site_id, state="open", opened_at=at, opened_by_id=by.person_id)
    db.session.add(count)
    db.session.flush()
    db.session.add_all(CountPlace(count_id=count.id, place_id=place.id, is_open=True) for place in places)
    lying = queries.lies_at([place.id for place in places])
    for place, lot, vial in lying:
        db.session.add(CountLine(count_id=count.id, place_id=place, lot_id=lot, vial_id=vial))
        db.session.flush()
    new = {"places": [place.name for place in places], "lines": len(lying)}
    record("stock.open_count", count, by=by, at=at, new=new)
    return count


@once
def count_line(
    line_id: int,
    count_id: int,
    *,
    outcome: str,
    at: datetime,
    by: Actor,
    containers: int | None = None,
    part: Quantity | None = None,
    again: int | None = None,
) -> CountEntry:
    """Answer for a line: so many containers and a part of one, or what is left in a vial; none; not counted.

    The ledger is not touched. A line that was answered for asks first: `again` is the number of the answer
    that this one replaces. Refuses less than nothing, more than MOST_CONTAINERS, 0 (that is "none"),
    something left in a vial that was closed or moved meanwhile, and, once the differences are shown, whoever
    has counted the line (on a solo site nobody else is there: it is marked).
    """
    by.must(Permission.RECEIVE_STOCK)
    count = open_one(count_id, at, by)
    line = queries.count_line(line_id, count.id)
    _is_active(line.place)
    seeing = _note_if_shown(count, at)
    if seeing:
        _is_another(line, by)
    _asks_again(line, at, again)
    found = _found(line, outcome, containers, part)
    entry = CountEntry(
        line_id=line_id,
        number=len(line.entries) + 1,
        outcome=outcome,
        found=found,
        mixture=line.vial is not None and line.vial.mixed_volume is not None,
        mark=_mark(line),
        counted_at=at,
        by_id=by.person_id,
        seeing=seeing,
    )
    db.session.add(entry)
    db.session.flush()
    _note_if_shown(count, at)
    new = {"line": line.name, "outcome": outcome, "found": found, "number": entry.number}
    record("stock.count_line", count, by=by, at=at, new=new)
    return entry


@once
def add_to_count(
    count_id: int, *, place_id: int, at: datetime, by: Actor, lot: Lot | None = None, vial: Vial | None = None
) -> CountLine:
    """Add what was found and no line expects: a known lot at a place of the count, or a vial standing there.

    Refuses what has its line already, and a vial that the ledger has elsewhere or closed.
    """
    by.must(Permission.RECEIVE_STOCK)
    count = open_one(count_id, at, by)
    place = next((p for p in queries.count_places([count.id])[count.id] if p.id == place_id), None)
    if place is None:
        raise Missing(f"Count {count.id} is not of place {place_id}")
    _is_active(place)
    _note_if_shown(count, at)
    about = vial.lot if vial is not None else lot
    if about is None:
        raise ValueError("A line is about a lot or a vial")
    if vial is not None:
        stands_there(vial, place)
    elif place.kind not in HOLDS_SEALED:
        raise refusals.sealed_there(place)
    for line in queries.count_lines(count.id):
        if _is_about(line, place, about, vial):
            raise refusals.on_sheet_already(line)
    row = CountLine(
        count_id=count.id, place_id=place.id, lot_id=about.id, vial_id=vial.id if vial else None, added=True
    )
    db.session.add(row)
    db.session.flush()
    new = {"place": place.name, "lot": about.number, "vial": vial.code if vial else None}
    record("stock.add_to_count", count, by=by, at=at, new=new)
    return row


@once
def cancel_count(count_id: int, *, reason: str, at: datetime, by: Actor) -> StockCount:
    """End a count without any movement, with a reason; its places may be counted anew."""
    by.must(Permission.RECEIVE_STOCK)
    count = open_one(count_id, at, by)
    if not reason.strip():
        raise refusals.no_reason()
    end(count, "cancelled", reason, at=at, by=by)
    record("stock.cancel_count", count, by=by, at=at, old={"state": "open"}, reason=reason)
    return count


def open_one(count_id: int, at: datetime, by: Actor) -> StockCount:
    """A count of the person's site, taken until the act ends; refuses one that has ended, naming who did."""
    count = queries.count(count_id, by.site_id, locked=True)
    if count.state != "open":
        name = accounts.person_names([count.ended_by_id]).get(count.ended_by_id or 0, "")
        raise refusals.ended(count, name, accounts.site(count.site_id).zone, at)
    return count


def end(count: StockCount, state: str, reason: str, *, at: datetime, by: Actor) -> None:
    """Write how a count ended and free its places."""
    count.state, count.reason, count.ended_at, count.ended_by_id = state, reason, at, by.person_id
    db.session.execute(db.update(CountPlace).filter_by(count_id=count.id).values(is_open=False))
    db.session.flush()


def stands_there(vial: Vial, place: Place) -> None:
    """Refuse a vial that is closed or stands at another place by the ledger."""
    lies = queries.contents(vial_id=vial.id, lot_id=vial.lot_id)
    if not lies:
        raise refusals.vial_closed(vial, vial.state)
    if all(content.place_id != place.id for content in lies):
        other = lies[0].place_id
        raise refusals.vial_moved(vial, queries.places_by_id({other})[other])


def _may_be_counted(places: list[Place], at: datetime) -> None:
    locked = db.select(Place.id).where(Place.id.in_([place.id for place in places])).order_by(Place.id)
    db.session.execute(locked.with_for_update(key_share=True))
    for place in places:
        if place.kind not in LIES_AT or not place.is_active:
            raise refusals.not_a_place_of_stock(place)
    zone = accounts.site(places[0].site_id).zone
    for found in queries.being_counted(places[0].site_id):
        if found.place_id in {place.id for place in places}:
            raise refusals.counted_already(found, zone, at)


def _is_active(place: Place) -> None:
    db.session.refresh(place)
    if not place.is_active:
        raise refusals.place_closed(place)


def _asks_again(line: Looked, at: datetime, again: int | None) -> None:
    if line.last is None or line.last.number == again:
        return
    name = accounts.person_names([line.last.by_id]).get(line.last.by_id, "")
    raise refusals.counted_twice(line, name, accounts.site(line.place.site_id).zone, at)


def _note_if_shown(count: StockCount, at: datetime) -> bool:
    """Whether the differences are or were there to be seen; from the first time on it stays so."""
    if count.shown_at is None and queries.shows_differences(count.site_id, queries.count_lines(count.id), at):
        count.shown_at = at
    return count.shown_at is not None


def _is_another(line: Looked, by: Actor) -> None:
    site = accounts.site(line.place.site_id)
    if not site.solo and any(entry.by_id == by.person_id for entry in line.entries):
        raise refusals.was_shown(
            line, accounts.staff_who_may(Permission.RECEIVE_STOCK, site.id, by.person_id)
        )


def _found(line: Looked, outcome: str, containers: int | None, part: Quantity | None) -> int | None:
    """What was found in the steps of the line; None for "not counted"."""
    if outcome == "none":
        return 0
    if outcome == "not_counted":
        if any(entry.found is not None for entry in line.entries):
            raise refusals.was_counted(_field(line))
        return None
    if outcome != "counted" or (containers is None and part is None):
        raise refusals.no_outcome(_field(line))
    found = _in_containers(line, containers or 0) + _in_part(line, part)
    if found == 0:
        raise refusals.zero_found(_field(line))
    if found > MOST:
        raise too_much(line.lot.number)
    if line.vial is not None:
        db.session.refresh(line.vial)
        stands_there(line.vial, line.place)
    return found


def _field(line: Looked) -> str:
    return "part" if line.vial is not None or line.lot.product.content is None else "containers"


def _in_containers(line: Looked, containers: int) -> int:
    if containers < 0:
        raise refusals.below_nothing("containers")
    if containers > MOST_CONTAINERS:
        raise refusals.too_many(MOST_CONTAINERS)
    if containers and (line.vial is not None or line.lot.product.content is None):
        raise refusals.no_containers(line.lot)
    return containers * (line.lot.product.content or 0)


def _in_part(line: Looked, part: Quantity | None) -> int:
    if part is None:
        return 0
    if part.steps < 0:
        raise refusals.below_nothing("part")
    if part.steps.denominator != 1:
        raise too_fine("part")
    holds = line.lot.product.content
    if line.vial is None and holds is not None and part.steps >= holds:
        raise refusals.part_too_large(line.lot, written(line.lot.quantity(holds), line.place.site_id))
    return part.whole()


def _mark(line: Looked) -> int:
    """The lot's last movement, read while nothing can move what is counted."""
    lock([(line.row.place_id, line.row.lot_id, line.row.vial_id)])
    return queries.last_movement(line.row.lot_id)


def _is_about(line: Looked, place: Place, lot: Lot, vial: Vial | None) -> bool:
    if vial is not None:
        return line.row.vial_id == vial.id and line.row.place_id == place.id
    return line.row.vial_id is None and (line.row.lot_id, line.row.place_id) == (lot.id, place.id)
