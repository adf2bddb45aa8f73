"""A5: what the patient takes or took, against what sources ask to be left off before a session.

The rule warns and never forbids: what articles ask of healthy customers is no reason to stop a medicine that
somebody prescribed, and no answer says so. What nobody asked is unknown, and unknown is not none.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime

from formulary.rules.checklist.rule import NO_PATIENT, Case, not_applicable, passed, unknown
from formulary.rules.facts import Choice, Medicine, Patient, Said, Taking
from formulary.rules.findings import Finding, Result, joined
from formulary.rules.lot_status import day_of, day_words
from formulary.rules.washouts import SESSION, Span, span, still_open

MEDICINES = "medicines"
ASK = "Ask what the patient takes, and record the answer, also if it is none."
PRESCRIBED = "Ask the prescriber. A prescribed medicine is not stopped for this."
SAME = {
    "anticoagulant": ("anticoagulant",),
    "anti_inflammatory": ("aspirin", "ibuprofen", "nsaid"),
    "blood_thinning_supplement": ("fish_oil", "garlic", "ginkgo", "vitamin_e", "thinning_supplement"),
    "topical_active": ("vitamin_c_on_skin", "retinoid_on_skin"),
    "alcohol": ("alcohol",),
}
"""The questions about conditions that ask for what the list of medicines holds too, by word and kinds."""
WHY = "say why it is right for this patient."


def washed_out(case: Case) -> Sequence[Finding]:
    """A5: what sources ask to be left off before a session was left off for as long as the strictest says."""
    patient = case.patient
    if patient is None:
        return [not_applicable("washout.no_patient", MEDICINES, NO_PATIENT)]
    spans = [(one, span(one, SESSION, ("avoid",))) for one in patient.medicines]
    found = [answer for one, asked in spans for answer in _about(case, one, asked)]
    found += [*_asked(case, patient), *_contradictions(case, patient)]
    return found or [_over([asked for _, asked in spans if asked is not None])]


def _about(case: Case, medicine: Medicine, asked: Span | None) -> Iterator[Finding]:
    """What stands against one of them; nothing where it is over, or no source asks for anything."""
    if asked is None:
        if medicine.is_in_words(day_of(case.due, case.policies.zone)):
            yield _in_words(medicine)
    elif asked.open_until:
        yield _OPEN[asked.open_until](asked)
    elif asked.first_day is not None and day_of(case.due, case.policies.zone) < asked.first_day:
        yield _not_over(asked)


def _not_over(asked: Span) -> Finding:
    over = _day(asked.first_day)
    reason = f"{_last(asked)}, and {_asks(asked)}: that is over on {over}."
    remedy = f"Plan the session for {over} or later, or {WHY}"
    return _finding("washout.not_over", asked, reason, PRESCRIBED if _is_prescribed(asked) else remedy)


def _still(asked: Span) -> Finding:
    reason = f"“{asked.medicine.name}” is still taken, and {_asks(asked)}."
    return _finding("washout.still_taken", asked, reason, _ask(asked))


def _last_unknown(asked: Span) -> Finding:
    reason = f"When “{asked.medicine.name}” was last taken is not known, and {_asks(asked)}."
    return _unknown("washout.last_day_unknown", asked, reason)


def _no_time(asked: Span) -> Finding:
    """A source asks to leave it off and none says for how long: nobody's to invent."""
    reason = f"{_last(asked)}, and {_asks(asked)}: the prescriber decides."
    return _unknown("washout.no_time", asked, reason)


def _last(asked: Span) -> str:
    return f"“{asked.medicine.name}” was last taken on {_day(asked.medicine.last_taken_on)}"


def _asks(asked: Span) -> str:
    if asked.binding is None:
        return f"a source asks to leave it off before a session without saying how long ({asked.sources})"
    return f"sources ask for {asked.asked} without it before a session ({asked.sources})"


_OPEN = {"still": _still, "unknown": _last_unknown, "no_time": _no_time}


def _in_words(medicine: Medicine) -> Finding:
    """Whatever it is may matter, so it waits for an answer, which lives until the entry changes."""
    reason = f"“{medicine.name}” is on record in words only: nothing here says whether it matters."
    remedy = f"Record it under the kind that it is of, close it if it does not matter, or {WHY}"
    one = (("taken", medicine.taking.value), ("last taken", _day(medicine.last_taken_on)))
    return replace(unknown("washout.words_only", medicine.name, reason, remedy), inputs=one, rests_on=one)


