"""What the readings of one patch test come to, as known at an instant."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from formulary.rules.facts import Control, PatchTest, PatchTestPolicy, Reading, TestOutcome
from formulary.rules.patch_test.guidelines import guideline
from formulary.rules.patch_test.readings import (
    DOUBTFUL,
    NEGATIVE,
    POSITIVE,
    STRENGTH,
    Due,
    due_readings,
    is_interim,
    is_read,
    known_readings,
    windows_of,
)
from formulary.rules.patch_test.windows import Window


@dataclass(frozen=True, slots=True)
class Outcome:
    """What it comes to and why: `code` is stable, `reason` a sentence, `on` the instant that it rests on.

    `valid_until` is None where it is not negative, or the site has not said how long a negative test counts.
    `doubt` is what of a negative one nobody can tell, which stands in its reason too.
    """

    kind: TestOutcome
    code: str
    reason: str
    on: datetime | None = None
    valid_until: datetime | None = None
    due: tuple[Due, ...] = ()
    doubt: str = ""


def outcome(test: PatchTest, *, at: datetime, policy: PatchTestPolicy) -> Outcome:
    """What a test comes to: positive by any reading, negative only by every reading its guideline asks for.

    A patch test is read at 48 h and at 72 to 96 h; 24 h is interim, day 7 can reopen. Faint erythema (?+) and
    irritant (IR) are doubtful, and clear nothing. A required reading that is missing, or made outside its
    window, leaves the test invalid; so does a control that failed, and a medicine that hides reactions.
    A control that failed takes no reaction back: a positive or doubtful reading stands until tested anew.
    """
    readings = known_readings(test, at)
    due = tuple(due_readings(test, at))
    found = _not_readable(test, readings, at, due) or _reaction_beside(test, readings, at, due)
    found = found or control_reacted(test, at) or control_failed(test, at) or _suppressed(test, due)
    found = found or _unread(test, readings, due) or control_missing(test, at)
    return found or _negative(test, readings, at, policy, due)


def _not_readable(
    test: PatchTest, readings: tuple[Reading, ...], at: datetime, due: tuple[Due, ...]
) -> Outcome | None:
    if any(reading.grade not in STRENGTH for reading in readings):
        return Outcome(
            TestOutcome.INVALID, "patch_test.grade_unknown", "A reading is on no scale known here."
        )
    if any(reading.read_at < test.applied_at for reading in readings):
        reason = "A reading was made before the test was applied."
        return Outcome(TestOutcome.INVALID, "patch_test.read_before_applied", reason)
    if at < test.applied_at:
        reason = "The test is not applied yet."
        return Outcome(TestOutcome.PENDING, "patch_test.pending", reason, due=due)
    return None


def _reaction_beside(
    test: PatchTest, readings: tuple[Reading, ...], at: datetime, due: tuple[Due, ...]
) -> Outcome | None:
    """The reaction that stands, saying so where the negative control of the sitting reacted too."""
    found = _reaction(test, readings, due)
    if found is None or control_reacted(test, at) is None:
        return found
    return replace(found, reason=f"{found.reason} The negative control reacted too.")


def _reaction(test: PatchTest, readings: tuple[Reading, ...], due: tuple[Due, ...]) -> Outcome | None:
    for reading in readings:
        if reading.grade in POSITIVE and not _must_last(reading, test):
            reason = f"A reading was positive ({reading.grade})."
            return Outcome(TestOutcome.POSITIVE, "patch_test.positive", reason, reading.read_at)
    for reading in readings:
        if _is_passing(reading, test, due):
            reason = f"A wheal came and {_later(test, readings)}, which clears nothing."
            return Outcome(TestOutcome.DOUBTFUL, "patch_test.doubtful", reason, reading.read_at, due=due)
        if reading.grade in DOUBTFUL and not is_interim(reading, test):
            reason = f"A reading was doubtful ({reading.grade}), which clears nothing."
            return Outcome(TestOutcome.DOUBTFUL, "patch_test.doubtful", reason, reading.read_at, due=due)
    return None


def _must_last(reading: Reading, test: PatchTest) -> bool:
    """Whether a wheal says nothing yet: the label's test asks that it lasts to the second look."""
    chosen = guideline(test.guideline)
    return chosen.must_last and reading.read_at - test.applied_at < chosen.windows[-1].opens


