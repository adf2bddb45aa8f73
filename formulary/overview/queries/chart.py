"""All that is on record of one patient, in as many queries for two sessions as for two hundred."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from formulary.accounts.models import Site
from formulary.administrations import queries as administrations
from formulary.administrations.models import Administration, CareSheet, GivenLot
from formulary.administrations.queries import courses, reactions
from formulary.catalogue.models import Ingredient, Product
from formulary.cocktails.models import Amendment, Cocktail, Revision
from formulary.db import db
from formulary.patch_tests import queries as patch_tests
from formulary.patients import queries as patients
from formulary.patients.models import Exposure
from formulary.stock.models import Lot

MOST = 500


@dataclass(frozen=True)
class Record:
    """What was read of a patient; sessions and lots are the newest MOST, `in_all` says how many there are."""

    sessions: list[Row[Any]]
    in_all: int
    lots: list[Row[Any]]
    exposures: list[Row[Any]]
    tests: list[Any]
    reactions: list[Any]
    consents: list[Any]
    weights: list[Any]
    medicines: list[Any]
    courses: list[Any]
    counts: courses.Counts
    appointments: list[Any]
    sheets: list[Row[Any]]
    afterwards: list[Any]
    amendments: list[Row[Any]]


def record(patient_id: int, at: datetime) -> Record:
    """Everything about a patient who was asked for before."""
    of_courses = patients.courses_of(patient_id)
    return Record(
        sessions=_sessions(patient_id),
        in_all=_in_all(patient_id),
        lots=_lots(patient_id),
        exposures=_exposures(patient_id, at),
        tests=patch_tests.tests_of(patient_id),
        reactions=reactions.of_patient(patient_id, MOST),
        consents=patients.consents(patient_id),
        weights=patients.weights(patient_id, at, most=MOST),
        medicines=patients.medicines(patient_id),
        courses=of_courses,
        counts=courses.counts(of_courses),
        appointments=patients.appointments_of(patient_id),
        sheets=_sheets(patient_id),
        afterwards=administrations.after_records_of(patient_id),
        amendments=_amendments(patient_id),
    )


def _sessions(patient_id: int) -> list[Row[Any]]:
    """(session, cocktail's code, area, route, site) of every session, the newest first."""
    current = db.and_(Revision.cocktail_id == Cocktail.id, Revision.number == Cocktail.revision_number)
    query = (
        db.select(Administration, Cocktail.code, Revision.area, Revision.route, Site.name)
        .join(Cocktail, Cocktail.id == Administration.cocktail_id)
        .join(Revision, current)
        .join(Site, Site.id == Administration.site_id)
        .where(patients.own(Administration.patient_id, patient_id))
        .order_by(Administration.started_at.desc(), Administration.id.desc())
    )
    return list(db.session.execute(query.limit(MOST)))


def _in_all(patient_id: int) -> int:
    query = db.select(db.func.count(Administration.id))
    return db.session.scalar(query.where(patients.own(Administration.patient_id, patient_id))) or 0


def _lots(patient_id: int) -> list[Row[Any]]:
    """(lot, number, product, how often, first, last, imported) of every lot that the patient received."""
    imported = db.func.max(GivenLot.imported_id)
    times = (db.func.count(db.distinct(GivenLot.at)), db.func.min(GivenLot.at), db.func.max(GivenLot.at))
    key = (Lot.id, Lot.number, Product.name)
    query = (
        db.select(*key, *times, imported)
        .select_from(GivenLot)
        .join(Lot, Lot.id == GivenLot.lot_id)
        .join(Product, Product.id == Lot.product_id)
        .where(patients.own(GivenLot.patient_id, patient_id), GivenLot.given > 0)
        .group_by(*key)
        .order_by(db.func.max(GivenLot.at).desc(), Lot.id)
    )
    return list(db.session.execute(query.limit(MOST)))


def _exposures(patient_id: int, at: datetime) -> list[Row[Any]]:
    """(ingredient, its name, product, amount, dimension, basis, when, kind, act) of all that counts."""
    against = db.aliased(Exposure)
    told = (Exposure.product_id, Exposure.amount, Exposure.dimension, Exposure.basis, Exposure.at)
    query = (
        db.select(
            Exposure.ingredient_id, Ingredient.name, *told, Exposure.document_kind, Exposure.document_id
        )
        .join(Ingredient, Ingredient.id == Exposure.ingredient_id)
        .where(patients.own(Exposure.patient_id, patient_id), Exposure.at <= at)
        .where(Exposure.takes_back_id.is_(None))
        .where(~db.select(against.id).where(against.takes_back_id == Exposure.id).exists())
        .order_by(Ingredient.name, Exposure.at)
    )
    return list(db.session.execute(query))


def _amendments(patient_id: int) -> list[Row[Any]]:
    """(when, words, cocktail, its code) of every amendment of what is over."""
    query = db.select(Amendment.at, Amendment.words, Cocktail.id, Cocktail.code)
    query = query.join(Cocktail, Cocktail.id == Amendment.cocktail_id)
    query = query.where(patients.own(Cocktail.patient_id, patient_id)).order_by(Amendment.id.desc())
    return list(db.session.execute(query.limit(MOST)))


def _sheets(patient_id: int) -> list[Row[Any]]:
    """(when, version, session) of every after-care sheet that was handed over."""
    query = db.select(CareSheet.at, CareSheet.version, CareSheet.administration_id)
    query = query.where(patients.own(CareSheet.patient_id, patient_id)).order_by(CareSheet.at.desc())
    return list(db.session.execute(query.limit(MOST)))
