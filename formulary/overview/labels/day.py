"""Everything that a person's day is made from, read beforehand, as plain values."""

from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from formulary.accounts import Actor, Permission
from formulary.administrations.labels.afterwards import AfterLine
from formulary.overview.queries import Looked, OpenVial, Sealed, Waiting
from formulary.recalls.queries import CameIn, Standing
from formulary.stock.models import Transfer
from formulary.stock.queries import Due, OnOrder, Supply, Watched


@dataclass(frozen=True)
class Reading:
    """A reading of a patch test that is open now."""

    test_id: int
    code: str
    patient: str
    patient_code: str
    words: str
    closes_at: datetime
    state: str
    spots: int


@dataclass(frozen=True)
class FollowUp:
    """A reaction that somebody is to look at again today, or was to before."""

    reaction_id: int
    code: str
    patient: str
    patient_code: str
    words: str
    due: str
    state: str


@dataclass(frozen=True)
class Day:
    """What there is at the site of whoever asks, at this instant; empty where their roles do not need it.

    `quarantine_id` is the place of the quarantine, where there is just one. `releases_alone`: the site
    asks for no second person, so that a preparer releases what they prepared.
    """

    actor: Actor
    at: datetime
    zone: ZoneInfo
    waiting: tuple[Waiting, ...] = ()
    vials: tuple[OpenVial, ...] = ()
    sealed: tuple[Sealed, ...] = ()
    readings: tuple[Reading, ...] = ()
    follow_ups: tuple[FollowUp, ...] = ()
    holds: tuple[Standing, ...] = ()
    came_in: tuple[CameIn, ...] = ()
    warmth: tuple[Watched, ...] = ()
    lookups: tuple[Looked, ...] = field(default=())
    emergencies: int = 0
    unsigned: tuple[AfterLine, ...] = ()
    counts_due: tuple[Due, ...] = ()
    short: tuple[Supply, ...] = ()
    transfers: tuple[Transfer, ...] = ()
    discrepancies: int = 0
    quarantine_id: int | None = None
    late: tuple[OnOrder, ...] = ()
    releases_alone: bool = False

    @property
    def names_patients(self) -> bool:
        """Whether patients are shown by name: to those who care for them."""
        return self.actor.may(Permission.SEE_PATIENTS)

    def patient(self, row: Waiting | Reading | FollowUp) -> str:
        """A patient as this person may read one: by name, or by code."""
        return row.patient if self.names_patients else row.patient_code
