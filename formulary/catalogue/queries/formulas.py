"""Formulas and their versions."""

from sqlalchemy import func, or_
from sqlalchemy.orm import selectinload

from formulary.catalogue.models import Formula, FormulaLine, FormulaVersion, Ingredient
from formulary.catalogue.models.formulas import same_name
from formulary.catalogue.queries.one import one
from formulary.db import db

LONG_NUMBER = 7


def formulas() -> list[FormulaVersion]:
    """The newest version of every formula, and the approved one beside a newer: approved ones first, then
    what waits for approval, then by name.
    """
    newest = db.select(func.max(FormulaVersion.id)).group_by(FormulaVersion.formula_id)
    shown = or_(FormulaVersion.id.in_(newest), FormulaVersion.status == "approved")
    query = db.select(FormulaVersion).join(Formula).where(shown)
    first = [FormulaVersion.status != status for status in ("approved", "in_review", "draft")]
    order = (*first, func.lower(Formula.name), FormulaVersion.number)
    return list(db.session.scalars(query.order_by(*order)))


def approved_formulas() -> list[FormulaVersion]:
    """The versions that a cocktail may follow, by name."""
    query = db.select(FormulaVersion).join(Formula).where(FormulaVersion.status == "approved")
    return list(db.session.scalars(query.order_by(func.lower(Formula.name), FormulaVersion.number)))


def published_formulas() -> list[FormulaVersion]:
    """The protocols of others, by name: a cocktail that follows one is answered for by nobody."""
    query = db.select(FormulaVersion).join(Formula).where(FormulaVersion.status == "published")
    return list(db.session.scalars(query.order_by(func.lower(Formula.name))))


def ranges_as_the_strength(product_id: int) -> list[FormulaLine]:
    """The lines whose accepted figures count what the strength of the product does, in all versions."""
    query = db.select(FormulaLine).filter_by(product_id=product_id, accepted_basis="")
    accepted = or_(
        FormulaLine.accepted_dose_low.is_not(None),
        FormulaLine.accepted_dose_high.is_not(None),
        FormulaLine.accepted_concentration_low.is_not(None),
        FormulaLine.accepted_concentration_high.is_not(None),
    )
    return list(db.session.scalars(query.where(accepted).order_by(FormulaLine.id)))


def formula(formula_id: int) -> Formula:
    """One formula with its versions; Missing otherwise."""
    return one(Formula, formula_id, (selectinload(Formula.versions),))


def formula_named(name: str) -> Formula | None:
    """The formula with this name, however it is spelt, with its versions; None where there is none yet.

    Case, spaces and accents make no other name.
    """
    query = db.select(Formula).filter_by(folded=same_name(name)).options(selectinload(Formula.versions))
    return db.session.scalars(query).one_or_none()


def formula_version(version_id: int) -> FormulaVersion:
    """One version with its lines, pairs and siblings; Missing otherwise."""
    wanted = (
        selectinload(FormulaVersion.lines)
        .selectinload(FormulaLine.ingredient)
        .options(selectinload(Ingredient.groups), selectinload(Ingredient.synonyms)),
        selectinload(FormulaVersion.pairs),
        selectinload(FormulaVersion.formula).selectinload(Formula.versions),
    )
    return one(FormulaVersion, version_id, wanted)


def version_before(version: FormulaVersion) -> FormulaVersion | None:
    """What a version is compared with first: what it was written from, else the last that was in use."""
    if version.based_on_id is not None:
        return formula_version(version.based_on_id)
    used = [v for v in version.formula.versions if v.number < version.number and v.approved_at is not None]
    return formula_version(used[-1].id) if used else None


def comparable(version: FormulaVersion) -> list[FormulaVersion]:
    """The versions that this one can be compared with: the others of its formula, and what it was written
    from.
    """
    others = [other for other in version.formula.versions if other.id != version.id]
    start = [] if version.based_on_id is None else [formula_version(version.based_on_id)]
    return [*start, *(other for other in others if other not in start)]


def formula_called(label: str) -> FormulaVersion | None:
    """The version that pages and files name so ("Melasma cocktail v1"); None where there is none."""
    name, _, number = label.strip().rpartition(" v")
    if not (number.isascii() and number.isdigit() and len(number) < LONG_NUMBER):
        return None
    query = db.select(FormulaVersion).join(Formula)
    wanted = query.where(func.lower(Formula.name) == name.lower(), FormulaVersion.number == int(number))
    return db.session.scalars(wanted).first()


def formulas_pinning(product_id: int, ingredient_id: int) -> list[FormulaVersion]:
    """The formula versions with a line of this product, or of its ingredient without naming a product."""
    names = (FormulaLine.product_id == product_id) | (
        FormulaLine.product_id.is_(None) & (FormulaLine.ingredient_id == ingredient_id)
    )
    query = db.select(FormulaVersion).where(FormulaVersion.lines.any(names)).order_by(FormulaVersion.id)
    return list(db.session.scalars(query))
