"""What is known against giving a substance to somebody: answers, relatives of an allergen, sessions too
soon.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class Said(StrEnum):
    """What a patient said to a question; `unknown` is that they do not know."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class ConditionAnswer:
    """The newest answer to one question; a question without one was never asked."""

    word: str
    said: Said
    asked_at: datetime
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Contraindication:
    """What follows from a yes to the question `word` (in words `name`) for what `selector` names.

    A selector is `ingredient:<id>`, `group:<word>` (excipients too) or `any`; `level` is INFO, WARN, STOP or
    BLOCK as a word.
    """

    word: str
    name: str
    selector: str
    level: str
    reason: str
    source: str
    version: int = 1


@dataclass(frozen=True, slots=True)
class CrossReactivity:
    """A group whose members may provoke the same allergy: how far another member stops, and why."""

    word: str
    level: str
    evidence: str
    source: str
    version: int = 1


@dataclass(frozen=True, slots=True)
class Schedule:
    """The least time between two sessions of an ingredient (months of the calendar), the most sessions."""

    ingredient_id: int
    days: int | None
    months: int | None
    most_sessions: int | None
    source: str
    version: int = 1


@dataclass(frozen=True, slots=True)
class Precautions:
    """Everything of the kind that the catalogue and the clinic's questions hold."""

    contraindications: tuple[Contraindication, ...] = ()
    cross_reactivities: tuple[CrossReactivity, ...] = ()
    schedules: tuple[Schedule, ...] = ()


class CredentialKind(StrEnum):
    """What a credential entitles to."""

    PRESCRIBE = "prescribe"
    PREPARE = "prepare"
    INJECT = "inject"


@dataclass(frozen=True, slots=True)
class Credential:
    """What entitles a person, from its first day through its last."""

    kind: CredentialKind
    authority: str
    valid_from: date
    valid_to: date


@dataclass(frozen=True, slots=True)
class Practitioner:
    """Who is about to act: the name for the sentence, and what entitles them."""

    name: str
    credentials: tuple[Credential, ...] = ()
