"""The answer to a lookup: plain values, so that it outlives the transaction which notes who asked."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from formulary.recalls.queries.flows import Flow
from formulary.recalls.queries.given import Reach
from formulary.recalls.queries.lots import Found, FoundLot
from formulary.recalls.queries.lying import Lying
from formulary.recalls.queries.patients import Known, OfCocktail
from formulary.recalls.queries.promised import Promised
from formulary.recalls.queries.tested import Tested
from formulary.recalls.queries.under_way import UnderWay
from formulary.recalls.queries.unnoted import Unnoted
from formulary.rules.trace import MassBalance
from formulary.web.paging import Page


@dataclass(frozen=True)
class Held:
    """A hold that stands on a lot: its key, its code, how a page names it, since when."""

    id: int
    code: str
    words: str
    at: datetime


@dataclass(frozen=True)
class Pinning:
    """A version of a formula that names the product of a lot."""

    version_id: int
    name: str
    number: int
    status: str


@dataclass(frozen=True)
class Lookup:
    """The whole answer, as known at `at`; of a number that nobody knows it holds nothing.

    `given` is one page of bucket A, `reach` counts all of it, and so does `unnoted`, which holds the latest;
    the other buckets are whole. `lost` is what was lost between two sites.
    """

    asked: str
    at: datetime
    found: Found
    given: Page = field(default_factory=lambda: Page([]))
    reach: Reach = field(default_factory=Reach)
    tested: tuple[Tested, ...] = ()
    under_way: tuple[UnderWay, ...] = ()
    promised: tuple[Promised, ...] = ()
    lying: tuple[Lying, ...] = ()
    lost: tuple[Lying, ...] = ()
    gone: tuple[Flow, ...] = ()
    not_excluded: tuple[Tested, ...] = ()
    unnoted: Unnoted = field(default_factory=Unnoted)
    formulas: tuple[Pinning, ...] = ()
    balances: Mapping[int, MassBalance] = field(default_factory=dict)
    holds: Mapping[int, tuple[Held, ...]] = field(default_factory=dict)
    patients: Mapping[int, Known] = field(default_factory=dict)
    codes: Mapping[int | None, OfCocktail] = field(default_factory=dict)

    @cached_property
    def lots(self) -> dict[int, FoundLot]:
        """The lots that the answer is about, by key."""
        return {lot.id: lot for lot in self.found.lots}

    @property
    def sealed(self) -> tuple[Lying, ...]:
        """What of bucket G lies here."""
        return tuple(row for row in self.lying if not row.is_open)

    @property
    def opened(self) -> tuple[Lying, ...]:
        """Bucket H."""
        return tuple(row for row in self.lying if row.is_open)

    @property
    def returned(self) -> tuple[Flow, ...]:
        """What of bucket G went back."""
        return tuple(flow for flow in self.gone if flow.kind == "returned")

    @property
    def wasted(self) -> tuple[Flow, ...]:
        """Bucket I."""
        return tuple(flow for flow in self.gone if flow.kind != "returned")

    def cocktails(self, letter: str) -> tuple[UnderWay, ...]:
        """Bucket C, D or E."""
        return tuple(row for row in self.under_way if row.bucket == letter)

    def patients_of(self, rows: tuple[Tested, ...]) -> int:
        """How many patients these tests are of; merged records count as one."""
        return len({self.kept(row.patient_id) for row in rows})

    def kept(self, patient_id: int) -> int:
        """The record that was kept of a patient."""
        return self.patients[patient_id].id if patient_id in self.patients else patient_id

    @cached_property
    def counts(self) -> dict[str, int]:
        """The ten figures: patients in A, B, J; cocktails in C to F; places, vials, reasons in G to I."""
        mixed = {letter: len({row.cocktail_id for row in self.cocktails(letter)}) for letter in "CDE"}
        return {
            "A": self.reach.patients,
            "B": self.patients_of(self.tested),
            **mixed,
            "F": len({row.cocktail_id for row in self.promised}),
            "G": len(self.sealed) + len(self.returned) + len(self.lost),
            "H": len({row.vial_id for row in self.opened}),
            "I": len(self.wasted),
            "J": self.patients_of(self.not_excluded) + self.unnoted.patients,
        }

    @property
    def completeness(self) -> tuple[int, int]:
        """How many uses (cocktails given, patch tests, lines of earlier records) name their lot, and how many
        there may be in all.
        """
        tests = {row.test_id for row in self.tested}
        named = self.reach.cocktails + self.reach.imported + len(tests)
        return named, named + len({row.test_id for row in self.not_excluded} - tests) + self.unnoted.uses

    @property
    def patient_ids(self) -> set[int]:
        """Every patient whom the answer is about."""
        rows = (*self.given, *self.tested, *self.under_way, *self.promised, *self.not_excluded)
        return {row.patient_id for row in (*rows, *self.unnoted.rows)}

    @property
    def shown(self) -> int:
        """How many patients the asker sees, by name or by code; merged records count as one."""
        return len({known.id for known in self.patients.values() if known.code})
