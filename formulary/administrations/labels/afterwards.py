"""What was recorded after it was done, in words: for what, how late, what was not asked, who signs when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from formulary.accounts import queries as accounts
from formulary.administrations.models import EMERGENCY, AfterRecord
from formulary.patients.models import Patient
from formulary.rules.units import VOLUME, Quantity
from formulary.web.words import instant, plural

INDICATIONS = {
    "occlusion": "Vascular occlusion",
    "anaphylaxis": "Anaphylaxis",
    "other": "Another emergency",
}
NOT_ASKED = (
    "prescription and verification",
    "release by a second person",
    "consent, patch test and interval",
    "doses and limits",
)
POLICY = "emergency_signed_within_hours"
WAITS = "waits for a second signature"
UNDECIDED = "within which time is not decided here"
FLAGS = {
    "paper.at_once": "recorded within the hour of the act",
    "paper.before_verified": "prepared before it was verified",
    "paper.own_release": "released by its preparer",
}
"""What of an entry from paper is looked at twice, by the code of what was found, in few words."""


FOUND = {True: "found", False: "not found"}
UNTOLD = "cannot be told"


def is_untold(code: str) -> bool:
    """Whether nobody can tell afterwards how it was then: what lay on the shelf, and its quarantine."""
    return code.startswith("stock.") or code == "lot.quarantined"


def _as_of_then(row: dict[str, Any], found: bool) -> str:
    return UNTOLD if is_untold(row["code"]) else FOUND[found]


@dataclass(frozen=True)
class AfterLine:
    """One record as lists and pages tell it; `due_at` is None while the site has decided no time."""

    row: AfterRecord
    title: str
    what: str
    late_by: str
    state: str
    words: str
    due_at: datetime | None
    names: dict[int, str]
    patient: Patient | None = None

    @property
    def is_open(self) -> bool:
        """Whether it waits for a second person's signature."""
        return self.row.signature is None

    @property
    def is_emergency(self) -> bool:
        """Whether it was given in an emergency, and not entered from paper."""
        return self.row.kind == EMERGENCY

    @property
    def given(self) -> Quantity:
        """How much was given in all, with what it was diluted with."""
        return Quantity(self.row.administration.given, VOLUME)

    @property
    def findings(self) -> list[tuple[dict[str, Any], str, str]]:
        """What the checks found: the answer, and in words whether as of then and as of the record."""
        by_key = {_key(row): row for row in (*self.row.then, *self.row.now)}
        then, now = ({_key(row) for row in rows} for rows in (self.row.then, self.row.now))
        return [(row, _as_of_then(row, key in then), FOUND[key in now]) for key, row in by_key.items()]


def signed_within(site_id: int, at: datetime) -> timedelta | None:
    """Within which time the site wants an emergency signed for by another; None while it has not decided."""
    decided = accounts.policy(site_id, POLICY, at)
    return None if decided is None else timedelta(hours=int(str(decided)))


def within_words(within: timedelta | None) -> str:
    """That time in words: "24 hours"; empty while it is undecided."""
    return "" if within is None else plural(int(within.total_seconds()) // 3600, "hour")


def after_lines(
    rows: Sequence[tuple[AfterRecord, Patient | None]], within: timedelta | None, zone: ZoneInfo, at: datetime
) -> list[AfterLine]:
    """The records in words, their people's names read at once."""
    people = {p for row, _ in rows for p in (row.given_by_id, row.prepared_by_id, row.recorded_by_id)}
    people |= {row.signature.by_id for row, _ in rows if row.signature}
    names = accounts.person_names(people)
    return [_line(row, patient, within, names, Clock(zone, at)) for row, patient in rows]


@dataclass(frozen=True)
class Clock:
    """The instant of the page, in the zone of its site."""

    zone: ZoneInfo
    at: datetime


def _line(
    row: AfterRecord, patient: Patient | None, within: timedelta | None, names: dict[int, str], clock: Clock
) -> AfterLine:
    due_at = None if within is None else row.done_at + within
    state, words = _state(row, due_at, names, clock)
    is_emergency = row.kind == EMERGENCY
    return AfterLine(
        row=row,
        title="Emergency" if is_emergency else "Recorded late",
        what=INDICATIONS.get(row.indication, ""),
        late_by=_late(row.recorded_at - row.done_at),
        state=state,
        words=words,
        due_at=due_at if is_emergency else None,
        names=names,
        patient=patient,
    )


def _state(row: AfterRecord, due_at: datetime | None, names: dict[int, str], clock: Clock) -> tuple[str, str]:
    if row.signature is not None:
        own = ", SELF-CHECKED" if row.signature.self_checked else ""
        return "pass", f"signed for by {names.get(row.signature.by_id, '')}{own}"
    if row.kind != EMERGENCY:
        told = [FLAGS[found["code"]] for found in row.then if found["code"] in FLAGS]
        return ("stop" if told else "warn"), "; ".join([WAITS, *told])
    if due_at is None:
        return "unknown", f"{WAITS}; {UNDECIDED}"
    if due_at < clock.at:
        return "stop", f"second signature overdue since {instant(due_at, clock.zone)}"
    return "warn", f"second signature due by {instant(due_at, clock.zone)}"


def _late(by: timedelta) -> str:
    """How much later it was recorded: "2 hours later"; "at once" below a minute."""
    minutes = int(by.total_seconds()) // 60
    if minutes < 1:
        return "at once"
    if minutes < 2 * 60:
        return f"{plural(minutes, 'minute')} later"
    return (
        f"{plural(minutes // 60, 'hour')} later" if minutes < 2 * 24 * 60 else f"{minutes // 1440} days later"
    )


def _key(row: dict[str, Any]) -> tuple[Any, ...]:
    return row["code"], row["subject"], row["line"]
