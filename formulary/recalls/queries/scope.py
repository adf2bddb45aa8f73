"""From a line of a scope to lots of ours: exact ones are meant, others are proposed to a person."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from formulary.db import db
from formulary.recalls.queries.cases import case_lots, scope_of
from formulary.recalls.queries.lots import FoundLot, lots_found
from formulary.rules.lot_status import near, normalise
from formulary.stock.models import Delivery, Lot, Movement


@dataclass(frozen=True)
class Scope:
    """What a case covers, in one line; what is empty does not limit.

    `number` is the maker's lot as the notice prints it; `expires_from` and `expires_to` are both inside;
    `supplier` and `note_number` are of a delivery that brought the lot.
    """

    number: str = ""
    product_id: int | None = None
    expires_from: date | None = None
    expires_to: date | None = None
    supplier: str = ""
    note_number: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether it limits nothing, and so would mean every lot there is."""
        return not any((normalise(self.number), self.product_id, self.supplier, self.note_number))


FIELDS = tuple(Scope.__dataclass_fields__)


def covered(scope: Scope) -> list[tuple[FoundLot, str]]:
    """The lots of a line and how each was found: `exact` and `rule` are meant; `near` looks alike, and
    `shared` is a number that more than one product has: a person decides on those.
    """
    if scope.is_empty:
        return []
    if not normalise(scope.number):
        return [(lot, "rule") for lot in _found(scope)]
    exact = _found(scope, Lot.normalised == normalise(scope.number))
    how = "shared" if len({lot.product_id for lot in exact}) > 1 else "exact"
    alike = _found(scope, Lot.near == near(scope.number), Lot.normalised != normalise(scope.number))
    return [*((lot, how) for lot in exact), *((lot, "near") for lot in alike)]


def came_since(case_id: int) -> list[tuple[int, FoundLot, str]]:
    """(line, lot, how) of the lots that a case covers and does not have: they came after its lines were
    written.
    """
    known = {one.lot.id for one in case_lots(case_id)}
    lines = [(row.id, Scope(**{name: getattr(row, name) for name in FIELDS})) for row in scope_of(case_id)]
    found = ((key, lot, how) for key, scope in lines for lot, how in covered(scope))
    return list({lot.id: (key, lot, how) for key, lot, how in found if lot.id not in known}.values())


def _found(scope: Scope, *more: Any) -> tuple[FoundLot, ...]:
    ids = set(db.session.scalars(db.select(Lot.id).where(*more, *_limits(scope))))
    return lots_found(ids).exact if ids else ()


def _limits(scope: Scope) -> list[Any]:
    limits = [Lot.product_id == scope.product_id] if scope.product_id else []
    limits += [Lot.expires_on >= scope.expires_from] if scope.expires_from else []
    limits += [Lot.expires_on <= scope.expires_to] if scope.expires_to else []
    return limits + ([Lot.id.in_(_delivered(scope))] if scope.supplier or scope.note_number else [])


def _delivered(scope: Scope) -> Any:
    query = db.select(Movement.lot_id).join(Delivery, Delivery.id == Movement.document_id)
    query = query.where(Movement.document_kind == "delivery")
    if scope.supplier:
        query = query.where(db.func.lower(Delivery.supplier) == scope.supplier.lower())
    return query.where(Delivery.note_number == scope.note_number) if scope.note_number else query
