"""What is stated of products and substances, in all versions."""

from typing import Any

from sqlalchemy.orm import joinedload

from formulary.catalogue.models import Ingredient, Product, Statement
from formulary.catalogue.queries.one import one
from formulary.db import db
from formulary.web.paging import Page, Window, page

WHOSE = (joinedload(Statement.product), joinedload(Statement.ingredient))


def statement(statement_id: int) -> Statement:
    """One version; Missing otherwise."""
    return one(Statement, statement_id, WHOSE)


def statements(window: Window | None = None) -> Page:
    """Every version, the newest first, by pages."""
    return page(db.select(Statement).options(*WHOSE), (Statement.id,), window=window)


def statements_like(of: Product | Ingredient, kind: str, basis: str, to_basis: str) -> list[Statement]:
    """Every version of the same, the newest first: a factor is that between two bases, either way round."""
    own = Statement.product_id if isinstance(of, Product) else Statement.ingredient_id
    query = db.select(Statement).where(own == of.id, Statement.kind == kind)
    if kind == "factor":
        query = query.where(between(Statement.basis, Statement.to_basis, basis, to_basis))
    return list(db.session.scalars(query.order_by(Statement.version.desc())))


def approved_here() -> set[tuple[str, int, str, str]]:
    """What people approved, which no file undoes: kind, product or substance, for a factor its two bases.

    A factor is there both ways round.
    """
    rows = db.session.scalars(db.select(Statement).filter_by(status="approved"))
    return {(row.kind, row.product_id or row.ingredient_id or 0, *two) for row in rows for two in _both(row)}


def between(of: Any, to: Any, one: str, other: str) -> Any:
    """Where two columns name these two bases, whichever way round."""
    return db.or_(db.and_(of == one, to == other), db.and_(of == other, to == one))


def _both(row: Statement) -> set[tuple[str, str]]:
    ways = {(row.basis, row.to_basis), (row.to_basis, row.basis)}
    return ways if row.kind == "factor" else {("", "")}
