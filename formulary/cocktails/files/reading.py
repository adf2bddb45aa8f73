"""What a file says, read into content and facts: numbers take a point, and each has its unit."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import Any, TypeVar

from formulary.accounts.models import Site
from formulary.catalogue import facts as catalogue
from formulary.catalogue import queries
from formulary.cocktails.facts import Content, TypedLine, gather
from formulary.cocktails.files.lines import ML, read_line
from formulary.cocktails.files.patient import read_patient
from formulary.cocktails.files.places import Fault, Lines, Path, Unreadable, parsed, told
from formulary.cocktails.labels.bounds import MOST_LINES, ROUTES
from formulary.rules import facts
from formulary.rules.findings import joined
from formulary.rules.units import Quantity, Unit, parse

OF_FILE = ("route", "target", "overfill", "formula", "patient", "line")
T = TypeVar("T")


@dataclass(frozen=True)
class Written:
    """What a file says: the content, the patient where one is described, the strengths of mixed powders."""

    content: Content
    patient: facts.Patient | None = None
    strengths: Mapping[int, facts.Strength] = field(default_factory=dict)


def read(raw: bytes, *, at: datetime, zone: str, as_draft: bool = False) -> Written:
    """The cocktail that a file describes; Unreadable with every line that says what it may not.

    What is absent is unknown; without a patient nothing is asked about one. What a patient said counts as
    asked at `at`. A draft (`as_draft`) mixes powders as their labels say: another volume is a fault then.
    """
    tables, lines = parsed(raw)
    return _Reader(tables, lines, at, zone, as_draft).written()


def facts_of(written: Written, *, site: Site, at: datetime) -> facts.Cocktail:
    """The facts the rules are fed for it, with the shelf and the policies of this site."""
    cocktail = gather(written.content, site=site, at=at).cocktail
    lines = tuple(replace(line, strength=written.strengths.get(line.number)) for line in cocktail.lines)
    policies = replace(cocktail.policies, decimal_mark=".")
    return replace(cocktail, lines=lines, patient=written.patient, policies=policies)


class _Reader:
    """One reading, which goes on after a fault so that all of them are told."""

    def __init__(
        self, says: dict[str, Any], lines: Lines, at: datetime, zone: str, as_draft: bool = False
    ) -> None:
        self.says, self.lines, self.at, self.zone, self.as_draft = says, lines, at, zone, as_draft
        self.names, self.faults = queries.names(), list[Fault]()

    def written(self) -> Written:
        self._tried(lambda: self.lines.only(self.says, OF_FILE))
        route, target, overfill = (self._tried(part) for part in (self._route, self._target, self._overfill))
        formula, patient = self._tried(self._formula), self._tried(self._patient)
        read = [
            self._tried(partial(self._line, *numbered)) for numbered in enumerate(self._tables(), start=1)
        ]
        if self.faults:
            raise Unreadable(*self.faults)
        found = [line for line in read if line is not None]
        text = told(self.says.get("target", ""))
        typed = tuple(line for line, _ in found)
        follows = {"overfill": overfill or 0, "formula_version_id": formula}
        content = Content(None, typed, target, text, route or "", **follows)
        return Written(content, patient, {line.number: mixed for line, mixed in found if mixed is not None})

    def _tried(self, part: Callable[[], T]) -> T | None:
        try:
            return part()
        except Unreadable as found:
            self.faults.extend(found.faults)
            return None

    def _tables(self) -> list[dict[str, Any]]:
        """What every [[line]] says; a fault where there is none, or too many."""
        tables = self.says.get("line")
        if not isinstance(tables, list) or not tables or not all(isinstance(row, dict) for row in tables):
            self.faults.extend(self.lines.fault(("line",), "A cocktail has at least one [[line]].").faults)
            return []
        if len(tables) > MOST_LINES:
            words = f"There are {len(tables)} lines; {MOST_LINES} are the most."
            self.faults.extend(self.lines.fault(("line", MOST_LINES + 1), words).faults)
            return []
        return tables

    def _line(self, number: int, said: dict[str, Any]) -> tuple[TypedLine, facts.Strength | None]:
        typed, mixed = read_line(number, said, self.names, self.lines)
        if self.as_draft and mixed is not None:
            self._as_labelled(number, typed, mixed)
        return typed, mixed

    def _as_labelled(self, number: int, typed: TypedLine, mixed: facts.Strength) -> None:
        product = catalogue.product(typed.product_id)
        if product.strength is None or product.strength.ratio != mixed.ratio:
            words = f"A draft of {product.name} is mixed as its label says, and at the bench as it is mixed."
            path = ("line", number, "reconstitute")
            raise self.lines.fault(path, f"{words} Leave reconstitute out, or write the label's volume.")

    def _route(self) -> str:
        said = told(self.says.get("route", ""))
        known = {word.casefold(): code for code, words in ROUTES for word in (code, words)}
        found = known.get(said.casefold())
        if found is None:
            offered = joined((words for _, words in ROUTES), "or")
            raise self.lines.fault(("route",), f"The route is “{said}”; write {offered}.")
        return found

    def _target(self) -> int | None:
        return self._volume("target")

    def _overfill(self) -> int | None:
        return self._volume("overfill")

    def _formula(self) -> int | None:
        if "formula" not in self.says:
            return None
        said = self.says["formula"]
        found = queries.formula_called(said) if isinstance(said, str) else None
        if found is None:
            words = (
                f'The clinic has no formula “{told(said)}”; write one as in formula = "Melasma cocktail v1".'
            )
            raise self.lines.fault(("formula",), words)
        return found.id

    def _volume(self, key: str) -> int | None:
        if key not in self.says:
            return None
        return self._measured((key,), self.says[key], ML).whole()

    def _measured(self, path: Path, said: Any, units: tuple[Unit, ...]) -> Quantity:
        return self.lines.measured(said, path, lambda text: parse(text, None, units=units)).quantity

    def _patient(self) -> facts.Patient | None:
        if "patient" not in self.says:
            return None
        return read_patient(self.says["patient"], self.names, self.lines, at=self.at, zone=self.zone)
