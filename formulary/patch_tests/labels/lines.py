"""Tests as their pages show them: each spot with its readings, what they come to, and what comes next."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from formulary.accounts import queries as accounts
from formulary.patch_tests.labels.flags import flags_of
from formulary.patch_tests.labels.grades import grade_state, grade_words, guideline_words
from formulary.patch_tests.models import PatchTest, PatchTestItem, PatchTestReading
from formulary.patients.facts import taken_by
from formulary.rules import facts
from formulary.rules.facts import PatchTestPolicy, TestOutcome
from formulary.rules.patch_test import NEGATIVE, Due, Outcome, outcome, with_suppression
from formulary.rules.units import LENGTH, VOLUME, Quantity
from formulary.web import words

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
WORDS = {
    TestOutcome.PENDING: "not concluded",
    TestOutcome.NEGATIVE: "negative",
    TestOutcome.LAPSED: "lapsed",
    TestOutcome.POSITIVE: "positive",
    TestOutcome.DOUBTFUL: "doubtful",
    TestOutcome.INVALID: "not valid",
}


@dataclass(frozen=True)
class ReadingLine:
    """One reading: what was seen, how long after, by whom, and whether it counts."""

    reading: PatchTestReading
    who: str
    state: str
    words: str
    when: str
    remark: str
    stands: bool
    cosigned: str = ""
    wheal: Quantity | None = None
    wheal_first: Quantity | None = None
    flare: str = ""


@dataclass(frozen=True)
class SpotLine:
    """One spot: what lies on it, its readings, its outcome in words, what is due next, and its flags."""

    item: PatchTestItem
    names: list[str]
    state: str
    words: str
    detail: str
    due: Due | None
    readings: list[ReadingLine]
    flags: list[str]
    volume: Quantity | None
    role: str = ""
    amount: Quantity | None = None


@dataclass(frozen=True)
class TestLine:
    """One test with its spots."""

    __test__ = False

    test: PatchTest
    who: str
    spots: list[SpotLine]
    voided: str = ""
    kind: str = ""


@dataclass(frozen=True)
class _Seen:
    """From where the tests are looked at, and what was read for all of them at once."""

    policy: PatchTestPolicy
    zone: ZoneInfo
    at: datetime
    flags: dict[int, list[str]]
    names: dict[int, str]
    taken: dict[int, facts.Taken]


def test_lines(
    tests: Sequence[PatchTest], policy: PatchTestPolicy, zone: ZoneInfo, at: datetime
) -> list[TestLine]:
    """The tests as known at `at`, computed from their readings and from what the patient took; as many
    queries for one as for all of a patient.
    """
    taken = {patient_id: taken_by(patient_id, at) for patient_id in {row.patient_id for row in tests}}
    seen = _Seen(policy, zone, at, flags_of(tests, zone), accounts.person_names(_people(tests)), taken)
    return [_test(row, seen) for row in tests]


def outcome_words(found: Outcome, due: Due | None, zone: ZoneInfo) -> tuple[str, str, str]:
    """The state of an outcome, its words in short, and the rest: until when, since when, why."""
    if found.kind is TestOutcome.PENDING and due is not None:
        return _pending(due, zone)
    on = words.day(found.on, zone) if found.on else ""
    until = words.day(found.valid_until, zone) if found.valid_until else ""
    counts = f"until {until}" if until else f"since {on}; for how long is not decided here"
    rest = {
        TestOutcome.NEGATIVE: f"{counts}. {found.doubt}" if found.doubt else counts,
        TestOutcome.LAPSED: f"counted until {until}",
        TestOutcome.POSITIVE: f"on {on}",
        TestOutcome.DOUBTFUL: f"on {on}, clears nothing",
    }
    return found.kind.value, WORDS[found.kind], rest.get(found.kind, found.reason)


def next_due(found: Outcome) -> Due | None:
    """The reading to make next: the one that is due now, else the one that comes; a missed one last."""
    order = {"due": 0, "upcoming": 1, "missed": 2}
    return min(found.due, key=lambda due: (order[due.state], due.at), default=None)


def _pending(due: Due, zone: ZoneInfo) -> tuple[str, str, str]:
    if due.state == "due":
        return "reading_due", f"{due.window.name} reading due", f"until {words.instant(due.closes_at, zone)}"
    return "pending", "not concluded", f"{due.window.name} reading from {words.instant(due.opens_at, zone)}"


def _test(test: PatchTest, seen: _Seen) -> TestLine:
    who, spots = seen.names.get(test.applied_by_id, ""), [_spot(item, seen) for item in test.spots]
    return TestLine(test, who, spots, _voided(test, seen), guideline_words(test.by))


def _voided(test: PatchTest, seen: _Seen) -> str:
    """When, by whom and why it was voided, and who co-signed; nothing for a test that stands."""
    if test.voided_at is None:
        return ""
    told = f"{words.instant(test.voided_at, seen.zone)} by {seen.names.get(test.voided_by_id or 0, '')}"
    return f"{told}{_cosigned(test.void_cosigner_id, seen)}: {test.void_reason}"


def _cosigned(person_id: int | None, seen: _Seen) -> str:
    return "" if person_id is None else f", co-signed by {seen.names.get(person_id, '')}"


def _spot(item: PatchTestItem, seen: _Seen) -> SpotLine:
    is_void = item.test.state == "void"
    found = _outcome(item, seen) if item.role == "test" else None
    due = None if is_void or found is None else next_due(found)
    void = ("invalid", _void_words(found), "")
    state, told, detail = void if is_void else _control(item) if found is None else _came(found, due, seen)
    return SpotLine(
        item=item,
        names=[_name(one) for one in item.together],
        state=state,
        words=told,
        detail=detail,
        due=due,
        readings=[_reading(r, seen) for r in sorted(item.readings, key=lambda r: (r.read_at, r.id))],
        flags=[flag for one in item.together for flag in seen.flags.get(one.id, [])],
        volume=None if item.volume is None else Quantity(item.volume, VOLUME),
        role="" if item.role == "test" else f"{item.role} control",
        amount=item.amount,
    )


def _outcome(item: PatchTestItem, seen: _Seen) -> Outcome:
    told = with_suppression(item.fact, seen.taken[item.test.patient_id], seen.zone.key)
    return outcome(told, at=seen.at, policy=seen.policy)


def _came(found: Outcome, due: Due | None, seen: _Seen) -> tuple[str, str, str]:
    return outcome_words(found, due, seen.zone)


def _control(item: PatchTestItem) -> tuple[str, str, str]:
    """What a control showed, and whether that is what it is there for."""
    rows = item.standing
    if not rows:
        return "pending", f"{item.role} control", "not read yet"
    reacted, must = any(r.grade not in NEGATIVE for r in rows), item.role == "positive"
    if reacted is must:
        return "negative", f"{item.role} control as it should be", ""
    return "invalid", f"{item.role} control failed", "no spot of this sitting counts as negative"


def _void_words(found: Outcome | None) -> str:
    """That it is void, and what it was where it showed a reaction: that is not forgotten."""
    if found is None:
        return "void"
    reacted = found.kind in (TestOutcome.POSITIVE, TestOutcome.DOUBTFUL)
    return f"void, was {WORDS[found.kind]}" if reacted else "void"


def _name(item: PatchTestItem) -> str:
    if item.product is None:
        return f"{item.role} control, not from the stock"
    return (
        f"{item.product.name}, lot {item.lot.number}" if item.lot else f"{item.product.name}, lot not known"
    )


def _reading(reading: PatchTestReading, seen: _Seen) -> ReadingLine:
    stands = reading in reading.item.standing
    elapsed = reading.read_at - reading.item.test.applied_at
    window = next((w for w in reading.item.test.by.windows if w.holds(elapsed)), None)
    return ReadingLine(
        reading=reading,
        who=seen.names.get(reading.reader_id, ""),
        state=grade_state(reading.grade) if stands else "superseded",
        words=grade_words(reading.grade),
        when=f"{window.name} reading" if window else _after(elapsed),
        remark=_remark(reading, stands, inside=window is not None),
        cosigned=_cosigned(reading.cosigner_id, seen),
        stands=stands,
        wheal=_mm(reading.wheal),
        wheal_first=_mm(reading.wheal_first),
        flare={True: "with flare", False: "no flare", None: ""}[reading.flare],
    )


def _after(elapsed: timedelta) -> str:
    hours = elapsed // HOUR
    return f"{hours} h after it was applied" if hours else f"{elapsed // MINUTE} min after it was applied"


def _mm(steps: int | None) -> Quantity | None:
    return None if steps is None else Quantity(steps, LENGTH)


def _remark(reading: PatchTestReading, stands: bool, *, inside: bool) -> str:
    if not stands:
        return "corrected, does not count"
    if not inside and reading.grade in NEGATIVE:
        return "outside every window, so it does not count"
    return "" if inside else "outside every window"


def _people(tests: Sequence[PatchTest]) -> set[int]:
    readings = [r for test in tests for item in test.items for r in item.readings]
    by = [(r.reader_id, r.cosigner_id) for r in readings]
    by += [(test.applied_by_id, test.voided_by_id) for test in tests]
    by += [(test.applied_by_id, test.void_cosigner_id) for test in tests]
    return {person_id for pair in by for person_id in pair if person_id is not None}
