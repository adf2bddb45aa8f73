"""The whole history of one lot for an inspector: every row of its ledger, in order, and every hold on it."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import aliased

from formulary.accounts.models import Person, Site
from formulary.cocktails.models import Cocktail
from formulary.db import db
from formulary.preparations.models import Attempt
from formulary.stock.models import Hold, Movement, Place, Vial

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


def whole_history(lot_id: int) -> list[Moved]:
    """Every movement of the lot at every site, as it was recorded."""
    columns = (Movement, Vial.code, Source.name, Target.name, Site.name, Person.name, Cocktail.code)
    query = db.select(*columns, Attempt.patient_id).join(Source, Source.id == Movement.from_place_id)
    query = query.join(Target, Target.id == Movement.to_place_id).join(Site, Site.id == Source.site_id)
    query = query.join(Person, Person.id == Movement.by_id).outerjoin(Vial, Vial.id == Movement.vial_id)
    of_attempt = db.and_(Movement.document_kind == "attempt", Attempt.id == Movement.document_id)
    query = query.outerjoin(Attempt, of_attempt).outerjoin(Cocktail, Cocktail.id == Attempt.cocktail_id)
    rows = db.session.execute(query.where(Movement.lot_id == lot_id).order_by(Movement.id))
    return [Moved(*row) for row in rows]


def holds_on_lot(lot_id: int) -> list[tuple[Hold, str, str | None]]:
    """Every hold on the lot itself, who placed it and who released it."""
    query = db.select(Hold, Person.name, Whose.name).join(Person, Person.id == Hold.placed_by_id)
    query = query.outerjoin(Whose, Whose.id == Hold.released_by_id)
    here: Any = query.where(Hold.object_kind == "lot", Hold.object_id == lot_id).order_by(Hold.id)
    return [(hold, placed, released) for hold, placed, released in db.session.execute(here)]
