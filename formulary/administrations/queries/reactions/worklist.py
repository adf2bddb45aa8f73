"""The follow-ups of a site: which reactions somebody is to look at again, the most overdue first."""

from datetime import datetime
from typing import Any

from formulary.accounts import Actor
from formulary.administrations.models import Reaction
from formulary.administrations.queries.reactions.rows import whole
from formulary.db import db
from formulary.patients.models import Patient
from formulary.patients.queries import may_see

MOST = 50


def follow_ups_due(*, by: Actor, at: datetime) -> list[tuple[Reaction, Patient]]:
    """The reactions of the site with a follow-up set, with their patients, earliest first, MOST of them."""
    query = whole().add_columns(Patient).join(Patient, Patient.id == Reaction.patient_id)
    query = query.where(*_waiting(by.site_id), may_see(Reaction.patient_id, by=by, at=at))
    rows = db.session.execute(query.order_by(Reaction.due_on, Reaction.id).limit(MOST))
    return [(row[0], row[1]) for row in rows]


def follow_ups_in_all(site_id: int) -> int:
    """How many follow-ups are set at a site, shown or not."""
    return db.session.scalar(db.select(db.func.count(Reaction.id)).where(*_waiting(site_id))) or 0


def overdue(site_id: Any, today: Any) -> Any:
    """The count of follow-ups that are due by a day, for a query that counts more than this."""
    return db.select(db.func.count(Reaction.id)).where(*_waiting(site_id), Reaction.due_on <= today)


def lately(*, by: Actor, at: datetime) -> list[tuple[Reaction, Patient]]:
    """The reactions recorded last at the site, with their patients, the newest first, MOST of them."""
    query = whole().add_columns(Patient).join(Patient, Patient.id == Reaction.patient_id)
    here = (Reaction.site_id == by.site_id, may_see(Reaction.patient_id, by=by, at=at))
    rows = db.session.execute(query.where(*here).order_by(Reaction.id.desc()).limit(MOST))
    return [(row[0], row[1]) for row in rows]


def _waiting(site_id: Any) -> tuple[Any, ...]:
    return (Reaction.site_id == site_id, Reaction.due_on.is_not(None), Reaction.state == "standing")
