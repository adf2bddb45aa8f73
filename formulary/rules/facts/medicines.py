"""What a patient takes or took, and what sources say of it before a session or a test of the skin."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class Taking(StrEnum):
    """Whether it is still taken; `stopped` has a last day, `unknown` is that nobody can say."""

    STILL = "still"
    STOPPED = "stopped"
    UNKNOWN = "unknown"


class Choice(StrEnum):
    """By whose choice it is taken."""

    PRESCRIBED = "prescribed"
    OWN = "own"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Washout:
    """What one source says of a kind of medicine before `mesotherapy` or a kind of test.

    At least so long without it, perhaps as long as `most`; None: it gives no time. `effect` is `avoid`
    (before a session), `hides` (what a test would show) or `ask` (the prescriber confirms); `lifted`: the
    source says that it does not matter there. `decided_at` is since when it is the clinic's own time, and
    None of what a source says; `ended_at` until when it was, and None where it still is.
    """

    before: str
    effect: str
    said: str
    least: int | None
    most: int | None
    unit: str
    source: str
    lifted: bool = False
    decided_at: datetime | None = None
    ended_at: datetime | None = None

    def counts(self, at: datetime | None) -> bool:
        """Whether it counted at an instant; None: whether it counts now."""
        if at is None:
            return self.ended_at is None
        begun = self.decided_at is None or self.decided_at <= at
        return begun and (self.ended_at is None or at < self.ended_at)


@dataclass(frozen=True, slots=True)
class Medicine:
    """A medicine, supplement or the like: since when, until which last day (None: not known, or still).

    `kind` is the word of the catalogue's table, "" for what is on record in words alone; `washouts` are all
    that sources say of that kind, whether they agree or not. `closed_on` is from which day on it does not
    matter, as somebody who prescribes said of what is in words alone.
    """

    name: str
    taking: Taking
    choice: Choice
    started_on: date | None = None
    last_taken_on: date | None = None
    kind: str = ""
    washouts: tuple[Washout, ...] = ()
    closed_on: date | None = None

    def is_in_words(self, on: date) -> bool:
        """Whether it is on record in words alone, and on that day nobody had said that it does not matter."""
        return not self.kind and (self.closed_on is None or on < self.closed_on)


@dataclass(frozen=True, slots=True)
class Taken:
    """What a patient takes or took, and when they were asked as a whole; None: nobody asked."""

    medicines: tuple[Medicine, ...] = ()
    asked_at: datetime | None = None
