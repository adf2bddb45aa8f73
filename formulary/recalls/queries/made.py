"""Scopes that mean draws and no whole lot: by serial, bench or shelf and time, preparer, formula, diluent."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from formulary.accounts import Actor, RecallSight
from formulary.accounts.models import Person, Site
from formulary.administrations.models import Administration, GivenLot
from formulary.catalogue.models import Formula, FormulaVersion
from formulary.cocktails.models import Cocktail, Revision
from formulary.db import db
from formulary.preparations.models import Attempt, Draw
from formulary.recalls.queries.cases import case_holds, scope_of
from formulary.recalls.queries.listing import Difference, Use, difference, uses_of
from formulary.recalls.queries.lots import descendants
from formulary.recalls.queries.patients import Known, known_patients
from formulary.recalls.queries.scope import Scope, as_scope, named_lots
from formulary.recalls.queries.under_way import BUCKETS
from formulary.rules.lot_status import normalise
from formulary.stock import queries as stock
from formulary.stock.models import Lot, Place, Vial

EVER, NO_END = datetime(1970, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)
PARTS = re.compile(r"[\s,;]+")
MOST = 500


@dataclass(frozen=True)
class Made:
    """A cocktail in which something was drawn that a scope means: an attempt at it, by whom, when first."""

    attempt_id: int
    cocktail_id: int
    code: str
    patient_id: int
    state: str
    site: str
    preparer: str
    at: datetime


@dataclass(frozen=True)
class DrawnFrom:
    """A vial that such a draw came from: open still, or with something of it in a cocktail under way."""

    id: int
    code: str
    lot_id: int


def draws_meant(scopes: list[Scope]) -> Any:
    """The condition on draws that one of these scopes means them; None where none of them means draws."""
    means = [db.and_(*_limits(scope)) for scope in scopes if scope.is_of_draws]
    return db.and_(Draw.undone.is_(False), db.or_(*means)) if means else None


def draws_of_case(case_id: int) -> Any:
    """The same of the lines of a case."""
    return draws_meant([as_scope(row) for row in scope_of(case_id)])


def made(meant: Any) -> list[Made]:
    """The cocktails of these draws, the latest first, at most 500."""
    if meant is None:
        return []
    first = db.func.min(Draw.drawn_at)
    columns = (
        Attempt.id, Attempt.cocktail_id, Cocktail.code, Attempt.patient_id, Attempt.state, Site.name,
        Person.name,
    )  # fmt: skip
    query = db.select(*columns, first).join(Draw, Draw.attempt_id == Attempt.id)
    query = query.join(Cocktail, Cocktail.id == Attempt.cocktail_id).join(Site, Site.id == Attempt.site_id)
    query = query.join(Person, Person.id == Attempt.preparer_id).where(meant).group_by(*columns)
    rows = db.session.execute(query.order_by(first.desc(), Attempt.id.desc()).limit(MOST))
    return [Made(*row) for row in rows]


def drawn_from(meant: Any) -> list[DrawnFrom]:
    """The vials whose hold stops what is left of these draws."""
    if meant is None:
        return []
    query = db.select(Vial.id, Vial.code, Vial.lot_id).join(Draw, Draw.vial_id == Vial.id)
    query = query.join(Attempt, Attempt.id == Draw.attempt_id)
    left = db.or_(Vial.state == "open", Attempt.state.in_(BUCKETS))
    return [
        DrawnFrom(*row) for row in db.session.execute(query.where(meant, left).distinct().order_by(Vial.id))
    ]


def vials_not_held(case_id: int) -> list[DrawnFrom]:
    """Those of a case that no standing hold of the case stops."""
    held = {
        hold.object_id for hold in case_holds(case_id) if hold.kind == "vial" and hold.released_at is None
    }
    return [vial for vial in drawn_from(draws_of_case(case_id)) if vial.id not in held]


def uses_of_draws(meant: Any) -> Iterator[Use]:
    """What of these draws reached a patient."""
    if meant is None:
        return
    columns = (
        GivenLot.id, GivenLot.patient_id, GivenLot.lot_id, Cocktail.code, GivenLot.at, GivenLot.given,
        GivenLot.grade,
    )  # fmt: skip
    query = db.select(*columns).join(Draw, Draw.id == GivenLot.draw_id)
    query = query.join(Administration, Administration.id == GivenLot.administration_id)
    query = query.join(Cocktail, Cocktail.id == GivenLot.cocktail_id)
    same = Administration.attempt_id == Draw.attempt_id
    for row in db.session.execute(query.where(meant, same, GivenLot.given > 0).order_by(GivenLot.id)):
        yield Use("given", f"given:{row[0]}", row[1], row[2], None, *row[3:])


def uses_of_case(case_id: int, lots: list[int]) -> list[Use]:
    """Every use that a case is about: of its lots, and of the draws that its lines mean, each once."""
    uses = (*uses_of(lots), *uses_of_draws(draws_of_case(case_id)))
    return list({use.key: use for use in uses}.values())


def differs(case_id: int, lots: list[int]) -> Difference:
    """The list of a case against the records of now."""
    return difference(case_id, uses_of_case(case_id, lots))


@dataclass(frozen=True)
class Done:
    """The answer to what was done: cocktails with their patients as the asker may know them, and vials.

    `reached` counts the patients whom something of it reached; merged records count as one.
    """

    made: tuple[Made, ...]
    reached: int
    vials: tuple[DrawnFrom, ...]
    patients: Mapping[int, Known]

    @property
    def shown(self) -> int:
        """How many patients the answer shows, by name or by code."""
        return len({known.id for known in self.patients.values() if known.code})


def done_by(scope: Scope, *, by: Actor, at: datetime) -> Done:
    """Everything of these draws, at every site, as known now."""
    meant = draws_meant([scope])
    rows, uses = made(meant), list(uses_of_draws(meant))
    known = known_patients({row.patient_id for row in (*rows, *uses)}, by=by, at=at)
    reached = {known[use.patient_id].id for use in uses}
    sees = by.recall_sight is not RecallSight.COUNTS
    return Done(tuple(rows), len(reached), tuple(drawn_from(meant)), known if sees else {})


def preparers() -> list[tuple[int, str]]:
    """Everybody who ever prepared, by name."""
    query = db.select(Person.id, Person.name).where(Person.id.in_(db.select(Attempt.preparer_id)))
    return [(key, name) for key, name in db.session.execute(query.order_by(Person.name, Person.id))]


def benches_and_shelves() -> list[tuple[int, str]]:
    """The places at which something is prepared or kept, of every site."""
    kinds = ("preparation", "storage", "in_use", "quarantine")
    query = db.select(Place.id, Place.name, Site.name).join(Site, Site.id == Place.site_id)
    rows = db.session.execute(query.where(Place.kind.in_(kinds)).order_by(Site.name, Place.name, Place.id))
    return [(key, f"{name}, {site}") for key, name, site in rows]


def formula_versions() -> list[tuple[int, str]]:
    """The versions of formulas that a cocktail was ever made by."""
    used = db.select(Revision.formula_version_id).where(Revision.formula_version_id.is_not(None))
    query = db.select(FormulaVersion.id, Formula.name, FormulaVersion.number)
    query = query.join(Formula, Formula.id == FormulaVersion.formula_id).where(FormulaVersion.id.in_(used))
    rows = db.session.execute(query.order_by(Formula.name, FormulaVersion.number))
    return [(key, f"{name} v{number}") for key, name, number in rows]


def _limits(scope: Scope) -> Iterator[Any]:
    """Every condition of a scope on draws; all of them hold."""
    if names := [part for part in PARTS.split(scope.serials) if part]:
        vials = db.select(Vial.id).where(db.or_(Vial.serial.in_(names), Vial.code.in_(names)))
        cocktails = db.select(Cocktail.id).where(Cocktail.code.in_(names))
        yield db.or_(Draw.vial_id.in_(vials), Draw.cocktail_id.in_(cocktails))
    if scope.diluent:
        same = db.select(Lot.id).where(Lot.normalised == normalise(scope.diluent))
        yield db.and_(Draw.via == "diluent", Draw.lot_id.in_(same))
    if scope.preparer_id:
        own = db.select(Attempt.id).where(Attempt.preparer_id == scope.preparer_id)
        yield db.or_(Draw.attempt_id.in_(own), Draw.by_id == scope.preparer_id)
    if scope.formula_version_id:
        by_it = db.select(Revision.id).where(Revision.formula_version_id == scope.formula_version_id)
        yield Draw.attempt_id.in_(db.select(Attempt.id).where(Attempt.revision_id.in_(by_it)))
    if scope.number or scope.product_id or scope.supplier or scope.note_number:
        yield Draw.lot_id.in_(named_lots(scope))
    yield from _where_and_when(scope)


def _where_and_when(scope: Scope) -> Iterator[Any]:
    place = db.session.get(Place, scope.place_id) if scope.place_id else None
    if scope.from_at:
        yield Draw.drawn_at >= scope.from_at
    if place is not None and place.kind != "preparation":
        yield _lay_at(place, scope.from_at or EVER, scope.to_at)
        return
    if place is not None:
        yield Draw.attempt_id.in_(db.select(Attempt.id).where(Attempt.place_id == place.id))
    if scope.to_at:
        yield Draw.drawn_at <= scope.to_at


def _lay_at(place: Place, start: datetime, end: datetime | None) -> Any:
    """Draws of what lay at a shelf then: of a sealed lot and what was made from it, or of an open vial."""
    inside = stock.inside(place, start, end or NO_END)
    sealed = {row.lot.id for row in inside if row.vial is None}
    lots = sealed | {lot.id for lot in descendants(sealed)}
    vials = {row.vial.id for row in inside if row.vial is not None}
    return db.or_(Draw.lot_id.in_(lots), Draw.vial_id.in_(vials))
