"""What is said of a reaction, and why it may not be said so: every fault at its field, all at once."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from formulary.administrations.models import Reaction
from formulary.administrations.models.reactions import ONSETS, OUTCOMES, REPORTERS, SERIOUS, SEVERITIES
from formulary.administrations.queries.reactions import Treatment
from formulary.rules.findings import Finding, Level, Refused

LATE_AFTER = timedelta(hours=1)
"""Told longer ago than this, a reaction is a late entry and says why."""
TERMS = {
    "onset": ONSETS,
    "severity": SEVERITIES,
    "outcome": OUTCOMES,
    "serious": SERIOUS,
    "reported_by": REPORTERS,
}


@dataclass(frozen=True)
class Felt:
    """What one report says. `told_at` is when the clinic learned of it; None means now."""

    kinds: Collection[int]
    severity: str
    outcome: str
    reported_by: str
    onset: str = "unknown"
    onset_at: datetime | None = None
    other: str = ""
    serious: str = "unknown"
    serious_reason: str = ""
    remark: str = ""
    reporter: str = ""
    told_at: datetime | None = None
    late_reason: str = ""
    follow_up_on: date | None = None


def checked(
    felt: Felt,
    treatment: Treatment,
    known: Collection[int],
    *,
    before: Reaction | None = None,
    at: datetime,
    today: date,
) -> Felt:
    """The report as it is kept; Refused with everything that cannot be, each at its field.

    `known` are the kinds of the checklist, `today` the day at the site. Times are typed in whole minutes, so
    the minute in which the treatment began is not before it. A correction of `before` that leaves when it was
    told, or the day of the next look, as they were is not asked about them again.
    """
    whole, was_told = replace(felt, told_at=felt.told_at or at), _told_before(felt, before)
    if before is not None and was_told:
        told = whole.late_reason.strip() or before.report.late_reason
        whole = replace(whole, told_at=before.report.told_at, late_reason=told)
    faults = [*_terms(whole, known), *_times(whole, treatment, at), *_missing(whole)]
    faults += [] if was_told else _late(whole, at)
    if before is None or felt.follow_up_on != before.due_on:
        faults += day_faults(felt.follow_up_on, "follow_up_on", today)
    if faults:
        raise Refused(*faults)
    late = was_told or at - (whole.told_at or at) > LATE_AFTER
    return replace(whole, late_reason=whole.late_reason.strip() if late else "")


def _told_before(felt: Felt, before: Reaction | None) -> bool:
    """Whether a correction leaves when it was told, to the minute in which times are typed."""
    if before is None or felt.told_at is None:
        return False
    return _minute(felt.told_at) == _minute(before.report.told_at)


def _minute(at: datetime) -> datetime:
    return at.replace(second=0, microsecond=0)


def _terms(felt: Felt, known: Collection[int]) -> Iterator[Finding]:
    for name, terms in TERMS.items():
        if (said := getattr(felt, name)) not in terms:
            told = f"“{said}” is not one of the terms."
            yield _fault(f"{name}_not_known", told, f"Choose one of: {_listed(terms)}.", name)
    if strange := set(felt.kinds) - set(known):
        told = f"The checklist has no kind {min(strange)}."
        yield _fault("kind_not_known", told, "Load the page again and tick what was felt.", "kinds")


def _times(felt: Felt, treatment: Treatment, at: datetime) -> Iterator[Finding]:
    began, onset, told_at = _minute(treatment.at), felt.onset_at, felt.told_at or at
    if (onset is None) != (felt.onset == "unknown"):
        words = (
            "When it began is not filled in."
            if onset is None
            else "A time stands there, and it says not known."
        )
        yield _fault("onset_unclear", words, "Type the time, or say that it is not known.", "onset_at")
    if onset is not None and onset < began:
        words = f"This is before the treatment: {treatment.code} began later."
        yield _fault(
            "before_treatment", words, "Correct the time, or choose the earlier treatment.", "onset_at"
        )
    if onset is not None and onset > at:
        yield _fault("in_future", "This time has not come yet.", "Type when it began.", "onset_at")
    if told_at > at:
        yield _fault("told_in_future", "This time has not come yet.", "Type when you were told.", "told_at")
    elif told_at < max(began, onset or began) and (onset is None or onset <= at):
        words = "You cannot have been told of it before it began."
        yield _fault("told_before", words, "Correct one of the two times.", "told_at")


def _missing(felt: Felt) -> Iterator[Finding]:
    if not felt.kinds and not felt.other.strip():
        yield _fault(
            "kind_missing", "Nothing is ticked.", "Tick what was felt, or write it in words.", "kinds"
        )
    if felt.serious == "yes" and not felt.serious_reason.strip():
        words = "It says serious, and not why."
        yield _fault("serious_without_reason", words, "Say why in a few words.", "serious_reason")


def _late(felt: Felt, at: datetime) -> Iterator[Finding]:
    if at - (felt.told_at or at) > LATE_AFTER and not felt.late_reason.strip():
        words = "You were told more than an hour ago, so this is a late entry."
        yield _fault("late_without_reason", words, "Say why it is entered now.", "late_reason")


def day_faults(on: date | None, field: str, today: date) -> Iterator[Finding]:
    """A follow-up is never set for a day that has passed."""
    if on is not None and on < today:
        yield _fault(
            "due_in_past", "This day has passed.", "Set today or a later day, or leave it empty.", field
        )


def _fault(code: str, reason: str, remedy: str, field: str) -> Finding:
    return Finding(f"reaction.{code}", "the reaction", reason, remedy, level=Level.BLOCK, field=field)


def _listed(terms: Collection[str]) -> str:
    return ", ".join(term.replace("_", " ") for term in terms)
