"""Out of what it came, as it is told afterwards: lot or pack, volume, its diluent; when and by whom."""

from dataclasses import dataclass
from datetime import date, datetime

from formulary.accounts import Actor
from formulary.rules.units import Quantity


@dataclass(frozen=True)
class AsRead:
    """A lot that is not on record, as it was read off its pack; what nobody read stays unknown."""

    product_id: int
    number: str
    expires_on: date | None = None


@dataclass(frozen=True)
class Mixed:
    """What a powder was mixed with, or a solution diluted with in the syringe.

    `as_read` in place of a lot that is not on record.
    """

    diluent_lot_id: int
    volume: Quantity
    grade: str = "probable"
    as_read: AsRead | None = None


@dataclass(frozen=True)
class Source:
    """So much fluid of a line, out of a lot: of the vial that was named, else of a container opened for it.

    `via` is "diluent" for what only diluted it in the syringe; `as_read` in place of a lot that is not on
    record.
    """

    line: int
    lot_id: int
    volume: Quantity
    vial_id: int | None = None
    mixed: Mixed | None = None
    grade: str = "probable"
    via: str = ""
    as_read: AsRead | None = None


@dataclass(frozen=True)
class Past:
    """When it was done and who drew it, when and by whom it is recorded, and why then."""

    done_at: datetime
    drawn_by_id: int
    at: datetime
    by: Actor
    reason: str
