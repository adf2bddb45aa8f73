"""The patients of an answer, as much of each as the asker may see."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Select, func, null, union_all
from sqlalchemy.orm import aliased

from formulary.accounts import Actor, Operator, RecallSight
from formulary.cocktails.models import Cocktail
from formulary.db import db
from formulary.db.bare import plain_rows
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
    wanted = sorted(set(patient_ids))
    return _as_seen(plain_rows(_kept(), {"patients": wanted}) if wanted else [], by, at)


@dataclass(frozen=True)
class OfCocktail:
    """A cocktail's code, which names nobody, and how it was recorded where that was afterwards."""

    code: str = ""
    recorded: str = ""


def cocktails_told(cocktail_ids: Iterable[int | None]) -> Mapping[int | None, OfCocktail]:
    """What is told of cocktails, by key."""
    rows = plain_rows(_codes(), {"cocktails": _keys(cocktail_ids)})
    return {number: OfCocktail(code, recorded) for number, _, code, recorded in rows}


def recorded_afterwards(codes: Iterable[str]) -> dict[str, str]:
    """Which of these cocktails were recorded afterwards, by code, and how; one query."""
    query = db.select(Cocktail.code, Cocktail.recorded)
    rows = db.session.execute(query.where(Cocktail.code.in_(set(codes)), Cocktail.recorded != ""))
    return {code: recorded for code, recorded in rows}


def patients_and_codes(
    patient_ids: Iterable[int], cocktail_ids: Iterable[int | None], *, by: Actor | Operator, at: datetime
) -> tuple[dict[int, Known], Mapping[int | None, OfCocktail]]:
    """Both of these, asked in one query."""
    asked = {"patients": _keys(patient_ids), "cocktails": _keys(cocktail_ids)}
    rows = plain_rows(_kept_and_codes(), asked)
    codes = {number: OfCocktail(code, recorded) for number, kept, code, recorded in rows if kept is None}
    return _as_seen([row for row in rows if row[1] is not None], by, at), codes


def _keys(given: Iterable[int | None]) -> list[int]:
    return sorted({key for key in given if key is not None})


@cache
def _kept() -> Select[Any]:
    query = db.select(Patient.id, Kept.id.label("kept"), Kept.code, Kept.name)
    query = query.join(Kept, Kept.id == func.coalesce(Patient.merged_into_id, Patient.id))
    return query.where(Patient.id.in_(values("patients")))


@cache
def _codes() -> Select[Any]:
    query = db.select(Cocktail.id, null().label("kept"), Cocktail.code, Cocktail.recorded.label("name"))
    return query.where(Cocktail.id.in_(values("cocktails")))


@cache
def _kept_and_codes() -> Any:
    return union_all(_kept(), _codes())


def _as_seen(rows: Sequence[Any], by: Actor | Operator, at: datetime) -> dict[int, Known]:
    named = _named({row[1] for row in rows}, by, at)
    return {number: _known(key, code, name, key in named, by) for number, key, code, name in rows}


def _named(kept: set[int], by: Actor | Operator, at: datetime) -> set[int]:
    if by.recall_sight is RecallSight.NAMES:
        return kept
    has_own = isinstance(by, Actor) and by.recall_sight is RecallSight.OWN_NAMES
    return seen_of(kept, by=by, at=at) if kept and has_own else set()


def _known(key: int, code: str, name: str, is_named: bool, by: Actor | Operator) -> Known:
    if by.recall_sight is RecallSight.COUNTS:
        return Known(key)
    return Known(key, code, name if is_named else "")
