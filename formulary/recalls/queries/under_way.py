"""Buckets C, D and E: what was drawn of these lots into cocktails whose giving is not closed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Select, func

from formulary.accounts.models import Site
from formulary.cocktails.models import Cocktail
from formulary.db import db
from formulary.db.bare import plain_rows
from formulary.db.prepared import values, words
from formulary.preparations.models import Attempt, Draw

BUCKETS = {
    "administering": "C",
    "released": "D",
    "prepared": "E",
    "in_preparation": "E",
}
MIXED = frozenset({"administering", "released", "prepared"})


@dataclass(frozen=True)
class UnderWay:
    """So much of a lot lies in a cocktail of this state, in the lot's steps; `at` is its last draw."""

    lot_id: int
    patient_id: int
    cocktail_id: int
    code: str
    state: str
    site: str
    attempt_id: int
    quantity: int
    at: datetime

    @property
    def bucket(self) -> str:
        """C, D or E."""
        return BUCKETS[self.state]


def under_way(lot_ids: Sequence[int]) -> tuple[UnderWay, ...]:
    """Every cocktail that holds one of these lots and is not closed, at every site, the newest draw first."""
    rows = plain_rows(_drawn(), {"lots": list(lot_ids)})
    return tuple(UnderWay(*row[:7], int(row[7]), row[8]) for row in rows)


@cache
def _drawn() -> Select[Any]:
    attempt = (Attempt.patient_id, Attempt.cocktail_id, Cocktail.code, Attempt.state, Site.name, Attempt.id)
    columns = (Draw.lot_id, *attempt)
    drawn_at = func.max(Draw.drawn_at)
    query = db.select(*columns, func.sum(Draw.quantity), drawn_at).join(
        Attempt, Draw.attempt_id == Attempt.id
    )
    query = query.join(Cocktail, Attempt.cocktail_id == Cocktail.id).join(Site, Attempt.site_id == Site.id)
    query = query.where(
        Draw.lot_id.in_(values("lots")), Draw.undone.is_(False), Attempt.state.in_(words(*BUCKETS))
    )
    return query.group_by(*columns).order_by(drawn_at.desc(), Attempt.id.desc())


def prepared(rows: Sequence[UnderWay]) -> dict[int, int]:
    """What of each lot lies in cocktails that are mixed, in its steps."""
    found: dict[int, int] = {}
    for row in rows:
        if row.state in MIXED:
            found[row.lot_id] = found.get(row.lot_id, 0) + row.quantity
    return found
