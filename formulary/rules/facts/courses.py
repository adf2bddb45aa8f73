"""What else was ordered for the patient, and what was given: the sessions before, and those under way."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Order:
    """Another cocktail of the patient that was signed: its code, what is in it but for diluents, and how
    far it came.

    `given_at` is when its session began, None before; `state` is that of the cocktail. What was given in an
    emergency is no session, yet was given.
    """

    code: str
    state: str
    ingredients: frozenset[int]
    given_at: datetime | None = None
    planned_for: datetime | None = None
    is_top_up: bool = False
    is_emergency: bool = False

    @property
    def is_open(self) -> bool:
        """Whether it may still be given, as far as it is known."""
        return self.given_at is None


@dataclass(frozen=True, slots=True)
class Course:
    """The orders of this organisation for one patient, the newest first; `truncated` where more are on
    record.

    `elsewhere` is what the patient said about sessions at other clinics: None while nobody asked lately.
    """

    orders: tuple[Order, ...] = ()
    truncated: bool = False
    elsewhere: bool | None = None
    elsewhere_detail: str = ""
