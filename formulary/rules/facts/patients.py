"""What the rules may know of a patient: allergies, weight, patch tests, consents; never a name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from formulary.rules.facts.medicines import Medicine
from formulary.rules.facts.precautions import ConditionAnswer
from formulary.rules.units import Quantity


class AllergySeverity(StrEnum):
    """How bad the reaction was; `unknown` is treated as severe by no rule and shown as unknown."""

    MILD = "mild"
    MODERATE = "moderate"
    SEVERE = "severe"
    ANAPHYLAXIS = "anaphylaxis"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Allergy:
    """A patient's allergy to a substance (by id) or to a group of substances (by word).

    `groups` are those that the substance belongs to.
    """

    name: str
    severity: AllergySeverity
    ingredient_id: int | None = None
    group: str | None = None
    groups: frozenset[str] = frozenset()


class TestOutcome(StrEnum):
    """What the readings of a patch test come to; only NEGATIVE clears."""

    __test__ = False
    PENDING = "pending"
    NEGATIVE = "negative"
    DOUBTFUL = "doubtful"
    POSITIVE = "positive"
    INVALID = "invalid"
    LAPSED = "lapsed"


@dataclass(frozen=True, slots=True)
class Reading:
    """One look at one test site: ICDRG grade (`-`, `?+`, `+`, `++`, `+++`, `IR`) and when it was made."""

    grade: str
    read_at: datetime


@dataclass(frozen=True, slots=True)
class Control:
    """A spot that is no test: what must not react (saline, vehicle), or what must (histamine)."""

    must_react: bool
    readings: tuple[Reading, ...] = ()


@dataclass(frozen=True, slots=True)
class PatchTest:
    """What was applied to one site: one product (or a mixture), when, from which lot, and its readings.

    `guideline` is the one chosen when it was applied; `controls` those of the same sitting; `suppressed` says
    which medicine of the patient's may have hidden a reaction, and is "" where none is on record; `doubt`
    says of which nobody can tell, for it stands in words only. `label` is how the pages call it, with the
    product that was applied.
    """

    ingredient_id: int
    product_id: int
    lot_id: int | None
    applied_at: datetime
    readings: tuple[Reading, ...] = ()
    is_mixture: bool = False
    kind: str = "patch"
    guideline: str = "icdrg"
    controls: tuple[Control, ...] = ()
    suppressed: str = ""
    doubt: str = ""
    label: str = ""

    @property
    def named(self) -> str:
        """What stands behind "positive on that day": which test it was; nothing where it has no record."""
        return f": {self.label}" if self.label else ""


@dataclass(frozen=True, slots=True)
class PatchTestPolicy:
    """The site's policy: is a test asked for, bound to the lot, valid how long (None: not decided).

    `kinds` are those of which a negative test clears; a positive one bars whatever its kind.
    """

    required: bool = True
    bound_to_lot: bool = False
    valid_for: timedelta | None = None
    source: str = ""
    kinds: frozenset[str] = frozenset({"patch"})


@dataclass(frozen=True, slots=True)
class Consent:
    """A patient's consent to a procedure, in a version, perhaps withdrawn, perhaps covering off-label use."""

    procedure: str
    version: str
    given_at: datetime
    covers_off_label: bool
    withdrawn_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Patient:
    """What the rules may know of a patient: never a name or address; `id` only tells two apart.

    `answers` are those to the questions of contraindications; one that is not in it was never asked.
    `medicines_asked_at` is when they were asked what they take: with no medicine on record that is "none",
    and None is that nobody asked.
    """

    allergies: tuple[Allergy, ...] = ()
    allergies_asked_at: datetime | None = None
    weight: Quantity | None = None
    weighed_on: date | None = None
    tests: tuple[PatchTest, ...] = ()
    consents: tuple[Consent, ...] = ()
    id: int | None = None
    answers: tuple[ConditionAnswer, ...] = ()
    medicines: tuple[Medicine, ...] = ()
    medicines_asked_at: datetime | None = None
