"""The doors to cocktails: each row only for who may see it, lists for each bench."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Select
from sqlalchemy.orm import selectinload

from formulary.accounts import Actor, Permission
from formulary.cocktails.models import (
    CheckReport,
    Cocktail,
    CocktailLine,
    Override,
    Revision,
    Transition,
    Verification,
)
from formulary.db import Missing, db

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
    query = visible(by).where(Cocktail.id == cocktail_id).with_for_update(of=Cocktail)
    found = db.session.scalars(query.execution_options(populate_existing=True)).first()
    if found is None:
        raise Missing(f"No cocktail {cocktail_id}")
    return found


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


def overrides(revision_id: int, inputs_hash: str) -> dict[str, Override]:
    """The overrides that still count: those given for exactly these inputs, by the finding they answer."""
    query = db.select(Override).filter_by(revision_id=revision_id, inputs_hash=inputs_hash)
    return {row.finding_key: row for row in db.session.scalars(query.order_by(Override.id))}


def verifications(revision_id: int) -> list[Verification]:
    """The blind entries made for a revision, newest first."""
    query = db.select(Verification).filter_by(revision_id=revision_id)
    return list(db.session.scalars(query.order_by(Verification.id.desc())))


def transitions(cocktail_id: int) -> list[Transition]:
    """How a cocktail went from state to state, oldest first."""
    return list(
        db.session.scalars(db.select(Transition).filter_by(cocktail_id=cocktail_id).order_by(Transition.id))
    )


def last_doses(
    patient_id: int, ingredient_ids: Sequence[int], before: datetime
) -> list[tuple[int, datetime, int, str]]:
    """What this patient was given of these ingredients before: ingredient, when signed, pinned amount,
    unit.
    """
    from formulary.catalogue.models import Product  # noqa: PLC0415 - one column of a lower room

    query = (
        db.select(Product.ingredient_id, Revision.prescribed_at, CocktailLine.amount, CocktailLine.unit)
        .join(Revision, CocktailLine.revision_id == Revision.id)
        .join(Cocktail, Revision.cocktail_id == Cocktail.id)
        .join(Product, CocktailLine.product_id == Product.id)
        .where(
            Cocktail.patient_id == patient_id, Cocktail.state == "administered", Revision.state == "frozen"
        )
        .where(Product.ingredient_id.in_(ingredient_ids), Revision.prescribed_at < before)
        .order_by(Revision.prescribed_at.desc())
        .limit(20)
    )
    return [tuple(row) for row in db.session.execute(query)]  # type: ignore[misc]
