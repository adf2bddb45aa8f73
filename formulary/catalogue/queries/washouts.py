"""The kinds of medicine that are asked for, and what sources say of each."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy.orm import joinedload, selectinload

from formulary.catalogue.models import MedicineKind, WashoutDecision, WashoutStatement
from formulary.catalogue.queries.one import one
from formulary.db import db
from formulary.rules import facts

DECIDED = "decided by the clinic"

ALL = (selectinload(MedicineKind.statements), selectinload(MedicineKind.decisions))
KINDS = db.select(MedicineKind).order_by(MedicineKind.position, MedicineKind.id)


def medicine_kinds() -> list[MedicineKind]:
    """Every kind in the order in which it is asked for, with what is said of it and what was decided."""
    return list(db.session.scalars(KINDS.options(*ALL)))


def medicine_kind(kind_id: int) -> MedicineKind:
    """One kind with what is said of it and what was decided; Missing otherwise."""
    return one(MedicineKind, kind_id, ALL)


def washout_decision(decision_id: int) -> WashoutDecision:
    """One version of a time of the clinic's own; Missing otherwise."""
    return one(WashoutDecision, decision_id, (joinedload(WashoutDecision.kind),))


def washouts_of(kind: MedicineKind) -> tuple[facts.Washout, ...]:
    """All that sources say of a kind, and beside them the clinic's own times that count now."""
    return tuple(one for one in every_washout_of(kind) if one.counts(None))


def every_washout_of(kind: MedicineKind) -> tuple[facts.Washout, ...]:
    """The same with the clinic's own times that counted before, each with until when."""
    return (*map(_washout, kind.statements), *_own(kind))


def _own(kind: MedicineKind) -> Iterator[facts.Washout]:
    """The clinic's times, where a source asks for some time still: with the effect that it tells of."""
    effects = {row.before: row.effect for row in kind.statements if row.is_about_time}
    for row in kind.decisions:
        if row.approved_at is None or row.least is None or row.before not in effects:
            continue
        ended = _ended(row, kind)
        words = f"{DECIDED}{'' if ended is None else ', and no longer'}: {row.reason}"
        told = (row.least, None, row.unit, words, False, row.approved_at, ended)
        yield facts.Washout(row.before, effects[row.before], DECIDED, *told)


def _ended(row: WashoutDecision, kind: MedicineKind) -> datetime | None:
    """When the next version was approved; None where there is none."""
    same = (one for one in kind.decisions if one.before == row.before and one.version > row.version)
    return min((one.approved_at for one in same if one.approved_at is not None), default=None)


def _washout(row: WashoutStatement) -> facts.Washout:
    return facts.Washout(
        row.before, row.effect, row.said, row.least, row.most, row.unit, row.source, row.lifted
    )
