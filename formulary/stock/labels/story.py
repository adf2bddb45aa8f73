"""What happened to a lot and what is ahead of it, the holds on it, and what a hold would stop."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from formulary.accounts import queries as accounts
from formulary.rules.findings import capital
from formulary.rules.lot_status import day_words, end_of_day
from formulary.stock import queries
from formulary.stock.labels.containers import container_count
from formulary.stock.labels.rows import Moved, moved
from formulary.stock.labels.words import reason_words
from formulary.stock.models import Hold, Lot
from formulary.stock.queries import Stopped

ICONS = {
    "received": ("info", "truck"),
    "opening_balance": ("info", "truck"),
    "released": ("pass", "unlock"),
    "quarantined": ("held", "shield-exclamation"),
    "opened": ("live", "droplet-half"),
    "sent": ("live", "truck"),
    "arrived": ("info", "truck"),
    "damaged": ("held", "shield-exclamation"),
    "returned": ("info", "arrow-return-left"),
    "destroyed": ("info", "trash3"),
    "lost": ("unknown", "question-circle-fill"),
    "counted_less": ("unknown", "question-circle-fill"),
    "counted_more": ("unknown", "question-circle-fill"),
}


@dataclass(frozen=True)
class Event:
    """One point of the timeline; `undoable` is the entry of the act, where whoever looks can undo it."""

    at: datetime
    css: str
    icon: str
    words: str
    by: str = ""
    ahead: bool = False
    undoable: int | None = None


@dataclass(frozen=True)
class HoldLine:
    """A hold with the names of who placed and who released it."""

    hold: Hold
    placed_by: str
    released_by: str


def story(
    lot: Lot, zone: str, at: datetime, undoable: tuple[int, frozenset[int]] | None = None
) -> list[Event]:
    """The newest first: the expiry, holds, and what came, was opened or went away.

    `undoable` is the entry of the act that could be undone now, with the keys of its movements.
    """
    rows = queries.milestones(lot.id)
    number, own = undoable or (None, frozenset())
    events = [
        _event(row.reason, words, number if row.id in own else None)
        for row, words in zip(rows, moved(rows), strict=True)
    ]
    events += [event for line in hold_lines(lot) for event in _of_hold(line)]
    return [_expiry(lot, zone, at), *sorted(events, key=lambda event: event.at, reverse=True)]


def hold_lines(lot: Lot) -> list[HoldLine]:
    """Every hold on the lot, its product or its vials, the newest first."""
    holds = queries.holds_about(lot)
    names = accounts.person_names({person for h in holds for person in (h.placed_by_id, h.released_by_id)})
    return [HoldLine(h, names.get(h.placed_by_id, ""), names.get(h.released_by_id or 0, "")) for h in holds]


def stopped_words(stopped: Stopped) -> list[tuple[str, int]]:
    """What a hold would stop, bucket by bucket, the empty ones too."""
    return [
        ("places with sealed stock, at every site", stopped.places),
        ("places where some of it is being prepared", stopped.preparing),
        ("open vials", stopped.vials),
        ("reservations that end", stopped.reservations),
    ]


def _event(reason: str, row: Moved, undoable: int | None) -> Event:
    css, icon = ICONS[reason]
    what = container_count(row.lot.product, int(row.quantity.steps)) or ""
    words = f"{row.target if reason == 'opened' else what} {reason_words(reason)}".strip()
    return Event(row.at, css, icon, capital(words), row.by, undoable=undoable)


def _of_hold(line: HoldLine) -> Iterable[Event]:
    hold = line.hold
    yield Event(hold.placed_at, "held", "pause-circle-fill", f"Held: {hold.words}", line.placed_by)
    if hold.released_at is not None:
        words = f"Hold released: {hold.release_reason}"
        yield Event(hold.released_at, "pass", "unlock", words, line.released_by)


def _expiry(lot: Lot, zone: str, at: datetime) -> Event:
    ends = end_of_day(lot.expires_on, zone)
    ahead = ends > at
    words = f"{'Expires' if ahead else 'Expired'} at the end of {day_words(lot.expires_on)}"
    return Event(ends, "expired", "calendar-x", words, "printed on the pack", ahead)
