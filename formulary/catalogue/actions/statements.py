"""What a strength counts, factors and osmolality: proposed with a source, approved by another person."""

from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal

from formulary.accounts import Actor, Permission
from formulary.audit import record
from formulary.catalogue import queries
from formulary.catalogue.actions import deciding
from formulary.catalogue.actions.rebasing import keep_basis
from formulary.catalogue.labels.refusals import statement as wrong
from formulary.catalogue.models import BasisFactor, Ingredient, Product, Statement
from formulary.db import db, expect_version, once


@dataclass(frozen=True)
class Stated:
    """What is said, and by whose word; see `models.Statement` for the fields that each kind has."""

    kind: str
    source: str
    basis: str = ""
    basis_kind: str = ""
    to_basis: str = ""
    low: str = ""
    high: str = ""
    reason: str = ""


@once
def propose_statement(of: Product | Ingredient, stated: Stated, *, at: datetime, by: Actor) -> Statement:
    """Write down what is stated of a product or a substance; it counts once another person has approved it.

    Refused without a source, where the figures cannot be, where another version waits, and without a reason
    where it takes the place of what is on record.
    """
    by.must(Permission.AUTHOR)
    before = queries.statements_like(of, stated.kind, stated.basis, stated.to_basis)
    _check(stated, stands=_stands(of, stated), waits=any(row.status == "proposed" for row in before))
    is_product = isinstance(of, Product)
    row = Statement(
        **asdict(stated),
        product_id=of.id if is_product else None,
        ingredient_id=None if is_product else of.id,
        version=1 + max((row.version for row in before), default=0),
        status="proposed",
        author_id=by.person_id,
        proposed_at=at,
    )
    db.session.add(row)
    db.session.flush()
    new = deciding.content_of(row)
    record("catalogue.propose_statement", row, by=by, at=at, new=new, reason=stated.reason)
    return row


@once
def approve_statement(statement_id: int, *, version: int | None = None, at: datetime, by: Actor) -> Statement:
    """Answer for a statement: signed. From now on the product, or the factor, says it.

    Limits and accepted ranges that named no basis keep the one that the strength had until now.

    Refused for its author (where every site is solo it is marked SELF-CHECKED) and for what does not wait.
    """
    by.must(Permission.APPROVE)
    row = queries.statement(statement_id)
    expect_version(row, version)
    self_checked = deciding.another_person(row, by, always=False, what="statement")
    for other in queries.statements_like(row.of, row.kind, row.basis, row.to_basis):
        if other.status == "approved":
            other.status = "superseded"
    if row.product is not None and row.kind == "basis":
        keep_basis(row.product, row.basis, at=at, by=by)
    _write_down(row)
    deciding.approve(row, "catalogue.approve_statement", self_checked=self_checked, at=at, by=by)
    return row


@once
def withdraw_statement(
    statement_id: int, *, reason: str, version: int | None = None, at: datetime, by: Actor
) -> Statement:
    """Take back or turn down what waits for approval; it stays in sight as withdrawn."""
    by.must(Permission.AUTHOR)
    row = queries.statement(statement_id)
    expect_version(row, version)
    act = "catalogue.withdraw_statement"
    deciding.withdraw(row, act, reason=reason, what="statement", at=at, by=by)
    return row


def _check(stated: Stated, *, stands: bool, waits: bool) -> None:
    if not stated.source.strip():
        raise wrong("no_source", "It needs the source that says so.", "Cite it.", "source")
    if waits:
        raise wrong(
            "another_waits", "Another version of it waits.", "Approve or withdraw that one.", "source"
        )
    if stands and not stated.reason.strip():
        raise wrong("no_reason", "It takes the place of what is on record.", "Say why.", "reason")
    if stated.kind == "factor" and stated.basis.casefold() == stated.to_basis.casefold():
        raise wrong("one_basis", "Both sides are the same.", "Type what the salt holds.", "to_basis")
    if stated.kind == "factor" and Decimal(stated.high) > Decimal(stated.low):
        raise wrong("upside_down", "A part weighs no more than the whole.", "Turn the two round.", "high")
    if stated.kind == "osmolality" and Decimal(stated.low) > Decimal(stated.high):
        raise wrong("backwards", "It ends below where it begins.", "Type the higher figure here.", "high")
    if stated.kind != "basis" and min(Decimal(stated.low), Decimal(stated.high)) <= 0:
        raise wrong("not_above_zero", "It is not above zero.", "Type what the source says.", "low")


def _stands(of: Product | Ingredient, stated: Stated) -> bool:
    """Whether something is on record in whose place it would stand."""
    if isinstance(of, Product):
        return bool(of.basis if stated.kind == "basis" else of.osmolality_low)
    return _factor(of.id, stated.basis, stated.to_basis) is not None


def _write_down(row: Statement) -> None:
    """What the rules read from now on."""
    if row.product is not None and row.kind == "basis":
        row.product.basis, row.product.basis_kind = row.basis, row.basis_kind
        row.product.basis_source = row.source
    elif row.product is not None:
        row.product.osmolality_low, row.product.osmolality_high = row.low, row.high
        row.product.osmolality_source = row.source
    else:
        found = _factor(row.ingredient_id or 0, row.basis, row.to_basis)
        found = found or BasisFactor(ingredient_id=row.ingredient_id)
        found.of_basis, found.to_basis = row.basis, row.to_basis
        found.of_amount, found.to_amount = row.low, row.high
        found.source, found.confidence = row.source, ""
        db.session.add(found)


def _factor(ingredient_id: int, of: str, to: str) -> BasisFactor | None:
    """The factor between the two, whichever way round it is on record: there is one between any two."""
    either_way = queries.between(BasisFactor.of_basis, BasisFactor.to_basis, of, to)
    query = db.select(BasisFactor).filter_by(ingredient_id=ingredient_id).where(either_way)
    return db.session.scalars(query.order_by(BasisFactor.id)).first()
