"""A dose that was given before this application was there: the whole chain of rows, graded imported.

Nobody prescribed, verified or released it here, and no row says so; what happened can always be recorded.
"""

from dataclasses import dataclass
from datetime import datetime

from formulary.accounts import Actor
from formulary.accounts.actions import next_code
from formulary.administrations.actions.exposing import expose
from formulary.administrations.models import Administration, GivenLot
from formulary.audit import record
from formulary.cocktails.models import Cocktail, CocktailLine, Revision
from formulary.db import db
from formulary.patients.models import Patient
from formulary.preparations.models import Attempt, Draw
from formulary.rules.units import Quantity
from formulary.stock import actions as stock
from formulary.stock import queries
from formulary.stock.models import Movement, Vial

GRADE, ROUTE = "imported", "IV"


@dataclass(frozen=True)
class Dose:
    """So much of a vial that reached a patient, with what was reported of it."""

    patient: Patient
    vial: Vial
    volume: Quantity
    given_at: datetime
    remark: str


def import_dose(dose: Dose, *, at: datetime, by: Actor) -> Administration:
    """Record one dose of the past: vial to preparation to patient on the ledger, and whom it reached."""
    cocktail = _cocktail(dose, by)
    attempt = _attempt(cocktail, dose, by)
    drawn = _move(attempt, dose, "drawn", at=at, by=by)
    draw = _draw(attempt, dose, drawn, by)
    given = _move(attempt, dose, "administered", at=at, by=by)
    administration = _administration(attempt, draw, dose, by)
    new = {"cocktail": cocktail.code, "lot": dose.vial.lot.number, "nL": dose.volume.whole(), "grade": GRADE}
    new |= {"patient": dose.patient.id, "draws": [draw.id]}
    record(
        "seed.import_dose",
        administration,
        by=by,
        at=at,
        new=new,
        reason=dose.remark,
        movements=[drawn, given],
    )
    return administration


def _cocktail(dose: Dose, by: Actor) -> Cocktail:
    cocktail = Cocktail(
        code=next_code("C"),
        patient_id=dose.patient.id,
        site_id=by.site_id,
        state="administered",
        outcome="given",
        is_direct=True,
        created_at=dose.given_at,
        created_by_id=by.person_id,
    )
    db.session.add(cocktail)
    db.session.flush()
    steps = dose.volume.whole()
    revision = Revision(
        cocktail_id=cocktail.id,
        number=1,
        state="frozen",
        target=steps,
        route=ROUTE,
        saved_at=dose.given_at,
        saved_by_id=by.person_id,
        snapshot={"grade": GRADE, "remark": dose.remark},
    )
    line = CocktailLine(number=1, product_id=dose.vial.lot.product_id, pin="volume", volume=steps, unit="mL")
    revision.lines = [line]
    db.session.add(revision)
    db.session.flush()
    return cocktail


def _attempt(cocktail: Cocktail, dose: Dose, by: Actor) -> Attempt:
    attempt = Attempt(
        cocktail_id=cocktail.id,
        revision_id=cocktail.revisions[0].id,
        patient_id=dose.patient.id,
        site_id=by.site_id,
        place_id=queries.place(by.site_id, "preparation").id,
        state="administered",
        prescriber_id=by.person_id,
        preparer_id=by.person_id,
        claimed_at=dose.given_at,
        total=dose.volume.whole(),
        ended_reason=GRADE,
    )
    db.session.add(attempt)
    db.session.flush()
    return attempt


def _move(attempt: Attempt, dose: Dose, reason: str, *, at: datetime, by: Actor) -> Movement:
    """From the open vial to the bench, or from the bench to the patient."""
    drawn = reason == "drawn"
    kinds = ("in_use", "preparation") if drawn else ("preparation", "patient")
    source, target = (queries.place(by.site_id, kind) for kind in kinds)
    return stock.post(
        lot=dose.vial.lot,
        vial=dose.vial if drawn else None,
        source=source,
        target=target,
        quantity=dose.volume.whole(),
        reason=reason,
        document=("attempt", attempt.id),
        occurred_at=dose.given_at,
        at=at,
        by=by,
        already_happened=True,
    )


def _draw(attempt: Attempt, dose: Dose, movement: Movement, by: Actor) -> Draw:
    draw = Draw(
        attempt_id=attempt.id,
        cocktail_id=attempt.cocktail_id,
        patient_id=dose.patient.id,
        line_number=1,
        lot_id=dose.vial.lot_id,
        vial_id=dose.vial.id,
        movement_id=movement.id,
        volume=dose.volume.whole(),
        quantity=dose.volume.whole(),
        drawn_at=dose.given_at,
        by_id=by.person_id,
        grade=GRADE,
    )
    db.session.add(draw)
    db.session.flush()
    return draw


def _administration(attempt: Attempt, draw: Draw, dose: Dose, by: Actor) -> Administration:
    steps = dose.volume.whole()
    administration = Administration(
        attempt_id=attempt.id,
        cocktail_id=attempt.cocktail_id,
        patient_id=dose.patient.id,
        site_id=by.site_id,
        state="closed",
        started_at=dose.given_at,
        started_by_id=by.person_id,
        identity={"grade": GRADE},
        closed_at=dose.given_at,
        closed_by_id=by.person_id,
        outcome="given",
        released=steps,
        given=steps,
        reason=dose.remark,
    )
    db.session.add(administration)
    db.session.flush()
    db.session.add(
        GivenLot(
            administration_id=administration.id,
            draw_id=draw.id,
            lot_id=draw.lot_id,
            patient_id=dose.patient.id,
            cocktail_id=attempt.cocktail_id,
            grade=GRADE,
            given=steps,
            at=dose.given_at,
        )
    )
    expose(administration, [(dose.vial.lot, steps)], grade=GRADE)
    db.session.flush()
    return administration
