"""The answer to what was done: its cocktails, its vials and shelves, and the uses that reached a patient."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from formulary.accounts import Actor, Operator, RecallSight
from formulary.accounts.models import Person, Site
from formulary.administrations.models import Administration, GivenLot
from formulary.catalogue.models import FormulaVersion
from formulary.cocktails.models import Cocktail, Revision
from formulary.db import db
from formulary.patch_tests.models import PatchTest, PatchTestItem
from formulary.patients.models import Patient
from formulary.preparations.models import Attempt, Draw
from formulary.recalls.queries.cases import case_holds, to_hold
from formulary.recalls.queries.listing import Difference, Use, difference, use_of_test, uses_of
from formulary.recalls.queries.lots import descendants, lots_found
from formulary.recalls.queries.meant import Meant, draws_meant, draws_of_case
from formulary.recalls.queries.naming import found_nowhere
from formulary.recalls.queries.patients import Known, known_patients
from formulary.recalls.queries.promised import NOT_BEGUN
from formulary.recalls.queries.scope import Scope
from formulary.recalls.queries.tested import tested
from formulary.recalls.queries.under_way import BUCKETS
from formulary.stock.models import Balance, Vial
from formulary.web.paging import Page, Window, page

TESTS_SHOWN = 50
STANDS = ("sealed", "open")


@dataclass(frozen=True)
class Made:
    """A cocktail in which something was drawn that a scope means: an attempt at it, by whom, when first, and
    one of the lots of these draws.
    """

    attempt_id: int
    cocktail_id: int
    code: str
    patient_id: int
    state: str
    site: str
    preparer: str
    at: datetime
    lot_id: int


@dataclass(frozen=True)
class DrawnFrom:
    """What a hold stops: a vial that stands or has something in a cocktail under way, all of a lot that lay
    at a shelf (`kind` "lot"), or a version of a formula ("formula_version", of no lot).
    """

    id: int
    code: str
    lot_id: int | None
    kind: str = "vial"


def made(meant: Meant | None, window: Window | None = None, *, size: int = 50) -> Page:
    """One page of the cocktails of these draws, the latest attempt first."""
    if meant is None:
        return Page([])
    found = page(
        db.select(Attempt).where(Attempt.id.in_(_attempts(meant))), (Attempt.id,), window=window, size=size
    )
    rows = {row.attempt_id: row for row in _made(meant, Attempt.id.in_([row.id for row in found.rows]))}
    return replace(found, rows=[rows[row.id] for row in found.rows])


def made_count(meant: Meant | None) -> int:
    """How many they are."""
    if meant is None:
        return 0
    return db.session.scalar(db.select(db.func.count()).select_from(_attempts(meant).subquery())) or 0


def made_under_way(meant: Meant | None, *states: str) -> list[Made]:
    """All of them that are in one of these states, in any whose giving is not closed where none is named."""
    return [] if meant is None else _made(meant, Attempt.state.in_(states or tuple(BUCKETS)))


def every_made(meant: Meant | None) -> list[Made]:
    """All of them, the latest attempt first."""
    return [] if meant is None else _made(meant)


def _attempts(meant: Meant) -> Any:
    return db.select(Draw.attempt_id).where(meant.draws).distinct()


def _made(meant: Meant, *which: Any) -> list[Made]:
    first, lot = db.func.min(Draw.drawn_at), db.func.min(Draw.lot_id)
    columns = (
        Attempt.id, Attempt.cocktail_id, Cocktail.code, Attempt.patient_id, Attempt.state, Site.name,
        Person.name,
    )  # fmt: skip
    query = db.select(*columns, first, lot).join(Draw, Draw.attempt_id == Attempt.id)
    query = query.join(Cocktail, Cocktail.id == Attempt.cocktail_id).join(Site, Site.id == Attempt.site_id)
    query = query.join(Person, Person.id == Attempt.preparer_id).where(meant.draws, *which)
    rows = db.session.execute(query.group_by(*columns).order_by(Attempt.id.desc()))
    return [Made(*row) for row in rows]


def drawn_from(meant: Meant | None) -> list[DrawnFrom]:
    """The vials and the lots of a shelf whose holds stop what is left of it."""
    if meant is None:
        return []
    mixing = db.select(Draw.vial_id).join(Attempt, Attempt.id == Draw.attempt_id)
    mixing = mixing.where(Draw.undone.is_(False), Attempt.state.in_(BUCKETS), Draw.vial_id.is_not(None))
    of_draws = db.select(Draw.vial_id).where(meant.blamed, Draw.vial_id.is_not(None))
    of_tests = db.select(PatchTestItem.vial_id).join(PatchTest, PatchTest.id == PatchTestItem.test_id)
    of_tests = of_tests.where(meant.spots, PatchTestItem.vial_id.is_not(None))
    stands = db.or_(meant.vials, Vial.id.in_(of_draws), Vial.id.in_(of_tests))
    left = db.or_(
        db.and_(stands, Vial.state.in_(STANDS)),
        db.and_(meant.vials, Vial.id.in_(mixing)),
        Vial.id.in_(mixing.where(meant.blamed)),
    )
    query = db.select(Vial.id, Vial.code, Vial.lot_id).where(left).order_by(Vial.id)
    return [*_versions(meant), *_lay(meant), *(DrawnFrom(*row) for row in db.session.execute(query))]


def _versions(meant: Meant) -> list[DrawnFrom]:
    found = db.session.scalars(db.select(FormulaVersion).where(FormulaVersion.id.in_(meant.versions)))
    return [DrawnFrom(row.id, str(row), None, "formula_version") for row in found]


def to_be_made(meant: Meant | None) -> list[tuple[str, str, str]]:
    """The cocktails that a version of a formula stops before anything is drawn: code, state and site."""
    if meant is None or not meant.versions:
        return []
    latest = db.select(db.func.max(Revision.id)).group_by(Revision.cocktail_id)
    query = db.select(Cocktail.code, Cocktail.state, Site.name).join(Site, Site.id == Cocktail.site_id)
    query = query.join(Revision, Revision.cocktail_id == Cocktail.id)
    query = query.where(Revision.formula_version_id.in_(meant.versions), Revision.id.in_(latest))
    drawn = db.select(Draw.cocktail_id).where(Draw.undone.is_(False))
    waits = db.or_(Cocktail.state.in_(NOT_BEGUN), Cocktail.state == "in_preparation")
    rows = db.session.execute(query.where(waits, Cocktail.id.not_in(drawn)).order_by(Cocktail.id))
    return [tuple(row) for row in rows]


def _lay(meant: Meant) -> list[DrawnFrom]:
    """The lots of a shelf, and of packs, of which something is left anywhere; none made from another."""
    sealed = sorted(meant.lots | meant.packs)
    below = {lot: {lot, *(one.id for one in descendants([lot]))} for lot in to_hold(sealed)}
    lies = db.select(Balance.lot_id).where(Balance.lot_id.in_(set().union(*below.values())))
    left = set(db.session.scalars(lies.where(Balance.quantity > 0).distinct())) if below else set()
    lots = [lot for lot, made_from in below.items() if made_from & left]
    found = lots_found(lots).exact if lots else ()
    return [DrawnFrom(lot.id, lot.number, lot.id, "lot") for lot in found]


def vials_not_held(case_id: int) -> list[DrawnFrom]:
    """Those vials, and lots of a shelf, of a case that no standing hold of the case stops.

    A lot that was held for a pack and released is the rest of it: somebody has laid the pack apart.
    """
    meant, holds = draws_of_case(case_id), case_holds(case_id)
    held = {(hold.kind, hold.object_id) for hold in holds if hold.released_at is None}
    released = {hold.object_id for hold in holds if hold.released_at is not None and hold.kind == "lot"}
    held |= {("lot", lot_id) for lot_id in released - (meant.lots if meant else frozenset())}
    return [one for one in drawn_from(meant) if (one.kind, one.id) not in held]


def uses_of_draws(meant: Meant | None) -> Iterator[Use]:
    """What of it reached a patient: given, or patch-tested."""
    if meant is None:
        return
    columns = (
        GivenLot.id, GivenLot.patient_id, GivenLot.lot_id, Cocktail.code, GivenLot.at, GivenLot.given,
        GivenLot.grade,
    )  # fmt: skip
    for row in db.session.execute(given_with(meant, *columns).order_by(GivenLot.id)):
        yield Use("given", f"given:{row[0]}", row[1], row[2], None, *row[3:])
    yield from tested_with(meant)


def given_with(meant: Meant, *columns: Any) -> Any:
    """A query for what of it was given."""
    query = db.select(*columns).select_from(GivenLot).join(Draw, Draw.id == GivenLot.draw_id)
    query = query.join(Administration, Administration.id == GivenLot.administration_id)
    query = query.join(Cocktail, Cocktail.id == GivenLot.cocktail_id)
    return query.where(meant.draws, Administration.attempt_id == Draw.attempt_id, GivenLot.given > 0)


def tested_with(meant: Meant) -> list[Use]:
    """The patch tests of it: by the lot of the spot and by the diluent in its vial; behind them, as possible,
    those of a lot of a named vial of which nobody noted the vial.
    """
    sure = _tested(meant.spots)
    known = {use.key for use in sure}
    unsure = [] if meant.perhaps is None else _tested(meant.perhaps)
    return [*sure, *(replace(use, grade="possible") for use in unsure if use.key not in known)]


def _tested(spots: Any) -> list[Use]:
    query = db.select(PatchTestItem.test_id, PatchTestItem.lot_id, Vial.diluent_lot_id)
    query = query.join(PatchTest, PatchTest.id == PatchTestItem.test_id)
    query = query.outerjoin(Vial, Vial.id == PatchTestItem.vial_id).where(spots)
    found = db.session.execute(query.distinct()).all()
    pairs = {(test, lot) for test, *lots in found for lot in lots if lot is not None}
    rows = tested(sorted({lot for _, lot in pairs})) if pairs else ()
    return [use_of_test(row) for row in rows if (row.test_id, row.lot_id) in pairs]


def uses_of_case(case_id: int, lots: list[int]) -> list[Use]:
    """Every use that a case is about: of its lots, and of what its lines say was done, each once."""
    uses = (*uses_of_draws(draws_of_case(case_id)), *uses_of(lots))
    return list({use.key: use for use in uses}.values())


def differs(case_id: int, lots: list[int]) -> Difference:
    """The list of a case against the records of now."""
    return difference(case_id, uses_of_case(case_id, lots))


@dataclass(frozen=True)
class Done:
    """The answer to what was done: a page of its cocktails and the latest of its patch tests, with their
    patients as the asker may know them, and what a hold would stop.

    `cocktails` and `tests` count all of them, `reached` the patients whom something of it reached; merged
    records count as one. `nowhere` is what the line names and nothing of ours is called.
    """

    made: Page
    cocktails: int
    tested: tuple[Use, ...]
    tests: int
    reached: int
    vials: tuple[DrawnFrom, ...]
    patients: Mapping[int, Known]
    nowhere: tuple[str, ...] = ()

    @property
    def shown(self) -> int:
        """How many patients the answer shows, by name or by code."""
        return len({known.id for known in self.patients.values() if known.code})


def done_by(scope: Scope, *, by: Actor | Operator, at: datetime, window: Window | None = None) -> Done:
    """Everything of this, at every site, as known now."""
    meant = draws_meant([scope])
    if meant is None:
        return Done(Page([]), 0, (), 0, 0, (), {})
    found, tests = made(meant, window), tested_with(meant)
    shown = {row.patient_id for row in (*found.rows, *tests[:TESTS_SHOWN])}
    sees = by.recall_sight is not RecallSight.COUNTS
    return Done(
        found, made_count(meant), tuple(tests[:TESTS_SHOWN]), len(tests), _reached(meant, tests),
        tuple(drawn_from(meant)), known_patients(shown, by=by, at=at) if sees else {}, found_nowhere(scope),
    )  # fmt: skip


def _reached(meant: Meant, tests: list[Use]) -> int:
    kept = db.func.coalesce(Patient.merged_into_id, Patient.id)
    given = given_with(meant, kept).join(Patient, Patient.id == GivenLot.patient_id).distinct()
    of_tests = db.select(kept).where(Patient.id.in_({use.patient_id for use in tests}))
    return len({*db.session.scalars(given), *db.session.scalars(of_tests)})
