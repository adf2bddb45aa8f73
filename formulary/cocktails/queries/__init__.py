"""The doors to cocktails: each row only for who may see it, lists for each bench."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Integer, Select, bindparam
from sqlalchemy.orm import selectinload

from formulary.accounts import Actor, Permission
from formulary.catalogue.models import Product
from formulary.cocktails.models import (
    EMERGENCY,
    Amendment,
    CheckReport,
    Cocktail,
    CocktailLine,
    Override,
    Revision,
    Transition,
    Verification,
)
from formulary.db import FRESH, Missing, db

SEEING = (Permission.SEE_PATIENTS, Permission.PREPARE)


def visible(by: Actor) -> Select[tuple[Cocktail]]:
    """The cocktails of the asker's site, for those who compose, verify, prepare or give; nothing for
    others.
    """
    query = db.select(Cocktail).where(Cocktail.site_id == by.site_id)
    return query if any(by.may(p) for p in SEEING) else query.where(db.false())


def cocktail(cocktail_id: int, by: Actor) -> Cocktail:
    """One cocktail of the asker's site; Missing otherwise."""
    found = db.session.scalars(visible(by).where(Cocktail.id == cocktail_id)).first()
    if found is None:
        raise Missing(f"No cocktail {cocktail_id}")
    return found


def locked(cocktail_id: int, by: Actor) -> Cocktail:
    """One cocktail, locked for the act under way: the first lock of every act on it."""
    told = {"key": cocktail_id, "site": by.site_id}
    found = db.session.scalars(LOCKED, told).first() if any(by.may(p) for p in SEEING) else None
    if found is None:
        raise Missing(f"No cocktail {cocktail_id}")
    return found


LOCKED = (
    db.select(Cocktail)
    .where(Cocktail.id == bindparam("key", type_=Integer))
    .where(Cocktail.site_id == bindparam("site", type_=Integer))
    .with_for_update(of=Cocktail)
    .execution_options(**FRESH)
)
"""Made once: every act on a cocktail begins with it."""


def by_code(code: str, by: Actor) -> Cocktail:
    """One cocktail by the code on its label; Missing otherwise."""
    found = db.session.scalars(visible(by).where(Cocktail.code == code)).first()
    if found is None:
        raise Missing(f"No cocktail {code}")
    return found


def revision(of: Cocktail) -> Revision:
    """The current revision with its lines."""
    query = db.select(Revision).filter_by(cocktail_id=of.id, number=of.revision_number)
    return db.session.scalars(query.options(selectinload(Revision.lines))).one()


def in_state(states: Sequence[str], by: Actor, limit: int = 50) -> list[Cocktail]:
    """What waits at a bench, soonest first."""
    query = visible(by).where(Cocktail.state.in_(states))
    return list(
        db.session.scalars(
            query.order_by(Cocktail.planned_for.is_(None), Cocktail.planned_for, Cocktail.id).limit(limit)
        )
    )


def of_patient(patient_id: int, by: Actor, limit: int = 50) -> list[Cocktail]:
    """A patient's cocktails at the asker's site, newest first."""
    query = visible(by).where(Cocktail.patient_id == patient_id)
    return list(db.session.scalars(query.order_by(Cocktail.id.desc()).limit(limit)))


def reports(revision_id: int) -> list[CheckReport]:
    """The check reports of a revision, newest first."""
    query = db.select(CheckReport).filter_by(revision_id=revision_id)
    return list(db.session.scalars(query.order_by(CheckReport.at.desc(), CheckReport.id.desc())))


def report(report_id: int, of: Cocktail) -> CheckReport:
    """One check report of a cocktail; Missing otherwise."""
    query = db.select(CheckReport).join(Revision, Revision.id == CheckReport.revision_id)
    own = query.where(CheckReport.id == report_id, Revision.cocktail_id == of.id)
    found = db.session.scalars(own).first()
    if found is None:
        raise Missing(f"No report {report_id}")
    return found


