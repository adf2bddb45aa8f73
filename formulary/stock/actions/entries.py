"""One row of the ledger before it is written: what leaves where, which way it goes, what it touches."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from formulary.accounts import Actor
from formulary.stock.labels import refusals
from formulary.stock.models import BY_VIAL, GUARDED, Lot, Movement, Place, Vial, movement_hash

WORD = re.compile(r"[a-z_]{1,40}")
MOST = 10**18
Document = tuple[str, int | None]
Key = tuple[int, int, int | None]


@dataclass(frozen=True)
class Watched:
    """Who watched, or that the same person checked it; on a site that asks for nobody: neither."""

    witness: Actor | None
    self_checked: bool = False


@dataclass(frozen=True)
class Bin:
    """The bin into which something is thrown (None: nobody said which), and who watched."""

    stream_id: int | None
    watched: Watched


@dataclass(frozen=True)
class Way:
    """Where something goes, why, for which document, when it happened; of waste into which bin."""

    target: Place
    reason: str
    document: Document
    occurred_at: datetime
    remark: str = ""
    bin: Bin | None = None


@dataclass(frozen=True)
class Entry:
    """So many of a lot's steps on their way from a place, out of a vial or not.

    `mixture` is the volume of a reconstituted solution that leaves with it, in nL.
    """

    lot: Lot
    vial: Vial | None
    source: Place
    quantity: int
    way: Way
    mixture: int | None = None
    reverses: Movement | None = None

    @property
    def target(self) -> Place:
        """Where it goes."""
        return self.way.target

    @property
    def keys(self) -> tuple[Key | None, Key | None]:
        """The balance it draws on and the one it adds to; None at a place that is only a sum."""
        vial_id = self.vial.id if self.vial else None
        return key_at(self.source, self.lot.id, vial_id), key_at(self.target, self.lot.id, vial_id)


def key_at(place: Place, lot_id: int, vial_id: int | None) -> Key | None:
    """The balance of a lot at a place, out of a vial or not; None at a place that is only a sum."""
    if place.kind not in GUARDED:
        return None
    return place.id, lot_id, vial_id if place.kind in BY_VIAL else None


def checked(entry: Entry) -> None:
    """Refuse what no ledger may hold; a fault of ours raises ValueError."""
    if type(entry.quantity) is not int:
        raise ValueError(f"A movement is a whole number of steps, not {entry.quantity!r}")
    if entry.quantity <= 0:
        raise refusals.nothing_moves(entry.lot.number)
    if entry.quantity > MOST:
        raise refusals.too_much(entry.lot.number)
    if entry.source.id == entry.target.id:
        raise refusals.same_place(entry.source)
    if entry.source.site_id != entry.target.site_id and "in_transit" not in _kinds(entry):
        raise ValueError(f"{entry.source} and {entry.target} are of two sites")
    for word in (entry.way.reason, entry.way.document[0]):
        if not WORD.fullmatch(word):
            raise ValueError(f"{word!r} is not a word of the ledger")


def _kinds(entry: Entry) -> set[str]:
    """The kinds of its two places: what is in transit alone goes from site to site."""
    return {entry.source.kind, entry.target.kind}


def rows_of(entries: Iterable[Entry], at: datetime, by: Actor) -> list[Movement]:
    """The movements of these entries, each with its hash."""
    return [_row(entry, at, by) for entry in entries]


def _row(entry: Entry, at: datetime, by: Actor) -> Movement:
    way = entry.way
    movement = Movement(
        lot_id=entry.lot.id,
        vial_id=entry.vial.id if entry.vial else None,
        from_place_id=entry.source.id,
        to_place_id=way.target.id,
        quantity=entry.quantity,
        reason=way.reason,
        document_kind=way.document[0],
        document_id=way.document[1],
        occurred_at=way.occurred_at,
        recorded_at=at,
        by_id=by.person_id,
        reverses_id=entry.reverses.id if entry.reverses else None,
        mixture=entry.mixture,
        remark=way.remark[:200],
    )
    movement.hash = movement_hash(movement)
    return movement
