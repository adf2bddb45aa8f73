"""How far the list of a case is from the records of now: counted by the database; no use is read."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import String, cast, func, literal, select, union, union_all

from formulary.administrations.models import GivenLot
from formulary.db import db
from formulary.recalls.models import RecallListed
from formulary.recalls.queries.flows import flows
from formulary.recalls.queries.listing import Use, untold, use_of_test
from formulary.recalls.queries.lots import lots_found
from formulary.recalls.queries.made import given_with, tested_with
from formulary.recalls.queries.meant import Meant, draws_of_case
from formulary.recalls.queries.tested import not_excluded, tested
from formulary.recalls.queries.unnoted import unnoted_uses

OF_TESTS = ("tested", "untold_test")
"""The uses that are few: they are looked at one by one."""


@dataclass(frozen=True)
class Apart:
    """How many uses the records tell that are not on the list, and of how many patients; and how many rows of
    the list they no longer tell.
    """

    new: int = 0
    patients: int = 0
    gone: int = 0


def apart(case_id: int, lots: Sequence[int]) -> Apart:
    """The list of a case against the records of now."""
    meant = draws_of_case(case_id)
    many, few = _uses(lots, meant)
    on_list = set(
        db.session.scalars(_listed(case_id, RecallListed.key).where(RecallListed.use.in_(OF_TESTS)))
    )
    fresh = [use for use in few.values() if use.key not in on_list]
    matched, new, patients = _counted(case_id, many)
    listed = db.session.scalar(_listed(case_id, func.count())) or 0
    others = _others(case_id, many, {use.patient_id for use in fresh})
    return Apart(new + len(fresh), patients + others, listed - matched - len(on_list & set(few)))


def _uses(lots: Sequence[int], meant: Meant | None) -> tuple[Any, dict[str, Use]]:
    """What was given or not noted, as a query of keys and patients; and the patch tests by their key."""
    found = lots_found(lots).lots if lots else ()
    ids = [lot.id for lot in found]
    moved = flows(ids)
    parts = [_given(ids, meant), *unnoted_uses(found, moved)]
    few = [*_tests(ids), *(untold(row) for row in not_excluded(found, moved))] if ids else []
    of_draws = tested_with(meant) if meant is not None else []
    return union_all(*parts).subquery(), {use.key: use for use in (*of_draws, *few)}


def _tests(ids: Sequence[int]) -> Iterator[Use]:
    return (use_of_test(row) for row in tested(ids))


def _given(ids: Iterable[int], meant: Meant | None) -> Any:
    """Of these lots, and of what was done: each once."""
    columns = ((literal("given:") + cast(GivenLot.id, String)).label("key"), GivenLot.patient_id)
    of_lots = select(*columns).where(GivenLot.lot_id.in_(list(ids)), GivenLot.given > 0)
    if meant is None:
        return of_lots
    return select(union(of_lots, given_with(meant, *columns)).subquery())


def _listed(case_id: int, what: Any) -> Any:
    return select(what).select_from(RecallListed).where(RecallListed.case_id == case_id)


def _beside_list(case_id: int, many: Any, *columns: Any) -> Any:
    """The uses, each with its row of the list where it has one."""
    its_row = (RecallListed.case_id == case_id) & (RecallListed.key == many.c.key)
    return select(*columns).select_from(many).outerjoin(RecallListed, its_row)


def _counted(case_id: int, many: Any) -> tuple[int, int, int]:
    """How many uses are on the list and not on it; and of how many patients these are."""
    is_new = RecallListed.id.is_(None)
    whose = func.count(db.case((is_new, many.c.patient_id)).distinct())
    matched = func.count(RecallListed.id)
    counts = _beside_list(case_id, many, matched, func.count() - matched, whose)
    found: tuple[int, int, int] = tuple(db.session.execute(counts).one())
    return found


def _others(case_id: int, many: Any, patient_ids: set[int]) -> int:
    """How many of these patients no new use of the query is of."""
    if not patient_ids:
        return 0
    new = _beside_list(case_id, many, func.count(many.c.patient_id.distinct()))
    new = new.where(RecallListed.id.is_(None), many.c.patient_id.in_(patient_ids))
    return len(patient_ids) - (db.session.scalar(new) or 0)
