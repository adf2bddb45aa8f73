"""What waits at the benches: prescriptions, preparations, sessions, readings."""

from collections.abc import Iterator
from datetime import datetime

from formulary.overview.labels.day import Day
from formulary.overview.labels.need import Need, Pair, shown, since
from formulary.overview.queries import Waiting
from formulary.rules.units import VOLUME, Quantity
from formulary.web.words import plural

BENCH = "preparations.cocktail"


def verify(day: Day) -> Iterator[Need]:
    """Prescriptions that somebody else signed; no figure of theirs, since they are entered blind."""
    for row in _in(day, "prescribed"):
        if row.prescriber_id != day.actor.person_id:
            state = ("prescribed", since(day, row.prescribed_at))
            told = row.area or "Its figures wait behind the blind entry."
            yield _need(day, row, "Verify {} for {}", state, ("cocktails.verify", "Verify"), told=told)


def release(day: Day) -> Iterator[Need]:
    """What somebody else prepared."""
    return (_release(day, row) for row in _in(day, "prepared") if row.preparer_id != day.actor.person_id)


def release_own(day: Day) -> Iterator[Need]:
    """What this person prepared, where the site asks for no second person."""
    rows = _in(day, "prepared") if day.releases_alone else ()
    return (_release(day, row) for row in rows if row.preparer_id == day.actor.person_id)


def prepare(day: Day) -> Iterator[Need]:
    """Verified cocktails that nobody has in hand."""
    for row in _in(day, "verified"):
        state = ("verified", since(day, row.verified_at))
        yield _need(day, row, "Prepare {} for {}", state, (BENCH, "Prepare"))


def go_on(day: Day) -> Iterator[Need]:
    """What this person has in hand at the bench."""
    for row in _in(day, "in_preparation"):
        if row.preparer_id == day.actor.person_id:
            state = ("in_preparation", since(day, row.claimed_at, "in hand"))
            yield _need(day, row, "Go on with {} for {}", state, (BENCH, "Go on"))


def finish_drafts(day: Day) -> Iterator[Need]:
    """This person's drafts, and what verifiers returned, with the reason."""
    page = ("cocktails.compose", "Open draft")
    for row in _in(day, "draft"):
        if row.returned:
            yield _need(
                day, row, "Correct {} for {}", ("warn", "returned"), page, told=f"Returned: {row.returned}"
            )
        elif row.author_id == day.actor.person_id:
            yield _need(day, row, "Finish {} for {}", ("draft", since(day, row.saved_at, "saved")), page)


def give(day: Day) -> Iterator[Need]:
    """What is released."""
    for row in _in(day, "released"):
        state, page = ("released", since(day, row.released_at, "ready")), ("administrations.start", "Give it")
        yield _need(day, row, "Give {} to {}", state, page, until=row.beyond_use_at)


def close_sessions(day: Day) -> Iterator[Need]:
    """What is being given: it can always be closed."""
    for row in _in(day, "administering"):
        if row.administration_id is not None:
            title, told = f"Close the session of {row.code}", f"{day.patient(row)} is being given it."
            own = (("administration_id", row.administration_id),)
            state, page = ("administering", "being given"), ("administrations.administration", "Go on")
            yield Need(row.beyond_use_at, title, told, *state, *page, own, row.patient_code)


def read_tests(day: Day) -> Iterator[Need]:
    """Readings of patch tests that are open now."""
    for row in day.readings:
        told = f"{row.words}. {plural(row.spots, 'spot')}; enter what is seen, also if it is nothing."
        title, own = f"Read patch test {row.code} of {day.patient(row)}", (("test_id", row.test_id),)
        state, page = (row.state, "reading due"), ("patch_tests.test", "Read it")
        yield Need(row.closes_at, title, told, *state, *page, own, row.patient_code)


def follow_up(day: Day) -> Iterator[Need]:
    """Reactions that are to be looked at again today, or were to be before."""
    for row in day.follow_ups:
        title, own = f"Ask about {row.code} of {day.patient(row)}", (("reaction_id", row.reaction_id),)
        state, page = (row.state, row.due), ("reactions.reaction", "Open")
        yield Need(None, title, f"{row.words}.", *state, *page, own, row.patient_code)


def sign_emergencies(day: Day) -> Iterator[Need]:
    """What was recorded afterwards and waits for the signature of another than who did or recorded it."""
    for line in day.unsigned:
        patient = line.patient
        if patient is None:
            continue
        who = patient.name if day.names_patients else patient.code
        given = f"given by {line.names.get(line.row.given_by_id, '')}; recorded {line.late_by}."
        told = f"{line.what or 'From paper'}, {given}"
        page, own = ("afterwards.record", "Sign for it"), (("record_id", line.row.id),)
        title = f"Sign for what was recorded afterwards of {who}"
        if line.is_emergency:
            title = f"Sign for the emergency of {who}"
        yield Need(line.due_at, title, told, line.state, line.words, *page, own, patient.code)


def _release(day: Day, row: Waiting) -> Need:
    state, page = ("prepared", since(day, row.prepared_at)), (BENCH, "Open release")
    return _need(day, row, "Release {} for {}", state, page, until=row.beyond_use_at)


def _in(day: Day, state: str) -> Iterator[Waiting]:
    return (row for row in day.waiting if row.state == state)


def _need(
    day: Day,
    row: Waiting,
    title: str,
    state: Pair,
    page: Pair,
    *,
    until: datetime | None = None,
    told: str = "",
) -> Need:
    """A need about a cocktail; the hour it is planned for ends it where nothing else does."""
    own = () if page[0] == "administrations.start" else (("cocktail_id", row.id),)
    words = title.format(row.code, day.patient(row))
    return Need(until or row.planned_for, words, told or _content(row), *state, *page, own, row.patient_code)


def _content(row: Waiting) -> str:
    target = shown(Quantity(row.target, VOLUME)) if row.target else ""
    return ", ".join(part for part in (target, row.area) if part)
