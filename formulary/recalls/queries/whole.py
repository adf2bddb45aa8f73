"""The whole history of one lot for an inspector: every row of its ledger, in order, and every hold on it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import aliased

from formulary.accounts.models import Person, Site
from formulary.cocktails.models import Cocktail
from formulary.db import db
from formulary.patients.models import Patient
from formulary.preparations.models import Attempt
from formulary.stock.models import Hold, Movement, Place, Vial

AT_ONCE = 500
Source, Target, Whose = aliased(Place), aliased(Place), aliased(Person)


@dataclass(frozen=True)
class Moved:
    """One row of the ledger with the names of what it joins; `patient_id` where it was for a cocktail."""

    row: Movement
    vial: str | None
    source: str
    target: str
    site: str
    by: str
    cocktail: str | None
    patient_id: int | None


def whole_history(lot_id: int) -> Iterator[list[Moved]]:
    """Every movement of the lot at every site, as it was recorded, a stretch at a time."""
    query, last = _movements().where(Movement.lot_id == lot_id), 0
    while part := [Moved(*row) for row in db.session.execute(query.where(Movement.id > last))]:
        last = part[-1].row.id
        yield part


def patients_in_history(lot_id: int) -> int:
    """How many patients its movements were for; merged records count as one."""
    kept = db.func.coalesce(Patient.merged_into_id, Patient.id)
    query = db.select(db.func.count(kept.distinct())).join(Attempt, Attempt.patient_id == Patient.id)
    of_attempt = db.and_(Movement.document_kind == "attempt", Attempt.id == Movement.document_id)
    return db.session.scalar(query.join(Movement, of_attempt).where(Movement.lot_id == lot_id)) or 0


def largest_movement(lot_id: int) -> int:
    """The most that was moved of it at a time, in its steps; at least one."""
    most = db.select(db.func.max(Movement.quantity)).where(Movement.lot_id == lot_id)
    return db.session.scalar(most) or 1


def _movements() -> Any:
    columns = (Movement, Vial.code, Source.name, Target.name, Site.name, Person.name, Cocktail.code)
    query = db.select(*columns, Attempt.patient_id).join(Source, Source.id == Movement.from_place_id)
    query = query.join(Target, Target.id == Movement.to_place_id).join(Site, Site.id == Source.site_id)
    query = query.join(Person, Person.id == Movement.by_id).outerjoin(Vial, Vial.id == Movement.vial_id)
    of_attempt = db.and_(Movement.document_kind == "attempt", Attempt.id == Movement.document_id)
    query = query.outerjoin(Attempt, of_attempt).outerjoin(Cocktail, Cocktail.id == Attempt.cocktail_id)
    return query.order_by(Movement.id).limit(AT_ONCE)


def holds_on_lot(lot_id: int) -> list[tuple[Hold, str, str | None]]:
    """Every hold on the lot itself, who placed it and who released it."""
    query = db.select(Hold, Person.name, Whose.name).join(Person, Person.id == Hold.placed_by_id)
    query = query.outerjoin(Whose, Whose.id == Hold.released_by_id)
    here: Any = query.where(Hold.object_kind == "lot", Hold.object_id == lot_id).order_by(Hold.id)
    return [(hold, placed, released) for hold, placed, released in db.session.execute(here)]
