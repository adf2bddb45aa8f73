"""What a site decided about after-care, and the sheets that were handed over."""

from formulary.administrations.models import EMERGENCY, Administration, CareDecision, CareSheet
from formulary.cocktails.models import Cocktail
from formulary.db import db
from formulary.patients import queries as patients

MOST = 50


def care_decisions(site_id: int) -> dict[int, CareDecision]:
    """What holds at a site, by topic: the newest of each."""
    query = db.select(CareDecision).filter_by(site_id=site_id).order_by(CareDecision.id)
    return {row.topic_id: row for row in db.session.scalars(query)}


def care_history(site_id: int, topic_id: int) -> list[CareDecision]:
    """Every decision of a site on one topic, the newest first."""
    query = db.select(CareDecision).filter_by(site_id=site_id, topic_id=topic_id)
    return list(db.session.scalars(query.order_by(CareDecision.id.desc()).limit(MOST)))


def care_sheets(administration_id: int) -> list[CareSheet]:
    """The sheets handed over after a session, the newest first."""
    query = db.select(CareSheet).filter_by(administration_id=administration_id)
    return list(db.session.scalars(query.order_by(CareSheet.id.desc()).limit(MOST)))


def last_session(patient_id: int) -> Administration | None:
    """The last session of a patient that was asked for before, in which something was given; no emergency."""
    query = db.select(Administration).where(patients.own(Administration.patient_id, patient_id))
    query = query.join(Cocktail, Cocktail.id == Administration.cocktail_id)
    query = query.where(Administration.outcome != "not_given", Cocktail.recorded != EMERGENCY)
    return db.session.scalars(query.order_by(Administration.started_at.desc()).limit(1)).first()
