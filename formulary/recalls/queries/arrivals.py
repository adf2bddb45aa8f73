"""What waits for a lot: lines of cases that may cover it, notices that name it; and what has come since."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from formulary.db import FRESH, db
from formulary.recalls.models import (
    NoticeLot,
    RecallCase,
    RecallEvent,
    RecallHold,
    RecallLot,
    RecallNotice,
    RecallScope,
)
from formulary.recalls.queries.cases import scope_of
from formulary.recalls.queries.meant import draws_of_case
from formulary.recalls.queries.naming import names_a_pack_of
from formulary.recalls.queries.scope import as_scope
from formulary.rules.trace import Ours, Span
from formulary.stock import queries as stock
from formulary.stock.models import Hold, Lot

AT_ONCE = 100
CAME = "lot_came"
ANSWERS = ("contain", "decide_lot", "add_scope", "release_holds", "notify", "reconcile", "close", "reopen")
"""The steps by which a recall officer has answered to a lot that came."""


@dataclass(frozen=True)
class CameIn:
    """A case or a notice for which a lot came and which nobody has looked at since."""

    kind: str
    id: int
    code: str
    lots: tuple[str, ...]
    at: datetime


def waiting_lines(lot_ids: Collection[int]) -> list[tuple[RecallCase, RecallScope]]:
    """The lines of cases, drills not among them, that may cover one of these lots.

    Of a closed case those of a number, and all where it was closed as none of ours: no later lot of a product
    is stopped by a recall that is over.
    """
    products = db.select(Lot.product_id).where(Lot.id.in_(lot_ids))
    query = db.select(RecallCase, RecallScope).join(RecallScope, RecallScope.case_id == RecallCase.id)
    named = RecallScope.near.in_(stock.nears_of_lots(lot_ids)) | (RecallScope.near == "")
    query = query.where(named, RecallCase.is_drill.is_(False))
    any_product = RecallScope.product_id.is_(None) | RecallScope.product_id.in_(products)
    was_opened = db.exists().where(RecallEvent.case_id == RecallCase.id, RecallEvent.kind == "open_case")
    still = db.or_(RecallCase.state != "closed", RecallScope.near != "", ~was_opened)
    rows = db.session.execute(query.where(any_product, still).order_by(RecallCase.id, RecallScope.id))
    return [(case, line) for case, line in rows]


def known_in(case_id: int, lot_ids: Collection[int]) -> set[int]:
    """Which of these lots a case has, whatever was decided of them."""
    query = db.select(RecallLot.lot_id).where(RecallLot.case_id == case_id, RecallLot.lot_id.in_(lot_ids))
    return set(db.session.scalars(query))


def cases_it_comes_again_for(lot_ids: Collection[int]) -> list[int]:
    """The cases, drills not among them and whatever became of them, that have one of these lots and of which
    no hold stands on it.
    """
    query = db.select(RecallLot.case_id).join(RecallCase, RecallCase.id == RecallLot.case_id)
    query = query.where(RecallLot.lot_id.in_(lot_ids), RecallCase.is_drill.is_(False), ~_held())
    return list(db.session.scalars(query.distinct().order_by(RecallLot.case_id)))


def coming_again(case_id: int, lot_ids: Collection[int]) -> list[RecallLot]:
    """What one of them says of these lots, as it stands once the case is locked."""
    query = db.select(RecallLot).where(RecallLot.case_id == case_id, RecallLot.lot_id.in_(lot_ids), ~_held())
    return list(db.session.scalars(query.order_by(RecallLot.id).execution_options(**FRESH)))


def _held() -> Any:
    return db.exists().where(
        RecallHold.case_id == RecallLot.case_id,
        RecallHold.lot_id == RecallLot.lot_id,
        Hold.id == RecallHold.hold_id,
        Hold.object_kind == "lot",
        Hold.released_at.is_(None),
    )


def notices_naming(lot_ids: Collection[int]) -> list[tuple[RecallNotice, frozenset[int]]]:
    """The notices that name one of these lots, by its number or inside a stretch, and those lots; a decided
    one only where none of them was here when it was.
    """
    lots = list(stock.numbers_of_lots(lot_ids))
    ours = Ours(lots)
    found: dict[int, tuple[RecallNotice, set[int]]] = {}
    for row, keys in (*_by_number(lots), *_by_stretch(ours)):
        known = set(row.decided_lots or ()) if row.decision != "open" else set()
        if fresh := set(keys) - known:
            found.setdefault(row.id, (row, set()))[1].update(fresh)
    return [(row, frozenset(keys)) for row, keys in found.values()]


def notices_about(lot_id: int) -> list[RecallNotice]:
    """The same of one lot, as it was found when the lot or the notice came in: no text is read again."""
    query = db.select(RecallNotice).join(NoticeLot, NoticeLot.notice_id == RecallNotice.id)
    found = db.session.scalars(query.where(NoticeLot.lot_id == lot_id).order_by(RecallNotice.id))
    return [row for row in found if row.decision == "open" or lot_id not in (row.decided_lots or ())]


def noted_for(notice_id: int) -> set[int]:
    """The lots of which is on record that a notice names them."""
    return set(db.session.scalars(db.select(NoticeLot.lot_id).filter_by(notice_id=notice_id)))


def _by_number(lots: list[tuple[int, str, str]]) -> Iterator[tuple[RecallNotice, set[int]]]:
    for start in range(0, len(lots), AT_ONCE):
        some = lots[start : start + AT_ONCE]
        stands = db.or_(*(RecallNotice.plain.contains(plain, autoescape=True) for _, plain, _ in some))
        for row in db.session.scalars(db.select(RecallNotice).where(stands).order_by(RecallNotice.id)):
            said = Ours(some).mentioned(row.words)
            yield row, {key for key, how in said.items() if how == "exact"}


def _by_stretch(ours: Ours) -> Iterator[tuple[RecallNotice, set[int]]]:
    query = db.select(RecallNotice.id, RecallNotice.spans).where(RecallNotice.spans.is_not(None))
    for key, told in db.session.execute(query).all():
        if inside := ours.inside(Span(*one) for one in told):
            yield db.session.get_one(RecallNotice, key), inside


def came_in() -> list[CameIn]:
    """What has come for cases and notices and waits for a recall officer, the latest first."""
    later = db.select(db.func.max(RecallEvent.id)).where(RecallEvent.kind.in_(ANSWERS))
    later = later.where(RecallEvent.case_id == RecallCase.id).correlate(RecallCase).scalar_subquery()
    query = db.select(RecallCase, RecallEvent).join(RecallEvent, RecallEvent.case_id == RecallCase.id)
    query = query.where(RecallEvent.kind == CAME, RecallEvent.id > db.func.coalesce(later, 0))
    found: dict[int, CameIn] = {}
    for case, event in db.session.execute(query.order_by(RecallEvent.id)):
        lots = (*found[case.id].lots, *event.told["lots"]) if case.id in found else (*event.told["lots"],)
        found[case.id] = CameIn("case", case.id, case.code, tuple(dict.fromkeys(lots)), event.at)
    named = db.select(RecallNotice).where(RecallNotice.came_at.is_not(None))
    notices = (
        CameIn("notice", row.id, row.number, (), row.came_at)
        for row in db.session.scalars(named)
        if row.came_at
    )
    return sorted((*found.values(), *notices), key=lambda one: one.at, reverse=True)


def stands_for(case_id: int, lot_id: int) -> bool:
    """Whether a hold that the case placed on this lot stands."""
    held = db.select(RecallHold.id).join(Hold, Hold.id == RecallHold.hold_id)
    held = held.where(RecallHold.case_id == case_id, RecallHold.lot_id == lot_id)
    stands = held.where(Hold.object_kind == "lot", Hold.released_at.is_(None))
    return db.session.scalar(stands.limit(1)) is not None


def cases_holding_besides(lot_id: int) -> list[tuple[RecallCase, str]]:
    """The cases whose hold stands on a lot that is not in them, and why; see `why_besides`."""
    held = db.select(RecallHold.case_id).join(Hold, Hold.id == RecallHold.hold_id)
    held = held.where(RecallHold.lot_id == lot_id, Hold.object_kind == "lot", Hold.released_at.is_(None))
    has = db.select(RecallLot.case_id).where(RecallLot.lot_id == lot_id, RecallLot.decision != "out")
    query = db.select(RecallCase).where(RecallCase.id.in_(held), RecallCase.id.not_in(has))
    found = list(db.session.scalars(query.order_by(RecallCase.id)))
    return [(case, why_besides(case.id, lot_id)) for case in found]


def why_besides(case_id: int, lot_id: int) -> str:
    """Why a case holds a lot that is not in it: for a "pack" of it, or for the "place" where it lay; "left"
    where no line means it now.
    """
    if any(names_a_pack_of(as_scope(line), lot_id) for line in scope_of(case_id)):
        return "pack"
    meant = draws_of_case(case_id)
    return "place" if meant is not None and lot_id in meant.lots else "left"


def cases_about(lot_id: int) -> list[tuple[RecallCase, str, bool]]:
    """The cases, drills not among them, that have a lot in them or ask about it: case, decision, whether a
    hold of the case stands on it.
    """
    standing = db.exists().where(
        RecallHold.case_id == RecallCase.id,
        RecallHold.lot_id == lot_id,
        Hold.id == RecallHold.hold_id,
        Hold.object_kind == "lot",
        Hold.released_at.is_(None),
    )
    query = db.select(RecallCase, RecallLot.decision, standing)
    query = query.join(RecallLot, RecallLot.case_id == RecallCase.id)
    query = query.where(RecallLot.lot_id == lot_id, RecallCase.is_drill.is_(False))
    rows = db.session.execute(query.order_by(RecallCase.id))
    return [(case, decision, bool(held)) for case, decision, held in rows if held or case.state != "closed"]