def _finding(code: str, asked: Span, reason: str, remedy: str) -> Finding:
    """What it goes by stands beside it; an answer lives until that changes, not until tomorrow."""
    inputs = _inputs(asked)
    named = "; ".join(one.source for one in asked.stated)
    return Finding(code, asked.medicine.name, reason, remedy, source=named, inputs=inputs, rests_on=inputs)


def _unknown(code: str, asked: Span, reason: str) -> Finding:
    return replace(_finding(code, asked, reason, _ask(asked)), result=Result.UNKNOWN)


def _inputs(asked: Span) -> tuple[tuple[str, str], ...]:
    one = asked.medicine
    return (
        ("taken", one.taking.value),
        ("choice", one.choice.value),
        ("last taken", _day(one.last_taken_on)),
        ("asked for", asked.asked),
        ("over on", _day(asked.first_day)),
    )


def _ask(asked: Span) -> str:
    return PRESCRIBED if _is_prescribed(asked) else f"Ask the prescriber, or {WHY}"


def _is_prescribed(asked: Span) -> bool:
    """Whether it may be somebody's order: what nobody knows counts as one."""
    return asked.medicine.choice is not Choice.OWN


def _asked(case: Case, patient: Patient) -> Iterator[Finding]:
    """Whether they were asked, and not longer ago than the site accepts answers."""
    asked, within = patient.medicines_asked_at, case.policies.conditions_asked_within
    if asked is None:
        reason = "What the patient takes was never asked for, and what was not asked is unknown."
        yield unknown("washout.never_asked", MEDICINES, reason, ASK)
    elif within is None:
        reason = "What the patient takes was asked for, and the site has not said how long an answer holds."
        remedy = "Let an administrator set the policy of the site."
        yield replace(unknown("washout.policy_undecided", MEDICINES, reason, remedy), rests_on=_at(asked))
    elif case.cocktail.at - asked > within:
        reason = f"What the patient takes was asked for more than {within.days} days ago."
        yield Finding("washout.asked_long_ago", MEDICINES, reason, ASK, rests_on=_at(asked))


def _contradictions(case: Case, patient: Patient) -> Iterator[Finding]:
    """What is taken, where the answer to the question about it was no: of the two one is wrong."""
    names = {row.word: row.name for row in case.cocktail.precautions.contraindications}
    for answer in (one for one in patient.answers if one.said is Said.NO):
        kinds, day = SAME.get(answer.word, ()), day_of(answer.asked_at, case.policies.zone)
        for one in patient.medicines:
            if one.kind in kinds and _was_taken(one, day):
                yield _contradicts(one, names.get(answer.word, answer.word), day)


def _was_taken(one: Medicine, day: date) -> bool:
    """Whether it is taken now and was on that day, as far as anybody knows."""
    return one.taking is Taking.STILL and (one.started_on is None or one.started_on <= day)


def _contradicts(one: Medicine, question: str, day: date) -> Finding:
    no = f"the answer to “{question}” was no on {day_words(day)}"
    reason = f"“{one.name}” is still taken, and {no}: one of the two is wrong."
    remedy = "Ask again, and put the wrong one right."
    about = (("taken", one.taking.value), ("since", _day(one.started_on)), ("no to it on", day_words(day)))
    return Finding("washout.contradicts", one.name, reason, remedy, inputs=about, rests_on=about)


def _at(asked: datetime) -> tuple[tuple[str, str], ...]:
    return (("asked", asked.isoformat()),)


def _over(spans: Sequence[Span]) -> Finding:
    if not spans:
        return passed("washout.none", MEDICINES, "Asked: nothing that is to be left off before a session.")
    inputs = [(one.medicine.name, f"over on {_day(one.first_day)}") for one in spans]
    open_ended = joined(still_open(one) for one in spans if one.untimed)
    reason = "What is to be left off was left off long enough"
    named = f", but {open_ended}" if open_ended else ""
    return passed("washout.over", MEDICINES, f"{reason}{named}.", inputs)


def _day(day: date | None) -> str:
    return "not known" if day is None else day_words(day)
