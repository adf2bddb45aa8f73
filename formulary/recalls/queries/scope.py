"""From a line of a scope to lots of ours: exact ones are meant, others are proposed to a person."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from formulary.db import db
from formulary.recalls.models import RecallScope
from formulary.recalls.queries.cases import case_lots, scope_of
from formulary.recalls.queries.flows import BROUGHT_OVER
from formulary.recalls.queries.lots import FoundLot, lots_found
from formulary.rules.lot_status import normalise
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


def covered(scope: Scope, among: Collection[int] | None = None) -> list[tuple[FoundLot, str]]:
    """The lots of a line and how each was found: `exact` and `rule` are meant; a person decides on `near`,
    which looks alike, on `shared`, a number that more than one product has, and on `untold`, of which nobody
    has recorded who brought it. With `among` only these keys of lots are asked about.
    """
    if scope.is_empty or scope.is_of_draws:
        return []
    few = [] if among is None else [Lot.id.in_(among)]
    if not normalise(scope.number):
        found = (("rule", _found(scope, *few)), ("untold", _untold(scope, *few)))
        return [(lot, how) for how, lots in found for lot in lots]
    same, alike = stock.numbered(scope.number), stock.reads_like(scope.number)
    exact = _found(scope, same)
    how = "shared" if len({lot.product_id for lot in exact}) > 1 else "exact"
    here = [lot for lot in exact if among is None or lot.id in among]
    others = (("near", _found(scope, alike, ~same, *few)), ("untold", _untold(scope, alike, *few)))
    return [*((lot, how) for lot in here), *((lot, how) for how, lots in others for lot in lots)]


def brought_now(scope: Scope, lot_id: int) -> list[tuple[FoundLot, str]]:
    """The same of one lot, of a line by supplier or delivery note that tells of the delivery by which the lot
    came last; nothing of any other line.
    """
    if not (scope.supplier.strip() or scope.note_number.strip()):
        return []
    last = db.select(db.func.max(Movement.id)).where(
        Movement.lot_id == lot_id, Movement.document_kind == "delivery"
    )
    by_them = _delivered(scope).where(Movement.id == last.scalar_subquery())
    return covered(scope, [lot_id]) if db.session.scalar(by_them) else []


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
    return query.where(_with_note(note)) if note else query


def _with_note(number: str) -> Any:
    """However it is typed, as the number of a lot is compared: also where capitals are not of ASCII."""
    typed = db.session.scalars(db.select(Delivery.note_number).distinct())
    return Delivery.note_number.in_({other for other in typed if _plain(other) == _plain(number)})


def _plain(number: str) -> str:
    return normalise(number) or number.strip()


def _of_supplier(name: str) -> Any:
    """However it is typed: what a database takes for capitals ends with the ASCII letters. A delivery of a
    supplier on record is known by that; only the names of others are read.
    """
    others = db.select(Delivery.supplier).where(Delivery.supplier_id.is_(None))
    typed = db.session.scalars(others.distinct())
    same = {other for other in typed if stock.called(other) == stock.called(name)}
    known = stock.supplier_named(name)
    return db.or_(Delivery.supplier.in_(same), Delivery.supplier_id == (known.id if known else 0))