def overrides(revision_id: int) -> dict[str, Override]:
    """What was said when a revision was signed, by the key of the very finding that it answers."""
    query = db.select(Override).filter_by(revision_id=revision_id)
    return {row.finding_key: row for row in db.session.scalars(query.order_by(Override.id))}


def verifications(revision_id: int) -> list[Verification]:
    """The blind entries made for a revision, newest first."""
    query = db.select(Verification).filter_by(revision_id=revision_id)
    return list(db.session.scalars(query.order_by(Verification.id.desc())))


def amendments(cocktail_id: int) -> list[Amendment]:
    """What was added to a cocktail after it was over, oldest first."""
    query = db.select(Amendment).filter_by(cocktail_id=cocktail_id).order_by(Amendment.id)
    return list(db.session.scalars(query))


def transitions(cocktail_id: int) -> list[Transition]:
    """How a cocktail went from state to state, oldest first."""
    return list(
        db.session.scalars(db.select(Transition).filter_by(cocktail_id=cocktail_id).order_by(Transition.id))
    )


@dataclass(frozen=True)
class Given:
    """What a patient was given of one ingredient in one session: the dose as prescribed, in words and steps
    (its volume in words alone where it has none).
    """

    ingredient_id: int
    shown: str
    steps: int | None
    at: datetime


def given_before(to: Cocktail, by: Actor, limit: int = 60) -> list[Given]:
    """What the patient of a cocktail was given before it at the asker's site, newest first; in sessions,
    not in emergencies.
    """
    closed = db.and_(Transition.cocktail_id == Cocktail.id, Transition.to_state == "administered")
    current = db.and_(Revision.cocktail_id == Cocktail.id, Revision.number == Cocktail.revision_number)
    query = (
        visible(by)
        .join(Revision, current)
        .join(CocktailLine, CocktailLine.revision_id == Revision.id)
        .join(Product, Product.id == CocktailLine.product_id)
        .join(Transition, closed)
        .with_only_columns(Product.ingredient_id, CocktailLine.number, Revision.snapshot, Transition.at)
        .where(Cocktail.patient_id == to.patient_id, Cocktail.id != to.id)
        .where(Cocktail.state == "administered", Cocktail.outcome != "not_given")
        .where(Cocktail.recorded != EMERGENCY)
        .order_by(Transition.at.desc(), Transition.id.desc(), CocktailLine.number)
    )
    rows = db.session.execute(query.limit(limit))
    return [_given(ingredient, _signed(snapshot, number), at) for ingredient, number, snapshot, at in rows]


def last_given(patient_id: int, by: Actor) -> Cocktail | None:
    """What a patient was given last at the asker's site, wholly or in part; None before the first session.

    What was given in an emergency is nothing to repeat.
    """
    query = visible(by).join(Transition, Transition.cocktail_id == Cocktail.id)
    given = query.where(
        Cocktail.patient_id == patient_id,
        Cocktail.state == "administered",
        Cocktail.outcome != "not_given",
        Cocktail.recorded != EMERGENCY,
        Transition.to_state == "administered",
    )
    return db.session.scalars(given.order_by(Transition.at.desc(), Transition.id.desc())).first()


def given_at(of: Cocktail) -> datetime | None:
    """When the session of a cocktail was closed; None before that."""
    closed = db.select(Transition.at).filter_by(cocktail_id=of.id, to_state="administered")
    return db.session.scalar(closed)


def _signed(snapshot: dict[str, Any] | None, number: int) -> dict[str, Any]:
    return next((line for line in (snapshot or {}).get("lines", []) if line.get("number") == number), {})


def _given(ingredient_id: int, line: dict[str, Any], at: datetime) -> Given:
    dose, steps = str(line.get("dose") or ""), str(line.get("dose_steps") or "")
    whole = int(steps) if steps.isdecimal() else None
    return Given(ingredient_id, dose or str(line.get("volume", "")), whole if dose else None, at)
