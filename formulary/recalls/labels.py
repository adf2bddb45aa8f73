"""What a recall answer shows: buckets, balance lines and grades in their order, in words, by what one may
see.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from formulary.rules.units import Quantity

BUCKETS = {
    "A": "received it",
    "B": "patch-tested with it",
    "C": "being given now",
    "D": "released, not given",
    "E": "in preparation",
    "F": "prescribed or reserved",
    "G": "sealed, by place",
    "H": "open vials",
    "I": "wasted or destroyed",
    "J": "cannot be excluded",
}

BALANCE = {
    "received": "Received",
    "found": "Found",
    "on_hand": "On hand, sealed and open",
    "in_preparation": "In preparation",
    "prepared": "Prepared, not given",
    "administered": "Administered",
    "tested": "Patch-tested",
    "wasted": "Wasted",
    "returned": "Returned",
    "destroyed": "Destroyed",
    "unaccounted": "Unaccounted",
}

GRADES = {
    "confirmed": "the vial was scanned",
    "probable": "the lot is implied by what was recorded",
    "possible": "the record has a gap",
    "imported": "from records kept before",
}


@dataclass(frozen=True)
class Known:
    """A patient as far as the asker may know one: a name, a code, or nothing but that there is one."""

    code: str = ""
    name: str = ""

    @property
    def words(self) -> str:
        """What stands in the list."""
        return f"{self.name} {self.code}".strip() or "a patient"


UNKNOWN = Known()


def known(patients: Mapping[int, Known], patient_id: int) -> Known:
    """The patient of a row, or the bare fact that there is one."""
    return patients.get(patient_id, UNKNOWN)


@dataclass(frozen=True)
class Tile:
    """One bucket as a figure: its letter, how many, and whether it needs somebody."""

    letter: str
    words: str
    count: int
    css: str


@dataclass(frozen=True)
class Line:
    """One row of a bucket, ready to print."""

    what: str
    quantity: Quantity | None = None
    patient: Known = UNKNOWN
    code: str = ""
    at: datetime | None = None
    grade: str = ""


CSS = {"A": "key stop", "B": "stop", "C": "stop", "D": "held", "E": "held", "F": "held", "J": "key unknown"}


def tile(letter: str, count: int) -> Tile:
    """The figure of a bucket; an empty one is quiet, and zero is an answer."""
    return Tile(letter, BUCKETS[letter], count, CSS.get(letter, "") if count else "")
