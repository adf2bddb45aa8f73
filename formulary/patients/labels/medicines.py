"""What a patient takes, line by line, with what sources ask and from which day on it no longer counts."""

from dataclasses import dataclass
from datetime import date, datetime

from formulary.catalogue import facts as catalogue
from formulary.catalogue.labels import BEFORE_WORDS
from formulary.patients import queries
from formulary.patients.models import PatientMedicine
from formulary.rules import washouts
from formulary.rules.facts import Medicine, Taking
from formulary.rules.lot_status import day_words
from formulary.rules.washouts import OF_TESTS, SESSION, Span, span

CHOICES = (("prescribed", "prescribed"), ("own", "own choice"), ("unknown", "not known"))
TAKINGS = (("still", "still taken"), ("stopped", "no longer taken"), ("unknown", "last day not known"))
CHOICE_WORDS, TAKING_WORDS = dict(CHOICES), dict(TAKINGS)
NAMING = ("takes", "mistake")
ANSWERS = {
    "none": "takes nothing beside what is listed as no longer taken",
    "complete": "the list is complete",
}


@dataclass(frozen=True)
class WashoutLine:
    """What sources ask of one medicine before one thing: the strictest, all of them, and the first day."""

    before: str
    state: str
    words: str
    asked: str
    sources: str


@dataclass(frozen=True)
class MedicineLine:
    """One entry: what it is, whose choice, until when; `stands` is that nothing newer puts it right."""

    row: PatientMedicine
    who: str
    choice: str
    taken: str
    stands: bool
    washouts: list[WashoutLine]


@dataclass(frozen=True)
class Answer:
    """The last answer to the question as a whole."""

    at: datetime
    who: str
    words: str


@dataclass(frozen=True)
class Told:
    """All that is on record of what a patient takes: what stands, what was put right, and the last answer."""

    standing: list[MedicineLine]
    replaced: list[MedicineLine]
    answer: Answer | None
    may_say_none: bool


def told_of_medicines(patient_id: int, today: date) -> Told:
    """What stands now and what was put right; wash-outs as they stand on this day of the site."""
    rows = queries.medicines(patient_id)
    put_right = {row.replaces_id for row, _ in rows}
    stands = [row for row, _ in rows if row.said == "takes" and row.id not in put_right]
    spans = {row.id: _asked(fact) for row, fact in zip(stands, catalogue.medicines_told(stands), strict=True)}
    lines = [_line(row, who, spans.get(row.id), today) for row, who in rows if row.said in NAMING]
    answer = next((Answer(r.at, who, ANSWERS[r.said]) for r, who in rows if r.said in ANSWERS), None)
    return Told(
        standing=[line for line in lines if line.stands],
        replaced=[line for line in lines if not line.stands],
        answer=answer,
        may_say_none=all(row.taking == "stopped" for row in stands),
    )


def _asked(medicine: Medicine) -> list[Span]:
    of_session = span(medicine, SESSION, ("avoid",))
    of_tests = [span(medicine, before, ("hides", "ask")) for before in dict.fromkeys(OF_TESTS.values())]
    return [one for one in (of_session, *of_tests) if one is not None]


def _line(row: PatientMedicine, who: str, spans: list[Span] | None, today: date) -> MedicineLine:
    lines = [washout_line(one, today) for one in spans or ()]
    return MedicineLine(
        row, who, CHOICE_WORDS.get(row.choice, ""), medicine_words(row), spans is not None, lines
    )


def medicine_words(row: PatientMedicine) -> str:
    """Since when and until when it is taken, in words; "" for an answer to the question as a whole."""
    if row.said == "mistake":
        return "entered by mistake"
    closed = f"does not matter from {day_words(row.closed_on)} on" if row.closed_on else ""
    return "; ".join(filter(None, (_taken_words(row), closed)))


def _taken_words(row: PatientMedicine) -> str:
    since = f"since {day_words(row.started_on)}" if row.started_on else ""
    if row.taking == "stopped" and row.last_taken_on:
        return " ".join(filter(None, (since, f"until {day_words(row.last_taken_on)}")))
    return ", ".join(filter(None, (TAKING_WORDS.get(row.taking, ""), since)))


def washout_line(one: Span, today: date) -> WashoutLine:
    """One wash-out as it stands on this day, with every source."""
    before = BEFORE_WORDS[one.stated[0].before]
    return WashoutLine(before, *_state(one, today), asked=one.asked, sources=one.sources)


def _state(one: Span, today: date) -> tuple[str, str]:
    if one.first_day is not None:
        day = day_words(one.first_day)
        return ("valid", f"over since {day}") if today >= one.first_day else ("warn", f"over on {day}")
    if one.medicine.taking is Taking.STILL:
        return "warn", "still taken"
    if one.medicine.taking is Taking.UNKNOWN:
        return "unknown", "last day not known"
    return "unknown", f"{washouts.NO_TIME}: the prescriber decides"
