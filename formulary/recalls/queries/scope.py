"""From a line of a scope to lots of ours: exact ones are meant, others are proposed to a person."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from formulary.db import db
from formulary.recalls.models import RecallScope
from formulary.recalls.queries.cases import case_lots, scope_of
from formulary.recalls.queries.flows import BROUGHT_OVER
from formulary.recalls.queries.lots import FoundLot, lots_found
from formulary.rules.lot_status import near, normalise
from formulary.stock import queries as stock
from formulary.stock.models import Delivery, Lot, Movement


@dataclass(frozen=True)
class Scope:
    """What a case covers, in one line; what is empty does not limit.

    `number` is the maker's lot as the notice prints it; `expires_from` and `expires_to` are both inside;
    `supplier` and `note_number` are of a delivery that brought the lot. From `serials` on it means draws: of
    vials (by serial, our code or a cocktail's), with a diluent's lot, at a bench or of what lay at a shelf,
    by a preparer, for a version of a formula, between two instants; see `queries.made`.
    """

    number: str = ""
    product_id: int | None = None
    expires_from: date | None = None
    expires_to: date | None = None
    supplier: str = ""
    note_number: str = ""
    serials: str = ""
    diluent: str = ""
    place_id: int | None = None
    preparer_id: int | None = None
    formula_version_id: int | None = None
    from_at: datetime | None = None
    to_at: datetime | None = None

    @property
    def is_of_draws(self) -> bool:
        """Whether it means what was drawn in some way, and not whole lots."""
        return any(getattr(self, name) for name in OF_DRAWS)

    @property
    def is_empty(self) -> bool:
        """Whether it limits nothing, and so would mean every lot there is."""
        named = (normalise(self.number), self.product_id, self.supplier.strip(), self.note_number.strip())
        return not any(named) and not self.is_of_draws


OF_DRAWS = ("serials", "diluent", "place_id", "preparer_id", "formula_version_id")
FIELDS = tuple(Scope.__dataclass_fields__)


def covered(scope: Scope) -> list[tuple[FoundLot, str]]:
    """The lots of a line and how each was found: `exact` and `rule` are meant; a person decides on `near`,
    which looks alike, on `shared`, a number that more than one product has, and on `untold`, of which nobody
    has recorded who brought it.
    """
    if scope.is_empty or scope.is_of_draws:
        return []
    if not normalise(scope.number):
        return [*((lot, "rule") for lot in _found(scope)), *((lot, "untold") for lot in _untold(scope))]
    same, alike = Lot.normalised == normalise(scope.number), Lot.near == near(scope.number)
    exact = _found(scope, same)
    how = "shared" if len({lot.product_id for lot in exact}) > 1 else "exact"
    others = _found(scope, alike, ~same)
    untold = _untold(scope, alike)
    return [
        *((lot, how) for lot in exact),
        *((lot, "near") for lot in others),
        *((lot, "untold") for lot in untold),
    ]


def named_lots(scope: Scope) -> list[int]:
    """The lots that the other half of a line of draws names."""
    plain = Scope(
        **{name: getattr(scope, name) for name in FIELDS if name not in (*OF_DRAWS, "from_at", "to_at")}
    )
    return [lot.id for lot, how in covered(plain) if how != "near"]


def came_since(case_id: int) -> list[tuple[int, FoundLot, str]]:
    """(line, lot, how) of the lots that a case covers and does not have: they came after its lines were
    written.
    """
    known = {one.lot.id for one in case_lots(case_id)}
    lines = [(row.id, as_scope(row)) for row in scope_of(case_id)]
    found = ((key, lot, how) for key, scope in lines for lot, how in covered(scope))
    return list({lot.id: (key, lot, how) for key, lot, how in found if lot.id not in known}.values())


def as_scope(row: RecallScope) -> Scope:
    """A line as it was written."""
    return Scope(**{name: getattr(row, name) for name in FIELDS})


def _found(scope: Scope, *more: Any) -> tuple[FoundLot, ...]:
    brought = [Lot.id.in_(_delivered(scope))] if scope.supplier or scope.note_number else []
    return _lots(*more, *_limits(scope), *brought)


def _untold(scope: Scope, *more: Any) -> tuple[FoundLot, ...]:
    """Lots of which no delivery tells who brought them, so that no line by supplier can exclude them: those
    of the product of the line, else of the products that its deliveries have brought.
    """
    if not (scope.supplier or scope.note_number):
        return ()
    ever = db.select(Lot.product_id).where(Lot.id.in_(_delivered(scope)))
    of_product = [] if scope.product_id or scope.number else [Lot.product_id.in_(ever)]
    told = db.select(Movement.lot_id).where(Movement.lot_id == Lot.id, Movement.document_kind == "delivery")
    over = db.select(Movement.lot_id).where(Movement.lot_id == Lot.id, Movement.reason.in_(BROUGHT_OVER))
    nobody_knows = db.or_(~told.exists(), over.exists())
    known = Lot.id.not_in(_delivered(scope))
    return _lots(*more, *_limits(scope), *of_product, nobody_knows, known, Lot.made_from_id.is_(None))


def _lots(*conditions: Any) -> tuple[FoundLot, ...]:
    ids = set(db.session.scalars(db.select(Lot.id).where(*conditions)))
    return lots_found(ids).exact if ids else ()


def _limits(scope: Scope) -> list[Any]:
    limits = [Lot.product_id == scope.product_id] if scope.product_id else []
    limits += [Lot.expires_on >= scope.expires_from] if scope.expires_from else []
    return limits + ([Lot.expires_on <= scope.expires_to] if scope.expires_to else [])


def _delivered(scope: Scope) -> Any:
    query = db.select(Movement.lot_id).join(Delivery, Delivery.id == Movement.document_id)
    query = query.where(Movement.document_kind == "delivery")
    if scope.supplier.strip():
        query = query.where(_of_supplier(scope.supplier))
    note = scope.note_number.strip()
    same = db.or_(Delivery.note_number == note, db.func.lower(Delivery.note_number) == note.lower())
    return query.where(same) if note else query


def _of_supplier(name: str) -> Any:
    """However it is typed: what a database takes for capitals ends with the ASCII letters."""
    typed = db.session.scalars(db.select(Delivery.supplier).distinct())
    same = {other for other in typed if stock.called(other) == stock.called(name)}
    known = stock.supplier_named(name)
    return db.or_(Delivery.supplier.in_(same), Delivery.supplier_id == (known.id if known else 0))
