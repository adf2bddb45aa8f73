"""What a containment has to stop: reservations, preparations at a draw, opened vials; all of one lot."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from formulary.accounts import Actor
from formulary.accounts.actions import next_codes
from formulary.audit import record
from formulary.bench.history.ground import Ground
from formulary.catalogue import queries as catalogue
from formulary.cocktails.models import Cocktail, Revision
from formulary.db import db
from formulary.preparations.models import Attempt, Draw, PlannedDraw
from formulary.rules.units import VOLUME, Quantity
from formulary.stock import actions as stock
from formulary.stock import queries as shelf
from formulary.stock.actions import Pick
from formulary.stock.models import Lot, Place, Vial
from formulary.web.gs1.gtin import check_digit

CONTAINERS = 3
"""One is opened, and one kept for each of two."""
DRAWN = 1_000_000
"""nL of each draw."""


@dataclass(frozen=True)
class Hands:
    """Who does it, on what ground, when."""

    ground: Ground
    by: Actor
    at: datetime


def stand_in_the_way(lot: Lot, each: int, hands: Hands) -> None:
    """So many of each: a preparation with a first draw from a vial of the lot and a second one reserved, and
    a verified cocktail that the lot is kept for.
    """
    place = shelf.place(hands.by.site_id, "storage")
    codes = iter(next_codes("C", 2 * each))
    for patient in _patients(lot.id, each):
        _at_a_draw(lot, place, _cocktail(next(codes), patient, "in_preparation", hands), hands)
        _kept(lot, place, _cocktail(next(codes), patient, "verified", hands)[0], hands)
    new = {"lot": lot.number, "cocktails": 2 * each}
    record("bench.stand_in_the_way", lot, by=hands.by, at=hands.at, new=new)


def come_in(lot: Lot, each: int, hands: Hands) -> None:
    """More of the lot, for so many of each."""
    place, containers = shelf.place(hands.by.site_id, "storage"), CONTAINERS * each
    given = {"maker": lot.maker, "gtin": _gtin_of(lot.product_id), "grade": "scanned"}
    printed = {"product_id": lot.product_id, "number": lot.number, "expires_on": lot.expires_on}
    where = {"containers": containers, "place_id": place.id}
    stock.receive_lot(hands.by.site_id, **printed, **given, **where, at=hands.at, by=hands.by)


def _gtin_of(product_id: int) -> str:
    """The code on the product's pack, or one of the range for demonstrations."""
    codes = catalogue.product(product_id).codes
    digits = f"0952{product_id:09d}"
    return min(codes, key=lambda code: code.id).gtin if codes else digits + check_digit(digits)


def _patients(lot_id: int, count: int) -> list[int]:
    query = db.select(Draw.patient_id).where(Draw.lot_id == lot_id).order_by(Draw.id.desc()).limit(count)
    return list(db.session.scalars(query))


def _cocktail(code: str, patient_id: int, state: str, hands: Hands) -> tuple[int, int]:
    """The cocktail and what was signed of it; their keys."""
    signer, verifier = (hands.ground.staff[part].person_id for part in ("prescriber", "verifier"))
    made = {"created_at": hands.at, "created_by_id": signer, "planned_for": hands.at}
    cocktail = Cocktail(code=code, patient_id=patient_id, site_id=hands.by.site_id, state=state, **made)
    db.session.add(cocktail)
    db.session.flush()
    signed = {"prescriber_id": signer, "prescribed_at": hands.at, "saved_at": hands.at, "saved_by_id": signer}
    seen = {"verifier_id": verifier, "verified_at": hands.at, "state": "frozen", "number": 1}
    revision = Revision(cocktail_id=cocktail.id, target=2 * DRAWN, **signed, **seen)
    db.session.add(revision)
    db.session.flush()
    return cocktail.id, revision.id


def _at_a_draw(lot: Lot, place: Place, keys: tuple[int, int], hands: Hands) -> None:
    """The first draw is done, the second is planned and reserved."""
    cocktail = db.session.get_one(Cocktail, keys[0])
    attempt = _attempt(cocktail, keys[1], hands)
    vial = stock.open_vial(lot, place=place, at=hands.at, by=hands.by)
    _drawn(attempt, vial, hands)
    _kept(lot, place, cocktail.id, hands)
    what = {"lot_id": lot.id, "product_id": lot.product_id, "volume": DRAWN, "quantity": DRAWN}
    limits = {"allowed_low": DRAWN, "allowed_high": DRAWN, "is_qs": False, "place_id": place.id}
    step = {"attempt_id": attempt.id, "position": 2, "line_number": 2, "state": "planned"}
    db.session.add(PlannedDraw(**step, **what, **limits))
    db.session.flush()


def _attempt(cocktail: Cocktail, revision_id: int, hands: Hands) -> Attempt:
    staff = hands.ground.staff
    signed = {f"{part}_id": staff[part].person_id for part in ("prescriber", "verifier", "preparer")}
    of = {"cocktail_id": cocktail.id, "revision_id": revision_id, "patient_id": cocktail.patient_id}
    where: dict[str, Any] = {"site_id": hands.by.site_id, "place_id": hands.ground.places["preparation"]}
    attempt = Attempt(**of, **where, **signed, state="in_preparation", claimed_at=hands.at)
    db.session.add(attempt)
    db.session.flush()
    return attempt


def _drawn(attempt: Attempt, vial: Vial, hands: Hands) -> None:
    preparation = shelf.place(hands.by.site_id, "preparation")
    purpose = {"target": preparation, "reason": "drawn", "document": ("attempt", attempt.id)}
    taken = stock.take(vial, Quantity(DRAWN, VOLUME), **purpose, at=hands.at, by=hands.by)
    movements = [one.movement for one in taken]
    of = {"attempt_id": attempt.id, "cocktail_id": attempt.cocktail_id, "patient_id": attempt.patient_id}
    what = {"lot_id": vial.lot_id, "vial_id": vial.id, "volume": DRAWN, "quantity": DRAWN, "line_number": 1}
    how = {"movement_id": movements[0].id, "drawn_at": hands.at, "by_id": hands.by.person_id}
    db.session.add(Draw(**of, **what, **how, scan=vial.code))
    new = {"vial": vial.code, "measured_nL": DRAWN, "patient": attempt.patient_id}
    record("preparations.draw", attempt, by=hands.by, at=hands.at, new=new, movements=movements)


def _kept(lot: Lot, place: Place, cocktail_id: int, hands: Hands) -> None:
    stock.reserve(f"cocktail:{cocktail_id}", [Pick(lot.id, DRAWN, place.id)], at=hands.at, by=hands.by)
