"""Release from quarantine: a second pharmacist looks at what arrived, and it goes to a shelf."""

from datetime import datetime

from formulary.accounts import Actor
from formulary.accounts import queries as accounts
from formulary.audit import record
from formulary.db import db, once
from formulary.rules.findings import Refused, refuse
from formulary.rules.lot_status import usable
from formulary.stock import facts, queries
from formulary.stock.actions.ledger import Entry, write
from formulary.stock.models import Lot, Movement, Place

STILL_STOPS = frozenset({"lot.held", "lot.expired"})


@once
def release_lot(lot: Lot, *, place: Place, at: datetime, by: Actor, remark: str = "") -> Lot:
    """Move everything sealed of a lot out of the site's quarantine to a shelf and make the lot available.

    Refuses the person who received it (on a solo site they give a reason and it is marked SELF-CHECKED), a
    lot that is held or expired, and one of which nothing lies in quarantine.
    """
    if place.kind != "storage":
        raise refuse(
            "place.wrong_kind",
            place.name,
            f"{place.name} is not a shelf.",
            "Choose a shelf.",
            field="place_id",
        )
    parts = [(q, c) for q in queries.places(place.site_id, ["quarantine"]) for c in _sealed_at(lot, q)]
    if not parts:
        raise refuse(
            "lot.not_quarantined",
            lot.number,
            f"No sealed stock of lot {lot.number} lies in quarantine.",
            "Nothing is left to do.",
        )
    _nothing_stops(lot, parts[0][0], at)
    self_checked = _second_person(lot, place, by, remark)
    entries = [
        Entry(lot, None, source, place, held, "released", ("lot", lot.id), at, remark=remark)
        for source, held in parts
    ]
    movements = write(entries, at=at, by=by)
    old, lot.status = lot.status, "available"
    new = {"lot": lot.number, "place": place.name, "self_checked": self_checked}
    record(
        "stock.release_quarantine",
        lot,
        by=by,
        at=at,
        old={"status": old},
        new=new,
        reason=remark,
        movements=movements,
    )
    db.session.flush()
    return lot


def _sealed_at(lot: Lot, place: Place) -> list[int]:
    return [c.quantity for c in queries.contents(lot_id=lot.id, place_id=place.id) if c.vial_id is None]


def _nothing_stops(lot: Lot, place: Place, at: datetime) -> None:
    stock = facts.stock_of(lot, None, place, at)
    found = () if stock is None else usable(stock, at=at, for_patient=None)
    if stops := [f for f in found if f.code in STILL_STOPS]:
        raise Refused(*stops)


def _second_person(lot: Lot, place: Place, by: Actor, remark: str) -> bool:
    """Whether the same person releases what they received, which only a solo site allows, with a reason."""
    received = db.select(Movement.id).filter_by(lot_id=lot.id, reason="received", by_id=by.person_id)
    if db.session.scalar(received.limit(1)) is None:
        return False
    if not accounts.site(place.site_id).solo:
        reason = f"You received lot {lot.number}, so another pharmacist looks at it before it is used."
        raise refuse("release.same_person", lot.number, reason, "Ask a second pharmacist to release it.")
    if not remark.strip():
        raise refuse(
            "release.reason_missing",
            lot.number,
            "You release what you received yourself.",
            "Say what you looked at.",
            field="remark",
        )
    return True
