"""Whom a row is about: by our code, or by two of name, birth date and record number; never guessed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from formulary.exchange.actions.looking import Cells
from formulary.exchange.queries import KnownPatient, patients_by_code, patients_called
from formulary.patients import queries as patients
from formulary.web.tables import BadCell, Row, read_day

fold = lru_cache(10_000)(patients.fold)
CODE_FIRST = "Write our code, P- and its number, or two of name, birth date and record number."


@dataclass(frozen=True, slots=True)
class Asked:
    """What a row says of a patient."""

    code: str
    folded: str
    record_number: str
    born_on: date | None

    @property
    def told(self) -> int:
        """How many identifiers beside the code."""
        return bool(self.folded) + bool(self.record_number) + (self.born_on is not None)


def asked_of(cells: Cells) -> Asked:
    """What a row says of its patient, as it is compared."""
    row = cells.row
    born = cells.read("born", read_day)
    return Asked(row["patient"].upper(), fold(row["name"]) if row["name"] else "", row["record number"], born)


class People:
    """The patients of a stretch of rows, found in two queries."""

    def __init__(self, rows: Iterable[Row]) -> None:
        """Read everybody whom these rows may mean."""
        rows = list(rows)
        self._by_code = patients_by_code({row["patient"].upper() for row in rows if row["patient"]})
        bare = [row for row in rows if not row["patient"]]
        names, numbers = (
            {fold(row["name"]) for row in bare if row["name"]},
            {row["record number"] for row in bare},
        )
        self._called: dict[str, list[KnownPatient]] = {}
        for known in patients_called(names, numbers - {""}):
            for key in {f"n{known.folded}", f"r{known.record_number}"}:
                self._called.setdefault(key, []).append(known)

    def find(self, asked: Asked) -> KnownPatient:
        """The one record that this means; raises BadCell where there is none, or more than one person."""
        if asked.code:
            known = self._by_code.get(asked.code)
            if known is None:
                raise BadCell("No patient has this code.", "Register the patient first, or correct the code.")
            if not _agrees(asked, known):
                raise BadCell(
                    "Name, birth date or record number are not those of this code.", "Correct the row."
                )
            return known
        if asked.told < 2:  # noqa: PLR2004 - two identifiers
            raise BadCell("The row does not say who it was.", CODE_FIRST)
        keys = [f"n{asked.folded}"] if asked.folded else [f"r{asked.record_number}"]
        return _only([one for key in keys for one in self._called.get(key, []) if _agrees(asked, one)])


def _only(found: list[KnownPatient]) -> KnownPatient:
    """The first record of the one person that was found."""
    if not found:
        raise BadCell(
            "No patient is registered with these.", "Register the patient first, or correct the row."
        )
    if len({one.kept_id for one in found}) > 1:
        raise BadCell("More than one patient is registered with these.", "Write our code.")
    return min(found, key=lambda one: one.id)


def _agrees(asked: Asked, known: KnownPatient) -> bool:
    pairs = (
        (asked.folded, known.folded),
        (asked.record_number, known.record_number),
        (asked.born_on, known.born_on),
    )
    return all(said == held for said, held in pairs if said)
