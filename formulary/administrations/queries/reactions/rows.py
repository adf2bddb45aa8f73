"""The doors to reactions: the treatment, the reaction after it, the kinds, and what was in the mixture."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select
from sqlalchemy.orm import joinedload, selectinload

from formulary.accounts import Actor
from formulary.administrations.models import (
    Administration,
    Reaction,
    ReactionKind,
    ReactionReport,
)
from formulary.administrations.queries import sessions
from formulary.cocktails.models import Cocktail
from formulary.db import Missing, db
from formulary.patch_tests import queries as tests
from formulary.patch_tests.models import PatchTest, PatchTestItem
from formulary.patients import queries as patients
from formulary.patients.models import Exposure
from formulary.preparations.models import Draw
from formulary.stock.models import Lot

MOST = 50


@dataclass(frozen=True)
class Treatment:
    """What a reaction came after: one session, or one patch test, with the code that people call it by."""

    code: str
    patient_id: int
    site_id: int
    at: datetime
    session: Administration | None = None
    test: PatchTest | None = None

    @property
    def is_given(self) -> bool:
        """Whether it was a session; else it was a patch test."""
        return self.session is not None

    @property
    def key(self) -> int:
        """The number of the session or the test."""
        row = self.session or self.test
        return row.id if row is not None else 0

    @property
    def was_nothing(self) -> str:
        """Why nothing reached the patient, in words; empty where something did or may have."""
        if self.session is not None and self.session.outcome == "not_given":
            return f"{self.code} was not given: nothing of it reached the patient."
        if self.test is not None and self.test.state == "void" and _taken_back(self.test.id):
            return f"{self.code} is void: nothing was applied."
        return ""


@dataclass(frozen=True)
class Inside:
    """A lot that was in what the patient got, how much of it did in the lot's steps, and by what way."""

    lot: Lot
    given: int | None
    via: str


def after_session(administration_id: int, *, by: Actor, at: datetime) -> Treatment:
    """A session of a patient whom this person may see, at whatever site; Missing for any other."""
    seen = patients.may_see(Administration.patient_id, by=by, at=at)
    query = db.select(Administration, Cocktail.code).join(Cocktail, Cocktail.id == Administration.cocktail_id)
    found = db.session.execute(query.where(Administration.id == administration_id, seen)).first()
    if found is None:
        raise Missing(f"No session {administration_id} that you may see")
    session, code = found
    return Treatment(code, session.patient_id, session.site_id, session.started_at, session=session)


def after_test(test_id: int, *, by: Actor, at: datetime) -> Treatment:
    """A patch test of a patient whom this person may see; Missing for any other."""
    test = tests.test(test_id, by=by, at=at)
    return Treatment(test.code, test.patient_id, test.site_id, test.applied_at, test=test)


def treatments_of(patient_id: int, limit: int = MOST) -> list[Treatment]:
    """What a patient who was asked for before got, the newest first: sessions and patch tests that count."""
    query = db.select(Administration, Cocktail.code).join(Cocktail, Cocktail.id == Administration.cocktail_id)
    query = query.where(patients.own(Administration.patient_id, patient_id))
    query = query.where(Administration.outcome != "not_given").order_by(Administration.started_at.desc())
    found = [
        Treatment(code, row.patient_id, row.site_id, row.started_at, session=row)
        for row, code in db.session.execute(query.limit(limit))
    ]
    applied = [test for test in tests.tests_of(patient_id) if test.state == "applied"]
    found += [Treatment(t.code, t.patient_id, t.site_id, t.applied_at, test=t) for t in applied]
    return sorted(found, key=lambda one: one.at, reverse=True)[:limit]


def treatment_of(row: Reaction, *, by: Actor, at: datetime) -> Treatment:
    """What a reaction came after."""
    if row.administration_id is not None:
        return after_session(row.administration_id, by=by, at=at)
    return after_test(row.test_id or 0, by=by, at=at)


def treatment_codes(rows: Iterable[Reaction]) -> dict[int, str]:
    """The code of what each of these reactions came after, by the reaction's key; two queries."""
    found = list(rows)
    query = db.select(Cocktail.id, Cocktail.code).where(Cocktail.id.in_({row.cocktail_id for row in found}))
    cocktails: dict[int, str] = {key: code for key, code in db.session.execute(query)}
    applied = tests.codes({row.test_id for row in found if row.test_id is not None})
    return {row.id: cocktails.get(row.cocktail_id or 0) or applied.get(row.test_id or 0, "") for row in found}


def kinds() -> list[ReactionKind]:
    """The checklist, in its order."""
    return list(db.session.scalars(db.select(ReactionKind).order_by(ReactionKind.position, ReactionKind.id)))


