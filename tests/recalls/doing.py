"""A clinic's acts in miniature: real ledger rows and draws, without the checks of the rooms above stock."""

from __future__ import annotations

from datetime import datetime
from fractions import Fraction
from typing import Any

from formulary import clock
from formulary.accounts import Role
from formulary.accounts.actions import next_code
from formulary.accounts.models import Site
from formulary.administrations.models import Administration, GivenLot
from formulary.cocktails.models import Cocktail, CocktailLine, Revision
from formulary.db import db, transaction
from formulary.patients.models import Patient
from formulary.preparations.models import Attempt, Draw, PlannedDraw
from formulary.recalls import queries
from formulary.rules.units import VOLUME, Quantity
from formulary.stock import actions as stock
from formulary.stock import queries as shelf
from formulary.stock.models import Lot, Movement, Place, Vial
from tests.support.builders import act, saved, the_place
from tests.support.builders.accounts import an_actor, the_site

LIVE = ("in_preparation", "prepared", "released", "administering")


def q(text: str) -> Quantity:
    """`q("0.5 mL")`."""
    number, unit = text.split(" ")
    return Quantity.of(number, unit)


def looked_up(number: str, who: str = "recall", cast: Any = None) -> queries.Lookup:
    """The answer that somebody gets for a number."""
    by = cast.actor(who) if cast else an_actor(the_site(), Role.RECALL_OFFICER)
    return queries.look_up(number, at=clock.now(), by=by)


def somebody(site: Site | None = None, role: Role = Role.PHARMACIST) -> Any:
    """A pharmacist of the site (Paris)."""
    return an_actor(site or the_site(), role)


def opened(lot: Lot, site: Site | None = None, **more: Any) -> Vial:
    """One container of the lot, opened from the shelf."""
    given = {"place": the_place(site=site), "at": clock.now(), "by": somebody(site)} | more
    with transaction():
        return stock.open_vial(shelf.lot(lot.id), **given)


def reconstituted(vial: Vial, diluent: Lot, volume: str = "4 mL") -> Vial:
    """The powder of a vial with its diluent."""
    given = {"diluent_source": the_place(), "at": clock.now(), "by": somebody()}
    with transaction():
        return stock.reconstitute(
            shelf.vial(vial.id), diluent_lot=shelf.lot(diluent.id), volume=q(volume), **given
        )


@act()
def a_cocktail(
    patient: Patient,
    state: str = "draft",
    *,
    site: Site | None = None,
    lines: tuple[Lot, ...] = (),
    **more: Any,
) -> Cocktail:
    """A cocktail of the patient in a state, with a line per lot that it names."""
    where, by = site or the_site(), somebody(site, Role.PRACTITIONER)
    row = {"code": next_code("C"), "patient_id": patient.id, "site_id": where.id, "state": state}
    cocktail = saved(Cocktail(**row, created_at=clock.now(), created_by_id=by.person_id, **more))
    revision = Revision(cocktail_id=cocktail.id, number=1, saved_at=clock.now(), saved_by_id=by.person_id)
    revision.prescriber_id = None if state == "draft" else by.person_id
    revision.prescribed_at = None if state == "draft" else clock.now()
    revision.lines = [
        CocktailLine(number=n, product_id=lot.product_id, pin="volume", volume=1, lot_id=lot.id)
        for n, lot in enumerate(lines, 1)
    ]
    saved(revision)
    return cocktail


@act()
def an_attempt(cocktail: Cocktail, state: str = "in_preparation", **more: Any) -> Attempt:
    """Somebody's attempt at a cocktail, and the cocktail in the same state."""
    cocktail = db.session.get_one(Cocktail, cocktail.id)
    site = db.session.get_one(Site, cocktail.site_id)
    revision = db.session.scalars(db.select(Revision).filter_by(cocktail_id=cocktail.id)).one()
    by, place = somebody(site), the_place("preparation", site)
    number = db.session.scalar(db.select(db.func.count(Attempt.id)).filter_by(cocktail_id=cocktail.id)) + 1
    row = {"cocktail_id": cocktail.id, "revision_id": revision.id, "patient_id": cocktail.patient_id}
    row |= {"site_id": site.id, "place_id": place.id, "number": number, "state": state}
    row |= {"prescriber_id": revision.saved_by_id, "preparer_id": by.person_id, "claimed_at": clock.now()}
    cocktail.state = state if state in LIVE else cocktail.state
    return saved(Attempt(**row | more))


def drawn(attempt: Attempt, vial: Vial, volume: str, grade: str = "confirmed") -> list[Draw]:
    """A volume of the vial for the attempt: its ledger rows, and a draw for each lot in it."""
    return [_draw(attempt, taken, volume, grade) for taken in _taken(attempt, vial, q(volume))]


@act()
def _taken(attempt: Attempt, vial: Vial, volume: Quantity) -> list[stock.Taken]:
    place = db.session.get_one(Place, attempt.place_id)
    by = somebody(db.session.get_one(Site, attempt.site_id))
    given = {
        "target": place,
        "reason": "drawn",
        "document": ("attempt", attempt.id),
        "at": clock.now(),
        "by": by,
    }
    return stock.take(shelf.vial(vial.id), volume, for_patient=attempt.patient_id, **given)


