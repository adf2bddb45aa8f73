"""What sources say of each kind of medicine before a session or a test, as the rules are told."""

from dataclasses import dataclass
from typing import Any

from formulary.catalogue import queries
from formulary.rules import facts


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of medicine by its word, and all that sources say of it or the clinic ever decided."""

    id: int
    word: str
    name: str
    washouts: tuple[facts.Washout, ...]


def medicine_kinds() -> tuple[Kind, ...]:
    """Every kind, in three queries."""
    return tuple(
        Kind(row.id, row.word, row.name, queries.every_washout_of(row)) for row in queries.medicine_kinds()
    )


def medicine(row: Any, kind: Kind | None) -> facts.Medicine:
    """What is taken by a row of a patient's record, with what sources say of its kind."""
    told = (row.name, facts.Taking(row.taking), facts.Choice(row.choice), row.started_on, row.last_taken_on)
    if kind is None:
        return facts.Medicine(*told, closed_on=row.closed_on)
    return facts.Medicine(*told, kind.word, kind.washouts)
