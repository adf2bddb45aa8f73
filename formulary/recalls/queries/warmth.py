"""Who was treated since a temperature excursion, from the lots and open vials that were inside."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from formulary.accounts import Actor, RecallSight
from formulary.administrations.models import GivenLot
from formulary.db import db
from formulary.patients.models import Patient
from formulary.preparations.models import Attempt
from formulary.recalls.queries.lots import descendants
from formulary.recalls.queries.patients import Known, cocktails_told, known_patients
from formulary.rules.units import Quantity
from formulary.stock import queries as stock
from formulary.stock.models import Lot, Movement, TemperatureEvent
from formulary.web.paging import Page, Window, page

BY_TIME = (GivenLot.at, GivenLot.id)
SIZE = 50


@dataclass(frozen=True)
class Treated:
    """One patient as the asker may know them, and what they received since."""

    patient: Known
    cocktail: str
    lot: Lot
    quantity: Quantity
    at: datetime


@dataclass(frozen=True)
class Since:
    """The answer: the excursion, how many patients in all, and a page of who they are.

    `rows` is empty where the asker sees counts alone; `shown` is how many patients it shows.
    """

    event: TemperatureEvent
    place: str
    start: datetime
    patients: int
    page: Page
    rows: tuple[Treated, ...]
    end: datetime

    @property
    def shown(self) -> int:
        """How many patients the answer shows."""
        return len({row.patient.id for row in self.rows})


def treated_since(event_id: int, window: Window, *, by: Actor, at: datetime) -> Since:
    """Everybody who received since its earliest beginning what lay there: of a sealed lot whatever was given
    of it or of what was made from it, of an open vial what was drawn from that vial.
    """
    event, place = stock.event(event_id, by.site_id)
    start, end = stock.stretch_of(event, stock.excursion_of(event, place), at)
    here = _from(stock.inside(place, start, end), start)
    found = page(db.select(GivenLot).where(*here), BY_TIME, window=window, size=SIZE)
    sees = by.recall_sight is not RecallSight.COUNTS
    rows = tuple(_treated(found.rows, by, at)) if sees else ()
    return Since(event, place.name, start, _patients(here), found if sees else Page([]), rows, end)


def _from(inside: list[stock.Inside], start: datetime) -> tuple[Any, ...]:
    sealed = {row.lot.id for row in inside if row.vial is None}
    lots = sealed | {lot.id for lot in descendants(sealed)}
    vials = {row.vial.id for row in inside if row.vial is not None}
    held = {row.lot.id for row in inside if row.vial is not None}
    drawn = db.select(Attempt.cocktail_id).join(Movement, Movement.document_id == Attempt.id)
    drawn = drawn.where(Movement.document_kind == "attempt", Movement.vial_id.in_(vials))
    of_vials = db.and_(GivenLot.lot_id.in_(held), GivenLot.cocktail_id.in_(drawn))
    return GivenLot.at >= start, GivenLot.given > 0, db.or_(GivenLot.lot_id.in_(lots), of_vials)


def _patients(here: tuple[Any, ...]) -> int:
    """How many patients; merged records count as one."""
    kept = db.func.coalesce(Patient.merged_into_id, Patient.id)
    query = db.select(db.func.count(kept.distinct())).join(GivenLot, GivenLot.patient_id == Patient.id)
    return db.session.scalar(query.where(*here)) or 0


def _treated(rows: list[GivenLot], by: Actor, at: datetime) -> list[Treated]:
    known = known_patients({row.patient_id for row in rows}, by=by, at=at)
    told = cocktails_told(row.cocktail_id for row in rows)
    codes = {key: one.code for key, one in told.items()}
    lots = stock.lots_by_id({row.lot_id for row in rows})
    return [
        Treated(
            known[row.patient_id], codes.get(row.cocktail_id, ""), lots[row.lot_id],
            lots[row.lot_id].quantity(row.given), row.at,
        )
        for row in rows
    ]  # fmt: skip
