"""What the readings of one patch test come to, as known at an instant."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from formulary.rules.facts import PatchTest, PatchTestPolicy, Reading, TestOutcome
from formulary.rules.patch_test.readings import (
    DOUBTFUL,
    GRADES,
    POSITIVE,
    SECOND,
    WINDOWS,
    Due,
    Window,
    due_readings,
    is_interim,
    is_read,
    known_readings,
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What it comes to and why: `code` is stable, `reason` a sentence, `on` the instant that it rests on.

    `valid_until` is None where it is not negative, or the site has not said how long a negative test counts.
    """

    kind: TestOutcome
    code: str
    reason: str
    on: datetime | None = None
    valid_until: datetime | None = None
    due: tuple[Due, ...] = ()


def outcome(test: PatchTest, *, at: datetime, policy: PatchTestPolicy) -> Outcome:
    """What a test comes to: positive by any reading, negative only by readings at 48 h and at 72 to 96 h.

    The reading at 24 h is interim; day 7 can reopen. Faint erythema (?+) and irritant (IR) are doubtful, and
    clear nothing. A required reading that is missing, or made outside its window, leaves the test invalid.
    """
    readings = known_readings(test, at)
    due = tuple(due_readings(test, at))
    found = _not_readable(test, readings, at, due) or _reaction(test, readings, due)
    if found is not None:
        return found
    return _unread(test, readings, due) or _negative(test, readings, at, policy, due)


def next_reading(test: PatchTest, at: datetime) -> Due | None:
    """The reading to make next, due now or upcoming; None for a test that is over or positive."""
    if any(reading.grade in POSITIVE for reading in known_readings(test, at)):
        return None
    return next((due for due in due_readings(test, at) if due.state != "missed"), None)


def _not_readable(
    test: PatchTest, readings: tuple[Reading, ...], at: datetime, due: tuple[Due, ...]
) -> Outcome | None:
    if any(reading.grade not in GRADES for reading in readings):
        return Outcome(
            TestOutcome.INVALID, "patch_test.grade_unknown", "A reading is not on the ICDRG scale."
        )
    if any(reading.read_at < test.applied_at for reading in readings):
        reason = "A reading was made before the test was applied."
        return Outcome(TestOutcome.INVALID, "patch_test.read_before_applied", reason)
    if at < test.applied_at:
        reason = "The test is not applied yet."
        return Outcome(TestOutcome.PENDING, "patch_test.pending", reason, due=due)
    return None


def _reaction(test: PatchTest, readings: tuple[Reading, ...], due: tuple[Due, ...]) -> Outcome | None:
    for reading in readings:
        if reading.grade in POSITIVE:
            reason = f"A reading was positive ({reading.grade})."
            return Outcome(TestOutcome.POSITIVE, "patch_test.positive", reason, reading.read_at)
    for reading in readings:
        if reading.grade in DOUBTFUL and not is_interim(reading, test):
            reason = f"A reading was doubtful ({reading.grade}), which clears nothing."
            return Outcome(TestOutcome.DOUBTFUL, "patch_test.doubtful", reason, reading.read_at, due=due)
    return None


def _unread(test: PatchTest, readings: tuple[Reading, ...], due: tuple[Due, ...]) -> Outcome | None:
    open_ones = [each for each in due if each.window.required]
    missed = next((each.window for each in open_ones if each.state == "missed"), None)
    if missed is not None:
        return _missed(test, missed, readings, due)
    if not open_ones:
        return None
    first = open_ones[0]
    when = "is due" if first.state == "due" else "comes next"
    reason = f"The {first.window.name} reading {when}; the test is not concluded."
    return Outcome(TestOutcome.PENDING, "patch_test.pending", reason, due=due)


def _missed(test: PatchTest, window: Window, readings: tuple[Reading, ...], due: tuple[Due, ...]) -> Outcome:
    outside = next((r for r in readings if not any(is_read(w, test, (r,)) for w in WINDOWS)), None)
    if outside is None:
        reason = f"The {window.name} reading was not entered in its window."
        return Outcome(TestOutcome.INVALID, "patch_test.unread", reason, due=due)
    reason = f"The {window.name} reading was made outside its window."
    return Outcome(TestOutcome.INVALID, "patch_test.outside_window", reason, outside.read_at, due=due)


def _negative(
    test: PatchTest,
    readings: tuple[Reading, ...],
    at: datetime,
    policy: PatchTestPolicy,
    due: tuple[Due, ...],
) -> Outcome:
    concluded = next(r.read_at for r in readings if is_read(SECOND, test, (r,)))
    until = None if policy.valid_for is None else concluded + policy.valid_for
    if until is not None and at >= until:
        reason = "The negative test is older than the site lets one count."
        return Outcome(TestOutcome.LAPSED, "patch_test.lapsed", reason, concluded, until, due)
    reason = "Negative at 48 h and at 72 to 96 h."
    return Outcome(TestOutcome.NEGATIVE, "patch_test.negative", reason, concluded, until, due)
