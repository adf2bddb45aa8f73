"""What a line of what was done means: draws, the vials behind them, spots of patch tests, lots of a shelf."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from formulary.cocktails.models import Cocktail, Revision
from formulary.db import db
from formulary.patch_tests.models import PatchTest, PatchTestItem
from formulary.preparations.models import Attempt, Draw
from formulary.recalls.queries.cases import scope_of
from formulary.recalls.queries.lots import descendants
from formulary.recalls.queries.naming import cocktails_named, packs_named, vials_named
from formulary.recalls.queries.scope import Scope, as_scope, named_lots
from formulary.stock import queries as stock
from formulary.stock.models import Lot, Movement, Place, Vial

EVER, NO_END = datetime(1970, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)
NARROWER = ("serials", "diluent", "preparer_id", "formula_version_id")
"""What of a shelf means single vials of what lay there."""
WHOLE = ("lots", "packs", "versions")


@dataclass(frozen=True)
class Meant:
    """Conditions: on draws, on vials also where nothing was drawn from them, and on spots of patch tests
    joined with their tests; `lots` lay sealed at a shelf, `packs` are lots that hold a sealed pack which is
    named: nobody can tell their containers apart; `versions` of formulas are stopped as such, and what was
    drawn by them leaves its vials in use.
    """

    draws: Any
    vials: Any
    spots: Any
    lots: frozenset[int] = frozenset()
    packs: frozenset[int] = frozenset()
    versions: frozenset[int] = frozenset()
    blamed: Any = None
    """The condition on draws whose vials are held."""
    perhaps: Any = None
    """The condition on spots whose vial nobody noted, of a lot of one that is named; None for no such."""


def draws_meant(scopes: Sequence[Scope]) -> Meant | None:
    """What these scopes mean together; None where none of them means what was done."""
    means = [_of(scope) for scope in scopes if scope.is_of_draws]
    if not means:
        return None
    draws = db.and_(Draw.undone.is_(False), db.or_(*(one.draws for one in means)))
    vials, spots = (db.or_(*(getattr(one, name) for one in means)) for name in ("vials", "spots"))
    blamed = db.and_(draws, db.or_(*(db.false() if one.versions else one.draws for one in means)))
    whole = {name: frozenset().union(*(getattr(one, name) for one in means)) for name in WHOLE}
    some = [one.perhaps for one in means if one.perhaps is not None]
    return Meant(draws, vials, spots, **whole, blamed=blamed, perhaps=db.or_(*some) if some else None)


def draws_of_case(case_id: int) -> Meant | None:
    """The same of the lines of a case."""
    return draws_meant([as_scope(row) for row in scope_of(case_id)])


def _of(scope: Scope) -> Meant:
    """Everything that the limits of a scope leave; all of them hold."""
    place = db.session.get(Place, scope.place_id) if scope.place_id else None
    is_shelf = place is not None and place.kind != "preparation"
    limits = [*_named(scope), *_done(scope)]
    if place is not None:
        limits.append(_lay_at(place, scope) if is_shelf else _at_bench(place))
    if not is_shelf and not scope.preparer_id:
        limits.append(_between(scope))
    both = [db.and_(*(getattr(one, name) for one in limits)) for name in ("draws", "vials", "spots")]
    alone = scope.formula_version_id and place is None and not _names_lots(scope)
    alone = alone and not any(getattr(scope, name) for name in NARROWER[:3])
    versions = frozenset({scope.formula_version_id} if alone else ())
    whole = {"lots": _sealed(limits, scope), "packs": _packs(limits, scope, place), "versions": versions}
    return Meant(*both, **whole, perhaps=_perhaps(limits))


def _perhaps(limits: Iterable[Meant]) -> Any:
    """The spots that a named vial may have been in: no vial of theirs is on record, and its lot is."""
    told = [(one.perhaps, one.spots) for one in limits]
    if all(perhaps is None for perhaps, _ in told):
        return None
    return db.and_(*(spots if perhaps is None else perhaps for perhaps, spots in told))


def _sealed(limits: Iterable[Meant], scope: Scope) -> frozenset[int]:
    """The lots that a shelf means whole."""
    lots = frozenset().union(*(one.lots for one in limits))
    if not lots or any(getattr(scope, name) for name in NARROWER):
        return frozenset()
    return lots & frozenset(named_lots(scope)) if _names_lots(scope) else lots


def _packs(limits: Iterable[Meant], scope: Scope, place: Place | None) -> frozenset[int]:
    """The lots in which a pack that is named lies sealed, at the shelf where one is told: nothing was done
    with it yet.
    """
    at_bench = place is not None and place.kind == "preparation"
    if at_bench or any((scope.diluent, scope.preparer_id, scope.formula_version_id)):
        return frozenset()
    packs = frozenset(packs_named(scope))
    return packs if place is None else packs & frozenset().union(*(one.lots for one in limits))


def _named(scope: Scope) -> Iterator[Meant]:
    if scope.serials:
        named = vials_named(scope.serials)
        vials, cocktails = _ids(named), db.select(Cocktail.id).where(cocktails_named(scope.serials))
        drawn = db.or_(Draw.vial_id.in_(vials), Draw.cocktail_id.in_(cocktails))
        theirs = PatchTestItem.lot_id.in_(db.select(Vial.lot_id).where(named))
        perhaps = db.and_(PatchTestItem.vial_id.is_(None), theirs)
        yield Meant(drawn, named, PatchTestItem.vial_id.in_(vials), perhaps=perhaps)
    if scope.diluent:
        same = db.select(Lot.id).where(stock.numbered(scope.diluent))
        mixed = Vial.diluent_lot_id.in_(same)
        drawn = db.and_(Draw.via == "diluent", Draw.lot_id.in_(same))
        yield Meant(drawn, mixed, PatchTestItem.vial_id.in_(_ids(mixed)))
    if _names_lots(scope):
        lots = named_lots(scope)
        yield Meant(Draw.lot_id.in_(lots), _of_lots(lots), _spots_of_lots(lots))


def _done(scope: Scope) -> Iterator[Meant]:
    if scope.preparer_id:
        yield _by(scope.preparer_id, scope)
    if scope.formula_version_id:
        by_it = db.select(Revision.id).where(Revision.formula_version_id == scope.formula_version_id)
        drawn = Draw.attempt_id.in_(db.select(Attempt.id).where(Attempt.revision_id.in_(by_it)))
        yield Meant(drawn, db.false(), db.false())


def _by(person_id: int, scope: Scope) -> Meant:
    """What somebody prepared, drew, applied, or opened or mixed for whoever used it then."""
    own = db.select(Attempt.id).where(Attempt.preparer_id == person_id)
    drawn = db.or_(Draw.attempt_id.in_(own), Draw.by_id == person_id)
    opened = db.and_(Vial.opened_by_id == person_id, *_within(Vial.opened_at, scope))
    mixed = db.select(Movement.document_id).where(
        Movement.document_kind == "reconstitution", Movement.by_id == person_id,
        Movement.document_id.is_not(None), *_within(Movement.occurred_at, scope),
    )  # fmt: skip
    handled = db.or_(opened, Vial.id.in_(mixed))
    applied = db.and_(PatchTest.applied_by_id == person_id, *_within(PatchTest.applied_at, scope))
    return Meant(
        db.or_(db.and_(drawn, *_within(Draw.drawn_at, scope)), Draw.vial_id.in_(_ids(handled))),
        handled,
        db.or_(applied, PatchTestItem.vial_id.in_(_ids(handled))),
    )


def _between(scope: Scope) -> Meant:
    """Within the time; of a vial that is named anyway it does not matter when it was drawn from."""
    drawn = db.and_(db.true(), *_within(Draw.drawn_at, scope))
    return Meant(drawn, db.true(), db.and_(db.true(), *_within(PatchTest.applied_at, scope)))


def _at_bench(place: Place) -> Meant:
    at_it = db.select(Attempt.id).where(Attempt.place_id == place.id)
    return Meant(Draw.attempt_id.in_(at_it), db.false(), db.false())


def _lay_at(place: Place, scope: Scope) -> Meant:
    """What lay at a shelf then: of a sealed lot whatever was made from it since, of an open vial what left
    that vial.
    """
    start = scope.from_at or EVER
    inside = stock.inside(place, start, scope.to_at or NO_END)
    sealed = {row.lot.id for row in inside if row.vial is None}
    lots = sealed | {lot.id for lot in descendants(sealed)}
    vials = {row.vial.id for row in inside if row.vial is not None}
    drawn = db.or_(Draw.lot_id.in_(lots), Draw.vial_id.in_(vials))
    spots = db.or_(_spots_of_lots(lots), PatchTestItem.vial_id.in_(vials))
    return Meant(
        db.and_(Draw.drawn_at >= start, drawn),
        db.or_(Vial.id.in_(vials), db.and_(_of_lots(lots), Vial.opened_at >= start)),
        db.and_(PatchTest.applied_at >= start, spots),
        frozenset(sealed),
    )


def _within(column: Any, scope: Scope) -> list[Any]:
    limits = [column >= scope.from_at] if scope.from_at else []
    return limits + ([column <= scope.to_at] if scope.to_at else [])


def _names_lots(scope: Scope) -> bool:
    return bool(scope.number or scope.product_id or scope.supplier or scope.note_number)


def _of_lots(lots: Iterable[int]) -> Any:
    return db.or_(Vial.lot_id.in_(lots), Vial.diluent_lot_id.in_(lots))


def _spots_of_lots(lots: Iterable[int]) -> Any:
    return db.or_(PatchTestItem.lot_id.in_(lots), PatchTestItem.vial_id.in_(_ids(_of_lots(lots))))


def _ids(vials: Any) -> Any:
    return db.select(Vial.id).where(vials)
