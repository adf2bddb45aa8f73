"""A cocktail that is being told: whose it is, what has happened so far, and when the next act is."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from formulary.accounts.models import Signature
from formulary.bench.history.book import Book
from formulary.bench.history.ground import Hand
from formulary.bench.history.lots import OnShelf
from formulary.bench.history.people import Person
from formulary.bench.history.vials import Vials
from formulary.cocktails.models import Cocktail, Transition


@dataclass(slots=True)
class Drawn:
    """One row of a draw: from which lot, how much, and what became of it is still open."""

    id: int
    lot: OnShelf
    quantity: int
    via: str


@dataclass(slots=True)
class Told:
    """One cocktail on its way; every act takes a step in time."""

    book: Book
    vials: Vials
    person: Person
    prescriber: Hand
    at: datetime
    step: timedelta
    id: int = 0
    code: str = ""
    revision: int = 0
    attempt: int = 0
    begun: datetime | None = None
    label: str = ""
    state: str = "draft"
    draws: list[Drawn] = field(default_factory=list)

    def tick(self) -> datetime:
        """The time of the next act."""
        self.at += self.step
        return self.at

    def hand(self, part: str) -> Hand:
        """Who does this part of the work."""
        return self.book.ground.staff[part]

    def move(self, state: str, by: Hand, reason: str = "") -> None:
        """The cocktail goes to another state."""
        self.book.add(
            Transition,
            cocktail_id=self.id,
            from_state=self.state,
            to_state=state,
            revision_number=1,
            at=self.at,
            by_id=by.person_id,
            reason=reason,
        )
        self.state = state
        self.book.change(Cocktail, self.id, state=state)

    def sign(self, meaning: str, table: Any, key: int, signed_hash: str, by: Hand) -> None:
        """Somebody's signature on a row."""
        self.book.add(
            Signature,
            person_id=by.person_id,
            person_name=by.name,
            meaning=meaning,
            at=self.at,
            object_kind=table.__tablename__,
            object_id=key,
            signed_hash=signed_hash,
        )
