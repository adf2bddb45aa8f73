"""The patients of an answer, as much of each as the asker may see."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Select, func
from sqlalchemy.orm import aliased

from formulary.accounts import Actor, Operator, RecallSight
from formulary.db import db
from formulary.db.prepared import values
from formulary.patients.models import Patient
from formulary.patients.queries import seen_of

Kept = aliased(Patient)


@dataclass(frozen=True)
class Known:
    """A patient as far as the asker may know one: by name and code, by code, or only that there is one."""

    id: int
    code: str = ""
    name: str = ""


def known_patients(patient_ids: Iterable[int], *, by: Actor | Operator, at: datetime) -> dict[int, Known]:
    """Each of these patients under the record that was kept; one query, or two for own patients."""
    wanted = list(set(patient_ids))
    rows = db.session.execute(_kept(), {"keys": wanted}).all() if wanted else []
    named = _named({row[1] for row in rows}, by, at)
    return {number: _known(key, code, name, key in named, by) for number, key, code, name in rows}


@cache
def _kept() -> Select[Any]:
    query = db.select(Patient.id, Kept.id, Kept.code, Kept.name)
    query = query.join(Kept, Kept.id == func.coalesce(Patient.merged_into_id, Patient.id))
    return query.where(Patient.id.in_(values("keys")))


def _named(kept: set[int], by: Actor | Operator, at: datetime) -> set[int]:
    if by.recall_sight is RecallSight.NAMES:
        return kept
    has_own = isinstance(by, Actor) and by.recall_sight is RecallSight.OWN_NAMES
    return seen_of(kept, by=by, at=at) if kept and has_own else set()


def _known(key: int, code: str, name: str, is_named: bool, by: Actor | Operator) -> Known:
    if by.recall_sight is RecallSight.COUNTS:
        return Known(key)
    return Known(key, code, name if is_named else "")
