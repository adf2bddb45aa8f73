"""What may hide a reaction, before a test is applied: by kind of test, with the first day it is fair."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from formulary.accounts.facts import site_policies
from formulary.accounts.models import Site
from formulary.patients.facts import patient_facts
from formulary.patients.labels import WashoutLine, washout_line
from formulary.rules.facts import Medicine
from formulary.rules.findings import joined
from formulary.rules.lot_status import day_of, day_words
from formulary.rules.washouts import Span, fair_from, for_the_prescriber, of_tests, still_open

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
        return any(kind.hides or kind.asks or kind.state != "valid" for kind in self.kinds)


def hiding(patient_id: int, at: datetime, site: Site) -> Hiding:
    """What of the patient's medicines may hide a reaction if a test is applied now at this site.

    Nothing on record is not "nothing": where nobody asked, or longer ago than the site accepts, or something
    is in words only, it is unknown.
    """
    patient, today = patient_facts(patient_id, at), day_of(at, site.zone)
    asked = patient.medicines_asked_at
    in_words = [one.name for one in patient.medicines if one.is_in_words(today)]
    open_ = _not_known(asked, in_words, at, site_policies(site, at).conditions_asked_within)
    kinds = [_of_kind(name, kind, patient.medicines, today, open_) for kind, name in KINDS]
    return Hiding(asked, kinds, in_words)


def _not_known(asked: datetime | None, in_words: list[str], at: datetime, within: timedelta | None) -> str:
    """Why nobody can tell whether anything else hides a reaction; "" where all is asked and known."""
    if asked is None:
        return "nobody asked what is taken"
    if within is None or at - asked > within:
        return "what is taken was asked too long ago" if within else "how long an answer holds is not decided"
    return f"{joined(in_words)} in words only" if in_words else ""


def _of_kind(name: str, kind: str, medicines: Sequence[Medicine], today: date, open_: str) -> OfKind:
    told = of_tests(medicines, kind)
    spans = [one for one in told if one.first_day is None or one.first_day > today]
    over = [still_open(one) for one in told if one not in spans and one.untimed]
    hides = [(one.medicine.name, washout_line(one, today)) for one in spans]
    asks = [f"{one.medicine.name} ({one.sources})" for one in for_the_prescriber(medicines, kind)]
    return OfKind(name, *_words(spans, "; ".join(filter(None, (open_, *over)))), hides, asks)


def _words(spans: Sequence[Span], open_: str) -> tuple[str, str]:
    if not spans:
        known = ("valid", "nothing on record hides a reaction")
        return ("unknown", f"not known whether anything hides a reaction: {open_}") if open_ else known
    fair, beside = fair_from(spans), f"; beside that, {open_}" if open_ else ""
    if fair is None:
        return "warn", f"no day can be named from which it is read fairly{beside}"
    return "warn", f"read fairly when applied on {day_words(fair)} or later{beside}"