def reaction(reaction_id: int, *, by: Actor, at: datetime, locked: bool = False) -> Reaction:
    """One reaction of a patient whom this person may see; Missing for others. `locked` until the act ends."""
    query = whole().where(Reaction.id == reaction_id, patients.may_see(Reaction.patient_id, by=by, at=at))
    if locked:
        query = query.with_for_update(of=Reaction).execution_options(populate_existing=True)
    found: Reaction | None = db.session.scalar(query)
    if found is None:
        raise Missing(f"No reaction {reaction_id} that you may see")
    return found


def coded(reaction_id: int) -> Reaction:
    """One reaction for whoever sees codes, whosever it is; Missing where there is none."""
    found: Reaction | None = db.session.scalar(whole().where(Reaction.id == reaction_id))
    if found is None:
        raise Missing(f"No reaction {reaction_id}")
    return found


def of_patient(patient_id: int, limit: int = MOST) -> list[Reaction]:
    """The reactions of a patient who was asked for before, the newest treatment first, withdrawn ones too."""
    query = whole().where(patients.own(Reaction.patient_id, patient_id))
    newest = query.order_by(Reaction.treated_at.desc(), Reaction.id.desc())
    return list(db.session.scalars(newest.limit(limit)))


def of_patient_in_all(patient_id: int) -> int:
    """How many reactions of a patient are on record, withdrawn ones too, shown or not."""
    query = db.select(db.func.count(Reaction.id)).where(patients.own(Reaction.patient_id, patient_id))
    return db.session.scalar(query) or 0


def after(*, administration_id: int | None = None, test_id: int | None = None) -> list[Reaction]:
    """The reactions after one session or one test, in the order in which they were recorded."""
    column, key = (
        (Reaction.test_id, test_id)
        if administration_id is None
        else (Reaction.administration_id, administration_id)
    )
    return list(db.session.scalars(whole().where(column == key).order_by(Reaction.id)))


def mixture(row: Reaction) -> list[Inside]:
    """Every lot that was in what the patient got, diluents too, in the order of drawing; each once."""
    found = _of_session(row.administration_id) if row.administration_id else _of_test(row.test_id or 0)
    together: dict[int, Inside] = {}
    for one in found:
        seen = together.get(one.lot.id)
        together[one.lot.id] = one if seen is None else Inside(one.lot, _sum(seen.given, one.given), seen.via)
    return list(together.values())


def _sum(one: int | None, other: int | None) -> int | None:
    """Both amounts together; a known one and one that is not known are not known."""
    return None if one is None or other is None else one + other


def whole() -> Select[Any]:
    """Reactions with everything that was said of them."""
    reports = selectinload(Reaction.reports).selectinload(ReactionReport.signs)
    return db.select(Reaction).options(reports, selectinload(Reaction.follow_ups))


def _of_session(administration_id: int) -> Iterator[Inside]:
    """What was given of each draw; while the session is under way, what was drawn, its amount not known."""
    closed = sessions.given_lots(administration_id)
    yield from (Inside(lot, row.given, row.via) for row, lot, _ in closed)
    query = db.select(Draw, Lot).join(Lot, Lot.id == Draw.lot_id).options(joinedload(Lot.product))
    query = query.join(Administration, Administration.attempt_id == Draw.attempt_id)
    query = query.where(Administration.id == administration_id, Draw.undone.is_(False)).order_by(Draw.id)
    if not closed:
        yield from (Inside(lot, None, draw.via) for draw, lot in db.session.execute(query))


def _of_test(test_id: int) -> Iterator[Inside]:
    """The lots on the spots, then those that the ledger adds: what a powder was dissolved in."""
    query = db.select(PatchTestItem, Lot).join(Lot, Lot.id == PatchTestItem.lot_id)
    query = query.where(PatchTestItem.test_id == test_id).order_by(PatchTestItem.number)
    named = set()
    for item, lot in db.session.execute(query.options(joinedload(Lot.product))):
        named.add(lot.id)
        yield Inside(lot, item.quantity, "direct")
    others = {m.lot_id for m in tests.movements([test_id])} - named
    more = db.select(Lot).where(Lot.id.in_(others)).options(joinedload(Lot.product)).order_by(Lot.id)
    yield from (Inside(lot, None, "diluent") for lot in db.session.scalars(more))


def _taken_back(test_id: int) -> bool:
    """Whether what a test had brought was taken back whole: nothing had been applied."""
    back = db.select(Exposure.id).where(
        Exposure.document_kind == "patch_test",
        Exposure.document_id == test_id,
        Exposure.takes_back_id.is_not(None),
    )
    return db.session.scalar(back.limit(1)) is not None
