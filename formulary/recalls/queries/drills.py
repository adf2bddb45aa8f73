"""Drills: what each of them took, and how often every lot was used."""

from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction

from formulary.accounts.models import Person
from formulary.administrations.models import GivenLot
from formulary.db import Missing, db
from formulary.recalls.models import DrillResult, RecallCase
from formulary.recalls.queries.lots import FoundLot, lots_found
from formulary.stock.models import Lot

SHOWN = 100
MS = timedelta(milliseconds=1)


@dataclass(frozen=True)
class Drill:
    """A drill and its result; `result` is None while it runs."""

    case: RecallCase
    result: DrillResult | None
    lot: FoundLot | None
    by: str

    @property
    def to_list(self) -> timedelta | None:
        """From its start to the patient list."""
        return self.result.list_ms * MS if self.result else None

    @property
    def to_contain(self) -> timedelta | None:
        """From its start to containment."""
        return self.result.contain_ms * MS if self.result else None

    @property
    def completeness(self) -> Fraction | None:
        """Which part of the uses names its lot; None where nothing was used."""
        return Fraction(self.result.named, self.result.uses) if self.result and self.result.uses else None

    @property
    def balance(self) -> Fraction | None:
        """Which part of what came is accounted for; None where nothing came."""
        if not self.result or not self.result.received:
            return None
        return 1 - Fraction(abs(self.result.unaccounted), self.result.received)


def drills() -> list[Drill]:
    """The drills, the newest first."""
    return _drills(db.select(RecallCase).filter_by(is_drill=True).order_by(RecallCase.id.desc()).limit(SHOWN))


def drill(case_id: int) -> Drill:
    """One drill that was filed; Missing where there is none such."""
    found = _drills(db.select(RecallCase).filter_by(id=case_id, is_drill=True))
    if not found or found[0].result is None:
        raise Missing(f"No drill {case_id} was filed")
    return found[0]


def uses_by_lot() -> dict[int, int]:
    """How often each lot that was ever received was given."""
    used = db.select(GivenLot.lot_id, db.func.count()).where(GivenLot.given > 0).group_by(GivenLot.lot_id)
    return dict.fromkeys(db.session.scalars(db.select(Lot.id)), 0) | dict(db.session.execute(used).all())


def _drills(query: object) -> list[Drill]:
    cases = list(db.session.scalars(query))  # type: ignore[call-overload]
    filed = db.select(DrillResult).where(DrillResult.case_id.in_({case.id for case in cases}))
    results = {row.case_id: row for row in db.session.scalars(filed)}
    ids = {row.lot_id for row in results.values()}
    lots = {lot.id: lot for lot in lots_found(ids).exact} if ids else {}
    people = db.select(Person.id, Person.name).where(Person.id.in_({case.created_by_id for case in cases}))
    names = dict(db.session.execute(people).all())
    return [
        Drill(
            case,
            row := results.get(case.id),
            lots.get(row.lot_id) if row else None,
            names[case.created_by_id],
        )
        for case in cases
    ]