def _is_passing(reading: Reading, test: PatchTest, due: tuple[Due, ...]) -> bool:
    """Whether it is an early wheal of which the second look, made or missed, shows no more."""
    waits = any(each.window is windows_of(test)[-1] and each.state != "missed" for each in due)
    return reading.grade in POSITIVE and _must_last(reading, test) and not waits


def _later(test: PatchTest, readings: tuple[Reading, ...]) -> str:
    """What became of an early wheal: only a second look can say that it did not last."""
    looked = any(is_read(windows_of(test)[-1], test, (reading,)) for reading in readings)
    return "did not last" if looked else "was not looked at again in time"


def control_reacted(test: PatchTest, at: datetime) -> Outcome | None:
    """Uninterpretable: what must not react did, so the skin answers to anything [JTF]."""
    for control in test.controls:
        shown = (r for r in control.readings if r.read_at <= at and r.grade not in NEGATIVE)
        if not control.must_react and (reading := next(shown, None)):
            reason = "The negative control reacted, so nothing can be told from this sitting."
            return Outcome(TestOutcome.INVALID, "patch_test.control_reacted", reason, reading.read_at)
    return None


def control_failed(test: PatchTest, at: datetime) -> Outcome | None:
    """Uninterpretable: what must react did not, so no reaction proves nothing [SPT]."""
    for control in test.controls:
        known = _in_time(control, test, at) or [r for r in control.readings if r.read_at <= at]
        if control.must_react and known and not any(r.grade in POSITIVE for r in known):
            reason = "The positive control did not react, so a spot without a reaction proves nothing."
            return Outcome(TestOutcome.INVALID, "patch_test.control_failed", reason, known[-1].read_at)
    return None


def control_missing(test: PatchTest, at: datetime) -> Outcome | None:
    """Uninterpretable: a control that the guideline asks for was not applied, or not read with the spots."""
    chosen = guideline(test.guideline)
    read = {control.must_react for control in test.controls if _in_time(control, test, at)}
    for must_react, asked, name in (
        (False, chosen.needs_negative, "negative"),
        (True, chosen.needs_positive, "positive"),
    ):
        if asked and must_react not in read:
            reason = f"{chosen.name} asks for a {name} control, and none was read in time."
            return Outcome(TestOutcome.INVALID, "patch_test.control_missing", reason)
    return None


def _in_time(control: Control, test: PatchTest, at: datetime) -> list[Reading]:
    """The readings of a control, known by now, that were made when the first reading asked for is made."""
    first = next(window for window in windows_of(test) if window.required)
    return [r for r in control.readings if r.read_at <= at and is_read(first, test, (r,))]


def _suppressed(test: PatchTest, due: tuple[Due, ...]) -> Outcome | None:
    """Uninterpretable where nothing shows; it is still looked at, for a reaction counts all the same."""
    if not test.suppressed:
        return None
    return Outcome(TestOutcome.INVALID, "patch_test.suppressed", test.suppressed, due=due)


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
    outside = next((r for r in readings if not any(is_read(w, test, (r,)) for w in windows_of(test))), None)
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
    required = [window for window in windows_of(test) if window.required]
    concluded = next(r.read_at for r in readings if is_read(required[-1], test, (r,)))
    until = None if policy.valid_for is None else concluded + policy.valid_for
    if until is not None and at >= until:
        reason = "The negative test is older than the site lets one count."
        return Outcome(TestOutcome.LAPSED, "patch_test.lapsed", reason, concluded, until, due)
    reason = f"Negative at {' and at '.join(window.name for window in required)}. {test.doubt}".rstrip()
    return Outcome(TestOutcome.NEGATIVE, "patch_test.negative", reason, concluded, until, due, test.doubt)
