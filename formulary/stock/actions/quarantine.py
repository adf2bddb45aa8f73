"""Release from quarantine: a second pharmacist looks at what arrived, and it goes to a shelf."""

from datetime import datetime

from formulary.accounts import Actor, Permission
from formulary.accounts import queries as accounts
from formulary.audit import record
from formulary.db import db, once
from formulary.rules.findings import Refused
from formulary.rules.lot_status import usable
from formulary.stock import facts, queries
from formulary.stock.actions.entering import keep_apart
from formulary.stock.actions.entries import Entry, Way
from formulary.stock.actions.ledger import write
from formulary.stock.labels import quarantine_refusals as told
from formulary.stock.labels import refusals
from formulary.stock.models import Lot, Movement, Place

TOOK_IN = ("received", "arrived", "damaged")
STILL_STOPS = frozenset({"lot.held", "lot.expired"})


@once
def release_lot(
    lot: Lot, *, place: Place, at: datetime, by: Actor, remark: str = "", damaged: bool = False
) -> Lot:
    """Move everything sealed of a lot out of the site's quarantine to a shelf; the lot becomes available.

    What arrived damaged stays, unless that alone is released (`damaged`), with words on why it is sound.
    Refuses the person who received it, here or from another site (on a solo site they give a reason and it
    is marked SELF-CHECKED), a lot that is held or expired, one of which nothing lies in quarantine, and a
    shelf with what it must never lie beside, unless the remark says how they are kept apart.
    """
    by.must(Permission.RELEASE_QUARANTINE)
    if place.kind != "storage":
        raise refusals.wrong_kind(place.name, "Choose a shelf.")
    parts = _parts(lot, place.site_id, damaged=damaged)
    if damaged and not remark.strip():
        raise told.damaged_without_words(lot)
    _nothing_stops(lot, parts[0][0], at)
    keep_apart(lot.product, place, remark)
    self_checked = _self_checked(lot, place, by, remark)
    way = Way(place, "released_damaged" if damaged else "released", ("lot", lot.id), at, remark)
    movements = write([Entry(lot, None, source, held, way) for source, held in parts], at=at, by=by)
    old, lot.status = lot.status, "available"
    new = {"lot": lot.number, "place": place.name, "self_checked": self_checked}
    new |= {"damaged": True} if damaged else {}
    was = {"status": old}
    record(
        "stock.release_quarantine", lot, by=by, at=at, old=was, new=new, reason=remark, movements=movements
    )
    db.session.flush()
    return lot


def _parts(lot: Lot, site_id: int, *, damaged: bool) -> list[tuple[Place, int]]:
    """How much goes from each quarantine: what is sound, or what arrived damaged."""
    lies = [(place, _sealed_at(lot, place)) for place in queries.places(site_id, ["quarantine"])]
    lies = [(place, held) for place, held in lies if held]
    if not lies:
        raise refusals.not_quarantined(lot)
    harmed = {place.id: queries.damaged_at(lot.id, place.id) for place, _ in lies}
    parts = [(place, harmed[place.id] if damaged else held - harmed[place.id]) for place, held in lies]
    if not any(part for _, part in parts):
        raise told.none_damaged(lot) if damaged else told.only_damaged(lot)
    return [(place, part) for place, part in parts if part]


def _sealed_at(lot: Lot, place: Place) -> int:
    lies = queries.contents(lot_id=lot.id, place_id=place.id)
    return sum(c.quantity for c in lies if c.vial_id is None)


def _nothing_stops(lot: Lot, place: Place, at: datetime) -> None:
    stock = facts.stock_of(lot, None, place, at)
    found = () if stock is None else usable(stock, at=at, for_patient=None)
    if stops := [f for f in found if f.code in STILL_STOPS]:
        raise Refused(*stops)


def _self_checked(lot: Lot, place: Place, by: Actor, remark: str) -> bool:
    """Whether a person releases what they received, which only a solo site allows, with a reason."""
    mine = db.select(Movement.id).filter_by(lot_id=lot.id, by_id=by.person_id)
    if db.session.scalar(mine.where(Movement.reason.in_(TOOK_IN)).limit(1)) is None:
        return False
    if not accounts.site(place.site_id).solo:
        may = accounts.staff_who_may(Permission.RELEASE_QUARANTINE, place.site_id, but_not=by.person_id)
        raise refusals.received_it_oneself(lot, may)
    if not remark.strip():
        raise refusals.release_without_reason(lot)
    return True
