"""The proof of what patients are on record to have got of each ingredient: what was given, no more, no less.

What a cumulative limit is compared with is a copy, in the room of patients; here it is compared, act by act
and product by product, with the lots that sessions gave and tests used. Diluents do not count.
"""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import and_, or_
from sqlalchemy.orm import aliased

from formulary.administrations.models import Administration, GivenLot, ImportedUse
from formulary.audit.queries import Fault
from formulary.catalogue.models import Ingredient, Product
from formulary.cocktails.models import Cocktail
from formulary.db import db
from formulary.patch_tests.models import PatchTest, PatchTestItem
from formulary.patients.models import Exposure
from formulary.stock.models import Lot

NOTHING = db.literal(0)


def counted_faults() -> Iterator[Fault]:
    """Exposures that are not what their act brought, or not of its patient and time; acts not counted."""
    acts = (("administration", _given()), ("patch_test", _tested()), ("imported_use", _imported()))
    for kind, brought in acts:
        for document, product, told, was in _differing(kind, brought):
            words = f"is counted as {told} and was {was} (product {product})"
            yield Fault("exposure", f"what {kind.replace('_', ' ')} {document} brought", words)
    for number in db.session.scalars(_astray()):
        yield Fault("exposure", f"exposure {number}", "is of another patient or time than its act")
    for number in db.session.scalars(_other_session()):
        yield Fault("exposure", f"exposure {number}", "is not what its cocktail is: a top-up or none")
    for number in db.session.scalars(_other_amount()):
        yield Fault("exposure", f"exposure {number}", "is of another amount than was taken")
    for number in db.session.scalars(_not_taken_back()):
        yield Fault("exposure", f"exposure {number}", "takes back what it is not the counterpart of")


def _given() -> Any:
    query = db.select(
        GivenLot.administration_id.label("document_id"), Lot.product_id, GivenLot.given.label("taken")
    )
    query = query.select_from(GivenLot).join(Lot, Lot.id == GivenLot.lot_id)
    return _counting(query.where(GivenLot.administration_id.is_not(None)), Lot.product_id)


def _tested() -> Any:
    taken = db.func.coalesce(PatchTestItem.quantity, NOTHING).label("taken")
    query = db.select(PatchTestItem.test_id.label("document_id"), PatchTestItem.product_id, taken)
    query = query.where(PatchTestItem.product_id.is_not(None))
    return _counting(query, PatchTestItem.product_id)


def _imported() -> Any:
    taken = ImportedUse.quantity.label("taken")
    query = db.select(ImportedUse.id.label("document_id"), ImportedUse.product_id, taken)
    return _counting(query, ImportedUse.product_id)


def _counting(query: Any, product_id: Any) -> Any:
    query = query.join(Product, Product.id == product_id)
    query = query.join(Ingredient, Ingredient.id == Product.ingredient_id)
    return query.where(Ingredient.role != "diluent")


def _differing(kind: str, brought: Any) -> Iterator[Any]:
    """Document, product, and the two sums, where they differ."""
    was = brought.subquery()
    taken = db.func.coalesce(Exposure.taken, NOTHING)
    counted = db.select(Exposure.document_id, Exposure.product_id, taken.label("told"), NOTHING.label("was"))
    rows = db.union_all(
        counted.where(Exposure.document_kind == kind),
        db.select(was.c.document_id, was.c.product_id, NOTHING.label("told"), was.c.taken.label("was")),
    ).subquery()
    key, told, true = (
        (rows.c.document_id, rows.c.product_id),
        db.func.sum(rows.c.told),
        db.func.sum(rows.c.was),
    )
    query = db.select(*key, told, true).group_by(*key).having(told != true).order_by(*key)
    for document, product, one, other in db.session.execute(query):
        yield document, product, int(one), int(other)


def _astray() -> Any:
    """Of another patient or instant than the session, the test or the line of earlier records."""
    acts = (
        ("administration", Administration, Administration.started_at),
        ("patch_test", PatchTest, PatchTest.applied_at),
        ("imported_use", ImportedUse, ImportedUse.at),
    )
    query, wrong = db.select(Exposure.id), []
    for kind, act, at in acts:
        here = and_(Exposure.document_kind == kind, act.id == Exposure.document_id)
        query = query.outerjoin(act, here)
        apart = or_(Exposure.patient_id.is_distinct_from(act.patient_id), Exposure.at.is_distinct_from(at))
        wrong.append(and_(Exposure.document_kind == kind, apart))
    return query.where(or_(*wrong)).order_by(Exposure.id)


def _other_session() -> Any:
    """A top-up counts into the session before: what tops up is what was ordered as such."""
    query = db.select(Exposure.id).join(Administration, Administration.id == Exposure.document_id)
    query = query.join(Cocktail, Cocktail.id == Administration.cocktail_id)
    query = query.where(Exposure.document_kind == "administration", Exposure.is_top_up != Cocktail.is_top_up)
    tests = db.select(Exposure.id).where(Exposure.document_kind != "administration", Exposure.is_top_up)
    return db.union_all(query, tests).order_by("id")


def _other_amount() -> Any:
    """A powder's ledger counts its ingredient, so that the two are one; of a solution only none is none."""
    query = db.select(Exposure.id).join(Product, Product.id == Exposure.product_id)
    same = Product.ledger == Exposure.dimension
    none = and_(Exposure.taken == 0, Exposure.amount.is_distinct_from(0))
    return query.where(or_(and_(same, Exposure.amount.is_distinct_from(Exposure.taken)), none)).order_by(
        Exposure.id
    )


def _not_taken_back() -> Any:
    """Rows that take back another one and are not just it, below 0: of the same act, patient and product."""
    first = aliased(Exposure)
    same = ("patient_id", "ingredient_id", "product_id", "dimension", "basis", "at")
    same += ("document_kind", "document_id")
    apart = [getattr(Exposure, name).is_distinct_from(getattr(first, name)) for name in same]
    apart += [Exposure.amount.is_distinct_from(-first.amount), Exposure.taken.is_distinct_from(-first.taken)]
    query = db.select(Exposure.id).join(first, first.id == Exposure.takes_back_id)
    return query.where(or_(first.takes_back_id.is_not(None), *apart)).order_by(Exposure.id)
