"""The rows of `seed_data/scenarios/glutathione`."""

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Annotated

from formulary.seed.cells import BadCell, Text, Whole, Words, iso_date, one_of
from formulary.seed.files import read


def instant(cell_text: str) -> datetime:
    """An instant with its zone, as 2019-01-09T15:00:00+00:00."""
    try:
        found = datetime.fromisoformat(cell_text)
    except ValueError as fault:
        raise BadCell("is not an instant", "Write it as 2019-01-09T15:00:00+00:00.") from fault
    if found.tzinfo is None:
        raise BadCell("has no zone", "Write it as 2019-01-09T15:00:00+00:00.")
    return found


Day = Annotated[date, iso_date]


@dataclass(frozen=True, slots=True)
class PackRow:
    """A size in which the powder was sold; `drum` is the maker's own."""

    pack: Text
    grams: Whole
    product: Text


@dataclass(frozen=True, slots=True)
class RepackedRow:
    """A repacker's lot, and the maker's lot it came from."""

    lot: Text
    expires_on: Day
    pack: Text
    maker_lot: Text
    repacked_on: Day
    source: Text
    invented: Words


@dataclass(frozen=True, slots=True)
class CompoundedRow:
    """A lot that a pharmacy made from a repacked lot, and how much powder went into it."""

    lot: Text
    product: Text
    made_from: Text
    powder_mg: Whole
    made_on: Day
    expires_on: Day
    containers: Whole
    source: Text
    invented: Words


@dataclass(frozen=True, slots=True)
class PersonRow:
    """An invented patient."""

    name: Text
    born_on: Day
    sex: Annotated[str, one_of("female", "male", "other", "unknown")]


@dataclass(frozen=True, slots=True)
class GivenRow:
    """A dose as it was reported; the person, the hour and the vial are invented."""

    patient: Text
    lot: Text
    vial: Whole
    given_at: Annotated[datetime, instant]
    volume_mL: Whole
    dose_mg: Whole
    reaction: Text
    source: Text


@dataclass(frozen=True, slots=True)
class Events:
    """Everything that happened, as far as it was published."""

    packs: tuple[PackRow, ...]
    repacked: tuple[RepackedRow, ...]
    compounded: tuple[CompoundedRow, ...]
    patients: tuple[PersonRow, ...]
    given: tuple[GivenRow, ...]


def read_events(seed_folder: Path) -> Events:
    """The scenario's files; Refused with the faults of the first file that has any."""
    folder = seed_folder / "scenarios" / "glutathione"
    return Events(
        packs=read(folder / "packs.csv", PackRow),
        repacked=read(folder / "repacked_lots.csv", RepackedRow),
        compounded=read(folder / "compounded_lots.csv", CompoundedRow),
        patients=read(folder / "patients.csv", PersonRow),
        given=read(folder / "given.csv", GivenRow),
    )