def _draw(attempt: Attempt, taken: stock.Taken, volume: str, grade: str) -> Draw:
    row = {"attempt_id": attempt.id, "cocktail_id": attempt.cocktail_id, "patient_id": attempt.patient_id}
    row |= {"lot_id": taken.lot_id, "vial_id": taken.vial_id, "via": taken.via, "quantity": taken.quantity}
    row |= {"volume": q(volume).whole(), "drawn_at": clock.now(), "line_number": 1, "grade": grade}
    return saved(Draw(**row, movement_id=taken.movement.id, by_id=taken.movement.by_id))


@act()
def planned(attempt: Attempt, lot: Lot, vial: Vial | None = None, position: int = 1) -> PlannedDraw:
    """A step that nobody has drawn yet."""
    steps = {"volume": 1000, "quantity": 1000, "allowed_low": 900, "allowed_high": 1100}
    row = {
        "attempt_id": attempt.id,
        "position": position,
        "line_number": position,
        "product_id": lot.product_id,
    }
    return saved(PlannedDraw(**row, **steps, lot_id=lot.id, vial_id=vial.id if vial else None))


@act()
def undone(draws: list[Draw]) -> None:
    """Take draws back: nothing left the vial."""
    for draw in draws:
        row = db.session.get_one(Draw, draw.id)
        stock.reverse(
            db.session.get_one(Movement, row.movement_id), at=clock.now(), by=somebody(), why="a slip"
        )
        row.undone = True


@act()
def now(attempt: Attempt, state: str) -> Attempt:
    """The attempt and its cocktail go to another state."""
    row = db.session.get_one(Attempt, attempt.id)
    row.state = row.cocktail.state = state
    return row


@act()
def wasted(attempt: Attempt) -> None:
    """Discard what was mixed."""
    row = now(attempt, "wasted")
    for draw in _standing(row):
        _post(row, draw, "waste", draw.quantity, reason="not_given")


@act()
def given(attempt: Attempt, share: str = "0.9", *, at: datetime | None = None) -> Administration:
    """Give this share of what was drawn; the rest is wasted. "0" is not given."""
    row, when, part = now(attempt, "administered"), at or clock.now(), Fraction(share)
    total = sum(d.volume for d in _standing(row) if d.via != "diluent")
    by = somebody(db.session.get_one(Site, row.site_id), Role.PRACTITIONER)
    columns = {"attempt_id": row.id, "cocktail_id": row.cocktail_id, "patient_id": row.patient_id}
    columns |= {"site_id": row.site_id, "state": "closed", "started_at": when, "started_by_id": by.person_id}
    columns |= {"identity": {}, "closed_at": when, "closed_by_id": by.person_id, "released": total}
    session = saved(Administration(**columns, outcome="given" if part else "not_given"))
    for draw in _standing(row):
        reached = int(draw.quantity * part)
        _given(session, row, draw, reached, when)
    return session


def _given(session: Administration, attempt: Attempt, draw: Draw, reached: int, when: datetime) -> None:
    rest = draw.quantity - reached
    if reached:
        _post(attempt, draw, "patient", reached, reason="administered", at=when)
    if rest:
        _post(attempt, draw, "waste", rest, reason="left_over", at=when)
    row = {"administration_id": session.id, "draw_id": draw.id, "lot_id": draw.lot_id, "via": draw.via}
    row |= {"patient_id": session.patient_id, "cocktail_id": session.cocktail_id, "grade": draw.grade}
    saved(GivenLot(**row, given=reached, wasted=rest, at=when))


def _standing(attempt: Attempt) -> list[Draw]:
    query = db.select(Draw).filter_by(attempt_id=attempt.id, undone=False).order_by(Draw.id)
    return list(db.session.scalars(query))


def _post(attempt: Attempt, draw: Draw, kind: str, quantity: int, **told: Any) -> Movement:
    site = db.session.get_one(Site, attempt.site_id)
    when = told.pop("at", clock.now())
    return stock.post(
        lot=db.session.get_one(Lot, draw.lot_id),
        source=db.session.get_one(Place, attempt.place_id),
        target=the_place(kind, site),
        quantity=quantity,
        document=("attempt", attempt.id),
        occurred_at=when,
        at=when,
        by=somebody(site),
        **told,
    )


@act()
def moved(lot: Lot, source: str, target: str, volume: str, **more: Any) -> Movement:
    """A volume of sealed stock from one kind of place to another, in Paris."""
    told = {"reason": "moved", "document": ("move", None), "occurred_at": clock.now(), "at": clock.now()}
    ends = {"source": the_place(source), "target": the_place(target), "by": somebody()}
    return stock.post(lot=shelf.lot(lot.id), quantity=q(volume).whole(), **ends, **told | more)


def a_session(
    patient: Patient, *sources: tuple[Vial, str], share: str = "0.9", at: datetime | None = None
) -> Cocktail:
    """A cocktail of these draws, given."""
    cocktail = a_cocktail(patient, "verified")
    attempt = an_attempt(cocktail)
    for vial, volume in sources:
        drawn(attempt, vial, volume)
    given(attempt, share, at=at)
    return cocktail


def left(vial: Vial) -> Quantity:
    """What can still be drawn from a vial."""
    return Quantity(shelf.volume_left(shelf.vial(vial.id)) or 0, VOLUME)
