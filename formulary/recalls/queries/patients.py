"""The patients of an answer, as much of each as the asker may see."""

from collections.abc import Iterable

from formulary.accounts import Actor, RecallSight
from formulary.db import db
from formulary.patients.models import Care, Patient
from formulary.recalls.labels import Known


def known_patients(patient_ids: Iterable[int], by: Actor) -> dict[int, Known]:
    """Name and code, code alone, or nothing, by the asker's right; one query, or two for own patients."""
    wanted, sight = set(patient_ids), by.recall_sight
    if not wanted or sight is RecallSight.COUNTS:
        return {}
    rows = db.session.execute(db.select(Patient.id, Patient.code, Patient.name).where(Patient.id.in_(wanted)))
    named = (
        wanted
        if sight is RecallSight.NAMES
        else _own(wanted, by)
        if sight is RecallSight.OWN_NAMES
        else set()
    )
    return {number: Known(code, name if number in named else "") for number, code, name in rows}


def _own(wanted: set[int], by: Actor) -> set[int]:
    query = db.select(Care.patient_id).where(Care.patient_id.in_(wanted), Care.site_id == by.site_id)
    return set(db.session.scalars(query))
