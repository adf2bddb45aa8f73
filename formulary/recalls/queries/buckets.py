"""The ten buckets: each one query that begins with the lot, so that an answer costs what it shows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, String, and_, cast, exists, func, literal, or_

from formulary.accounts.models import Site
from formulary.administrations.models import GivenLot
from formulary.catalogue.models import Formula, FormulaLine, FormulaVersion
from formulary.cocktails.models import Cocktail, CocktailLine, Revision
from formulary.db import db
from formulary.patch_tests.models import PatchTest, PatchTestItem
from formulary.preparations.models import Attempt, Draw
from formulary.stock.models import Balance, Lot, Movement, Place, Reservation, Vial

PAGE = 500
SEALED_AT = ("storage", "quarantine", "in_transit")
GONE_TO = ("waste", "destroyed")
Rows = Sequence[Row[Any]]


@dataclass(frozen=True)
class Answer:
    """The ten buckets for some lots, as known at `at`; `more` says that A goes on after its page."""

    at: datetime
    buckets: dict[str, Rows]
    patients: int
    cocktails: int
    more: bool
    formulas: Rows

    @property
    def completeness(self) -> tuple[int, int]:
        """Patients with the lot on record, out of those and the ones who cannot be excluded."""
        known = self.patients
        return known, known + len({row.patient_id for row in self.buckets["J"]})

    @property
    def completeness_words(self) -> str:
        """The completeness as a sentence."""
        known, touched = self.completeness
        return f"{known} of {touched} patients have the lot on record"


def answer(lot_ids: Sequence[int], product_ids: Sequence[int], *, at: datetime) -> Answer:
    """Everything the clinic knows of these lots, at every site, in a fixed number of queries."""
    rows = received(lot_ids)
    under_way = _under_way(lot_ids)
    buckets: dict[str, Rows] = {
        "A": rows[:PAGE],
        "B": _tested(lot_ids),
        "C": [row for row in under_way if row.state == "administering"],
        "D": [row for row in under_way if row.state == "released"],
        "E": [row for row in under_way if row.state in ("in_preparation", "prepared")],
        "F": _promised(lot_ids),
        "G": [*_sealed(lot_ids), *_returned(lot_ids)],
        "H": _open(lot_ids),
        "I": _gone(lot_ids),
        "J": _not_excluded(lot_ids, product_ids),
    }
    patients, cocktails = _counts(lot_ids) if len(rows) > PAGE else _counted(rows)
    return Answer(at, buckets, patients, cocktails, len(rows) > PAGE, _formulas(product_ids))


def received(lot_ids: Sequence[int], *, after: tuple[datetime, int] | None = None, size: int = PAGE) -> Rows:
    """A page (and one row) of who received these lots, newest first, from one index; `after` is the last
    row's key.
    """
    columns = (
        GivenLot.id,
        GivenLot.lot_id,
        GivenLot.at,
        GivenLot.patient_id,
        GivenLot.cocktail_id,
        GivenLot.given,
    )
    query = db.select(*columns, GivenLot.grade, GivenLot.via).where(
        GivenLot.lot_id.in_(lot_ids), GivenLot.given > 0
    )
    if after is not None:
        query = query.where(
            or_(GivenLot.at < after[0], and_(GivenLot.at == after[0], GivenLot.id < after[1]))
        )
    return db.session.execute(query.order_by(GivenLot.at.desc(), GivenLot.id.desc()).limit(size + 1)).all()


def _counted(rows: Rows) -> tuple[int, int]:
    return len({row.patient_id for row in rows}), len({row.cocktail_id for row in rows})


def _counts(lot_ids: Sequence[int]) -> tuple[int, int]:
    counted = (func.count(GivenLot.patient_id.distinct()), func.count(GivenLot.cocktail_id.distinct()))
    row = db.session.execute(
        db.select(*counted).where(GivenLot.lot_id.in_(lot_ids), GivenLot.given > 0)
    ).one()
    return row[0], row[1]


def _tested(lot_ids: Sequence[int]) -> Rows:
    columns = (
        PatchTest.patient_id,
        PatchTest.code,
        PatchTest.applied_at,
        PatchTestItem.lot_id,
        PatchTestItem.quantity,
    )
    query = db.select(*columns).join(PatchTest, PatchTestItem.test_id == PatchTest.id)
    return _all(query.where(PatchTestItem.lot_id.in_(lot_ids)).order_by(PatchTest.applied_at.desc()))


def _under_way(lot_ids: Sequence[int]) -> Rows:
    columns = (
        Draw.lot_id,
        Attempt.patient_id,
        Attempt.cocktail_id,
        Cocktail.code,
        Attempt.state,
        Site.name.label("site"),
    )
    query = db.select(
        *columns, func.sum(Draw.quantity).label("quantity"), func.max(Draw.drawn_at).label("at")
    )
    query = query.join(Attempt, Draw.attempt_id == Attempt.id).join(
        Cocktail, Attempt.cocktail_id == Cocktail.id
    )
    query = query.join(Site, Attempt.site_id == Site.id)
    live = Attempt.state.in_(("in_preparation", "prepared", "released", "administering"))
    return _all(query.where(Draw.lot_id.in_(lot_ids), Draw.undone.is_(False), live).group_by(*columns))


def _promised(lot_ids: Sequence[int]) -> Rows:
    """Reserved for a cocktail that nothing was drawn for from this lot, or named in one that is not
    finished.
    """
    reserved = (
        db.select(
            Reservation.lot_id,
            Cocktail.patient_id,
            Cocktail.id.label("cocktail_id"),
            Cocktail.code,
            Cocktail.state,
        )
        .join(Cocktail, Reservation.for_ref == literal("cocktail:") + cast(Cocktail.id, String))
        .where(Reservation.lot_id.in_(lot_ids), Reservation.ended_at.is_(None), ~_drawn(Reservation.lot_id))
    )
    named = (
        db.select(
            CocktailLine.lot_id,
            Cocktail.patient_id,
            Cocktail.id.label("cocktail_id"),
            Cocktail.code,
            Cocktail.state,
        )
        .join(Revision, CocktailLine.revision_id == Revision.id)
        .join(Cocktail, Revision.cocktail_id == Cocktail.id)
        .where(CocktailLine.lot_id.in_(lot_ids), Cocktail.state.in_(("draft", "prescribed", "verified")))
    )
    return _all(reserved.union(named))


def _drawn(lot_id: Any) -> Any:
    return exists().where(Draw.cocktail_id == Cocktail.id, Draw.lot_id == lot_id, Draw.undone.is_(False))


def _sealed(lot_ids: Sequence[int]) -> Rows:
    query = db.select(
        Balance.lot_id, Place.kind, Place.name.label("place"), Site.name.label("site"), Balance.quantity
    )
    query = query.join(Place, Balance.place_id == Place.id).join(Site, Place.site_id == Site.id)
    here = (Balance.lot_id.in_(lot_ids), Balance.quantity > 0, Place.kind.in_(SEALED_AT))
    return _all(query.where(*here).order_by(Site.name, Place.name))


def _returned(lot_ids: Sequence[int]) -> Rows:
    query = db.select(
        Movement.lot_id,
        Place.kind,
        Place.name.label("place"),
        Site.name.label("site"),
        func.sum(Movement.quantity).label("quantity"),
    )
    query = query.join(Place, Movement.to_place_id == Place.id).join(Site, Place.site_id == Site.id)
    here = (Movement.lot_id.in_(lot_ids), Place.kind == "returned")
    return _all(query.where(*here).group_by(Movement.lot_id, Place.kind, Place.name, Site.name))


def _open(lot_ids: Sequence[int]) -> Rows:
    columns = (
        Balance.lot_id,
        Vial.code,
        Vial.opened_at,
        Vial.beyond_use_at,
        Place.name.label("place"),
        Site.name.label("site"),
    )
    query = db.select(*columns, Balance.quantity).join(Vial, Balance.vial_id == Vial.id)
    query = query.join(Place, Balance.place_id == Place.id).join(Site, Place.site_id == Site.id)
    return _all(query.where(Balance.lot_id.in_(lot_ids), Balance.quantity > 0).order_by(Vial.code))


def _gone(lot_ids: Sequence[int]) -> Rows:
    columns = (Movement.lot_id, Place.kind, Place.name.label("place"), Movement.reason)
    query = db.select(*columns, func.sum(Movement.quantity).label("quantity")).join(
        Place, Movement.to_place_id == Place.id
    )
    undone = db.select(Movement.reverses_id).where(
        Movement.lot_id.in_(lot_ids), Movement.reverses_id.is_not(None)
    )
    here = (Movement.lot_id.in_(lot_ids), Place.kind.in_(GONE_TO), Movement.id.not_in(undone))
    return _all(query.where(*here).group_by(*columns).order_by(Movement.reason))


def _not_excluded(lot_ids: Sequence[int], product_ids: Sequence[int]) -> Rows:
    """Tested with the product while the lot was in stock, the lot not recorded."""
    first = db.select(func.min(Movement.occurred_at)).where(Movement.lot_id.in_(lot_ids)).scalar_subquery()
    query = db.select(PatchTest.patient_id, PatchTest.code, PatchTest.applied_at, PatchTestItem.product_id)
    query = query.join(PatchTest, PatchTestItem.test_id == PatchTest.id)
    unknown = (PatchTestItem.lot_id.is_(None), PatchTestItem.product_id.in_(product_ids))
    return _all(query.where(*unknown, PatchTest.applied_at >= first).order_by(PatchTest.applied_at.desc()))


def _formulas(product_ids: Sequence[int]) -> Rows:
    query = db.select(Formula.name, FormulaVersion.number, FormulaVersion.status, FormulaVersion.id)
    query = query.join(FormulaVersion, FormulaVersion.formula_id == Formula.id)
    query = query.join(FormulaLine, FormulaLine.version_id == FormulaVersion.id)
    return _all(
        query.where(FormulaLine.product_id.in_(product_ids))
        .distinct()
        .order_by(Formula.name, FormulaVersion.number)
    )


def _all(query: Select[Any] | Any) -> Rows:
    return db.session.execute(query.limit(PAGE) if isinstance(query, Select) else query).all()


def lots_by_id(lot_ids: Sequence[int]) -> dict[int, Lot]:
    """The lots of an answer, for their numbers and units."""
    return {lot.id: lot for lot in db.session.scalars(db.select(Lot).where(Lot.id.in_(lot_ids)))}


def cocktail_codes(cocktail_ids: set[int]) -> dict[int, str]:
    """The codes of the cocktails of an answer."""
    rows = db.session.execute(db.select(Cocktail.id, Cocktail.code).where(Cocktail.id.in_(cocktail_ids)))
    return {number: code for number, code in rows}
