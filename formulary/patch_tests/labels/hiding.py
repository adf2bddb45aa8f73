"""What may hide a reaction, before a test is applied: by kind of test, with the first day it is fair."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from formulary.patients.facts import patient_facts
from formulary.patients.labels import WashoutLine, washout_line
from formulary.rules.facts import Medicine
from formulary.rules.lot_status import day_words
from formulary.rules.washouts import Span, fair_from, for_the_prescriber, of_tests

KINDS = (
    ("prick", "Prick test"),
    ("intradermal", "Intradermal test, that of a label too"),
    ("patch", "Patch test"),
)


@dataclass(frozen=True)
class OfKind:
    """One kind of test: whether it can be read fairly today, from which day on, and what stands against."""

    name: str
    state: str
    words: str
    hides: list[tuple[str, WashoutLine]]
    asks: list[str]


@dataclass(frozen=True)
class Hiding:
    """All kinds of test, and whether anybody asked what the patient takes."""

    asked_at: datetime | None
    kinds: list[OfKind]
    in_words: list[str]

    @property
    def any(self) -> bool:
        """Whether there is anything to say before applying."""
        told = any(kind.hides or kind.asks for kind in self.kinds)
        return told or bool(self.in_words) or self.asked_at is None


def hiding(patient_id: int, at: datetime, today: date) -> Hiding:
    """What of the patient's medicines may hide a reaction if a test is applied today."""
    patient = patient_facts(patient_id, at)
    kinds = [_of_kind(name, kind, patient.medicines, today) for kind, name in KINDS]
    in_words = [one.name for one in patient.medicines if not one.kind]
    return Hiding(patient.medicines_asked_at, kinds, in_words)


def _of_kind(name: str, kind: str, medicines: Sequence[Medicine], today: date) -> OfKind:
    spans = [one for one in of_tests(medicines, kind) if one.first_day is None or one.first_day > today]
    hides = [(one.medicine.name, washout_line(one, today)) for one in spans]
    asks = [f"{one.medicine.name} ({one.sources})" for one in for_the_prescriber(medicines, kind)]
    return OfKind(name, *_words(spans), hides, asks)


def _words(spans: Sequence[Span]) -> tuple[str, str]:
    if not spans:
        return "valid", "nothing on record hides a reaction"
    fair = fair_from(spans)
    if fair is None:
        return "warn", "no day can be named from which it is read fairly"
    return "warn", f"read fairly when applied on {day_words(fair)} or later"
