"""Recall cases: the row, what it covers, what it stopped, and what happened to it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Select

from formulary.accounts.models import Person
from formulary.audit.models import AccessEntry
from formulary.catalogue.models import Product
from formulary.db import FRESH, Missing, db
from formulary.db.bare import plain_rows
from formulary.db.prepared import values
from formulary.recalls.models import (
    RecallCase,
    RecallEvent,
    RecallExplanation,
    RecallHold,
    RecallLot,
    RecallScope,
    RecallStopped,
)
from formulary.recalls.queries.lots import FoundLot, descendants, lots_found
from formulary.stock.models import Hold, Lot
from formulary.web.paging import Page, Window, page

NEWEST = (RecallCase.id,)
VIEWED = "recalls.case"


@dataclass(frozen=True)
class CaseLot:
    """A lot that a case covers, leaves out, or must be asked about."""

    row: RecallLot
    lot: FoundLot


@dataclass(frozen=True)
class CaseHold:
    """A hold that a case placed on a lot, or on a vial of it."""

    id: int
    code: str
    lot_id: int | None
    placed_at: datetime
    released_at: datetime | None
    kind: str
    object_id: int


def case(case_id: int, *, locked: bool = False) -> RecallCase:
    """One case; `locked` until the act ends. Missing where there is none."""
    query = db.select(RecallCase).filter_by(id=case_id).execution_options(**FRESH)
    found = db.session.scalar(query.with_for_update() if locked else query)
    if found is None:
        raise Missing(f"No recall case {case_id}")
    return found


def case_called(code: str) -> RecallCase:
    """The case of a code ("R-7"); Missing where there is none."""
    found = db.session.scalar(db.select(RecallCase).filter_by(code=code.strip().upper()))
    if found is None:
        raise Missing(f"No recall {code}")
    return found


def cases(window: Window, *, drills: bool = False) -> Page:
    """The cases of the organisation, or its drills, the newest first."""
    return page(db.select(RecallCase).filter_by(is_drill=drills), NEWEST, window=window)


class OpenCase(NamedTuple):
    """A case that is not closed, by its key and its code."""

    id: int
    code: str


def open_cases_of(lot_ids: Iterable[int]) -> list[OpenCase]:
    """Cases, drills not among them, that cover one of these lots and are not closed."""
    return [OpenCase(*row) for row in plain_rows(_open_cases(), {"lots": sorted(set(lot_ids))})]


@cache
def _open_cases() -> Select[Any]:
    covered = db.select(RecallLot.case_id)
    covered = covered.where(RecallLot.lot_id.in_(values("lots")), RecallLot.decision == "in")
    query = db.select(RecallCase.id, RecallCase.code).where(RecallCase.id.in_(covered))
    query = query.where(RecallCase.is_drill.is_(False), RecallCase.state != "closed")
    return query.order_by(RecallCase.id)


def scope_of(case_id: int) -> list[RecallScope]:
    """The lines of what it covers, in their order."""
    return list(
        db.session.scalars(db.select(RecallScope).filter_by(case_id=case_id).order_by(RecallScope.id))
    )


def case_lots(case_id: int) -> list[CaseLot]:
    """Every lot that its scope leads to, with what was decided of it."""
    query = db.select(RecallLot).filter_by(case_id=case_id).order_by(RecallLot.id).execution_options(**FRESH)
    rows = list(db.session.scalars(query))
    lots = {lot.id: lot for lot in lots_found(row.lot_id for row in rows).exact} if rows else {}
    return [CaseLot(row, lots[row.lot_id]) for row in rows]


def case_lot(case_id: int, row_id: int) -> CaseLot:
    """One of them; Missing where the case has none such."""
    row = db.session.scalar(
        db.select(RecallLot).filter_by(id=row_id, case_id=case_id).execution_options(**FRESH)
    )
    if row is None:
        raise Missing(f"No lot {row_id} in case {case_id}")
    return CaseLot(row, lots_found([row.lot_id]).exact[0])


def lots_in(case_id: int) -> list[int]:
    """The keys of the lots that are in it, without those made from them."""
    query = db.select(RecallLot.lot_id).filter_by(case_id=case_id, decision="in")
    return list(db.session.scalars(query.order_by(RecallLot.lot_id)))


def to_hold(lot_ids: Sequence[int]) -> list[int]:
    """Those of these lots that no hold on another of them covers already: none was made from another."""
    below = {lot_id: {lot.id for lot in descendants([lot_id])} for lot_id in lot_ids}
    return [one for one in lot_ids if not any(one in below[other] for other in lot_ids if other != one)]


def case_holds(case_id: int) -> list[CaseHold]:
    """Every hold that the case placed, released or not."""
    columns = (
        Hold.id, Hold.code, RecallHold.lot_id, Hold.placed_at, Hold.released_at, Hold.object_kind,
        Hold.object_id,
    )  # fmt: skip
    query = db.select(*columns).join(RecallHold, RecallHold.hold_id == Hold.id)
    return [
        CaseHold(*row)
        for row in db.session.execute(query.filter(RecallHold.case_id == case_id).order_by(Hold.id))
    ]


def not_held(case: RecallCase, lots: Sequence[int]) -> list[int]:
    """Which of these lots no standing hold of the case stops; of a drill, those no containment has listed."""
    roots = to_hold(lots)
    if case.is_drill:
        return [] if last_event(case.id, "contain") else roots
    held = {h.lot_id for h in case_holds(case.id) if h.released_at is None and h.kind == "lot"}
    return [lot for lot in roots if lot not in held]


def never_held(case: RecallCase, lots: Sequence[int]) -> list[int]:
    """Which of these lots no hold of the case has ever stopped."""
    if case.is_drill:
        return not_held(case, lots)
    held = {hold.lot_id for hold in case_holds(case.id) if hold.kind == "lot"}
    return [lot for lot in to_hold(lots) if lot not in held]


def stopped(case_id: int) -> list[RecallStopped]:
    """What its containments met, in their order."""
    query = db.select(RecallStopped).filter_by(case_id=case_id).order_by(RecallStopped.id)
    return list(db.session.scalars(query))


def events(case_id: int) -> list[tuple[RecallEvent, str]]:
    """What happened to it and who did it, the newest first."""
    query = db.select(RecallEvent, Person.name).join(Person, Person.id == RecallEvent.by_id)
    query = query.filter(RecallEvent.case_id == case_id).order_by(RecallEvent.id.desc())
    return [(event, name) for event, name in db.session.execute(query)]


def last_event(case_id: int, kind: str) -> RecallEvent | None:
    """The latest step of a kind; None where there was none."""
    query = db.select(RecallEvent).filter_by(case_id=case_id, kind=kind).order_by(RecallEvent.id.desc())
    found: RecallEvent | None = db.session.scalar(query.limit(1))
    return found


def explanations(case_id: int) -> dict[int, RecallExplanation]:
    """The latest signed words of each lot."""
    query = db.select(RecallExplanation).filter_by(case_id=case_id).order_by(RecallExplanation.id)
    return {row.lot_id: row for row in db.session.scalars(query)}


def views_of(case_id: int, window: Window) -> Page:
    """Who looked at the case, the newest first."""
    query = db.select(AccessEntry).where(AccessEntry.what == VIEWED, AccessEntry.object_id == case_id)
    return page(query, (AccessEntry.id,), window=window)


def products() -> list[Any]:
    """The products that a case may name: those of which a lot was ever received, by name."""
    query = db.select(Product.id, Product.name).where(Product.id.in_(db.select(Lot.product_id)))
    return [tuple(row) for row in db.session.execute(query.order_by(Product.name, Product.id))]
