"""The doors to administrations: sessions of the asker's site and patients."""

from sqlalchemy.orm import selectinload

from formulary.accounts import Actor
from formulary.administrations.models import Administration
from formulary.cocktails.models import Cocktail
from formulary.db import Missing, db
from formulary.preparations.models import Attempt


def administration(administration_id: int, by: Actor) -> Administration:
    """One session of the asker's site with its injection sites; Missing for strangers."""
    query = db.select(Administration).where(
        Administration.id == administration_id, Administration.site_id == by.site_id
    )
    found = db.session.scalars(query.options(selectinload(Administration.sites))).first()
    if found is None:
        raise Missing(f"No administration {administration_id}")
    return found


def locked(administration_id: int, by: Actor) -> Administration:
    """One session, its cocktail locked first."""
    found = administration(administration_id, by)
    db.session.execute(db.select(Cocktail.id).where(Cocktail.id == found.cocktail_id).with_for_update())
    db.session.refresh(found)
    return found


def of_attempt(attempt_id: int, by: Actor) -> Administration | None:
    """The session in which an attempt is or was given, if there is one."""
    query = db.select(Administration).where(
        Administration.attempt_id == attempt_id, Administration.site_id == by.site_id
    )
    return db.session.scalars(query.options(selectinload(Administration.sites))).first()


def of_patient(patient_id: int, limit: int = 50) -> list[Administration]:
    """A patient's sessions, newest first."""
    query = (
        db.select(Administration).filter_by(patient_id=patient_id).order_by(Administration.started_at.desc())
    )
    return list(db.session.scalars(query.limit(limit)))


def attempt(attempt_id: int) -> Attempt:
    """The preparation that a session gives."""
    return db.session.get_one(Attempt, attempt_id)


def ready(by: Actor) -> list[Attempt]:
    """What is released at the asker's site and waits to be given, the soonest to lapse first."""
    query = db.select(Attempt).where(
        Attempt.site_id == by.site_id, Attempt.state.in_(("released", "administering"))
    )
    return list(db.session.scalars(query.order_by(Attempt.beyond_use_at).limit(50)))
