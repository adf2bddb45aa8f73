"""Whether a patient's patch tests clear a product: rules T1, T2 and T3 in one answer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from formulary.rules.facts import PatchTest, PatchTestPolicy, TestOutcome
from formulary.rules.findings import Finding, Level, Result
from formulary.rules.lot_status import day_of, day_words
from formulary.rules.patch_test.outcome import Outcome, control_reacted, outcome

NOT_CLEARED = "or ask a second clinician to co-sign."
CONCLUDED = frozenset({TestOutcome.NEGATIVE, TestOutcome.DOUBTFUL, TestOutcome.LAPSED})
WAS_NEGATIVE = frozenset({TestOutcome.NEGATIVE, TestOutcome.LAPSED})
Judged = tuple[PatchTest, Outcome]
"""A test with what it comes to."""


@dataclass(frozen=True, slots=True)
class Clearance:
    """The answer: `state` as a list names it, a few words, the finding (T1, T2, T3), what it rests on."""

    state: str
    words: str
    finding: Finding
    test: PatchTest | None = None
    outcome: Outcome | None = None

    @property
    def cleared(self) -> bool:
        """Whether the product may be given as far as patch tests go."""
        return self.finding.result in (Result.PASS, Result.NOT_APPLICABLE)


@dataclass(frozen=True, slots=True)
class _Matter:
    """A product, and a lot of it where the site binds tests to lots; no product is nothing."""

    product_id: int | None
    lot_id: int | None
    bound_to_lot: bool

    def is_of(self, test: PatchTest) -> bool:
        """Whether the test was of it."""
        lot = not self.bound_to_lot or test.lot_id == self.lot_id
        return test.product_id == self.product_id and lot


@dataclass(frozen=True, slots=True)
class _Asked:
    ingredient_id: int
    product_id: int
    lot_id: int | None
    at: datetime
    policy: PatchTestPolicy
    zone: str

    def matches(self, test: PatchTest) -> bool:
        """Whether the test can clear: of a kind that does here, of the product alone, in its lot if bound."""
        matter = _Matter(self.product_id, self.lot_id, self.policy.bound_to_lot)
        return matter.is_of(test) and not test.is_mixture and test.kind in self.policy.kinds


def clears(
    tests: Iterable[PatchTest],
    ingredient_id: int,
    product_id: int,
    lot_id: int | None,
    *,
    at: datetime,
    policy: PatchTestPolicy,
    zone: str = "UTC",
) -> Clearance:
    """Whether these tests clear this product of this ingredient (and this lot, where the site binds to lots).

    A positive test of the ingredient bars, a mixture's included, until a later one of that product or of the
    product asked for concludes negative. A mixture clears none of its components. The newest concluded test
    decides; one that is pending or invalid takes nothing from an older one that is still valid.
    """
    asked = _Asked(ingredient_id, product_id, lot_id, at, policy, zone)
    judged = _judged(tests, ingredient_id, at, policy)
    barring = _barring(judged, _Matter(product_id, lot_id, policy.bound_to_lot))
    if barring is not None:
        return _positive(*barring, asked)
    answer = _by_newest(judged, asked)
    return answer if policy.required or answer.state == "doubtful" else _not_required()


def standing_positive(
    tests: Iterable[PatchTest],
    ingredient_id: int,
    *,
    at: datetime,
    policy: PatchTestPolicy,
    product_id: int | None = None,
    lot_id: int | None = None,
) -> PatchTest | None:
    """The positive test that bars this ingredient wherever it occurs, as an excipient too; None: none does.

    A later test of the same kind that concluded negative lifts it: one of the product that was positive, or
    of the product asked for (of that very lot, where the site binds tests to lots). A mixture lifts nothing.
    """
    judged = _judged(tests, ingredient_id, at, policy)
    barring = _barring(judged, _Matter(product_id, lot_id, policy.bound_to_lot))
    return None if barring is None else barring[0]


def _judged(
    tests: Iterable[PatchTest], ingredient_id: int, at: datetime, policy: PatchTestPolicy
) -> list[Judged]:
    """The tests of the ingredient, newest first, with what each comes to."""
    own = [test for test in tests if test.ingredient_id == ingredient_id and test.applied_at <= at]
    own.sort(key=lambda test: test.applied_at, reverse=True)
    return [(test, outcome(test, at=at, policy=policy)) for test in own]


def _barring(judged: Sequence[Judged], asked: _Matter) -> Judged | None:
    """The newest positive test that none lifts."""
    lifting = [test for test, found in judged if found.kind in WAS_NEGATIVE and not test.is_mixture]
    positive = (each for each in judged if each[1].kind is TestOutcome.POSITIVE)
    return next((p for p in positive if not any(_lifts(t, p[0], asked) for t in lifting)), None)


def _lifts(test: PatchTest, positive: PatchTest, asked: _Matter) -> bool:
    """Whether a test that concluded negative came later, and is of what was positive or of what is asked."""
    was = _Matter(positive.product_id, positive.lot_id, asked.bound_to_lot)
    later = test.applied_at > positive.applied_at and test.kind == positive.kind
    return later and (was.is_of(test) or asked.is_of(test))


def _by_newest(judged: Sequence[Judged], asked: _Asked) -> Clearance:
    if asked.policy.bound_to_lot and asked.lot_id is None:
        return _lot_open()
    matching = [(test, found) for test, found in judged if asked.matches(test)]
    decided = next(((t, o) for t, o in matching if o.kind in CONCLUDED), None) or next(iter(matching), None)
    if decided is None:
        return _missing([test for test, _ in judged], asked)
    return _ANSWERS[decided[1].kind](decided[0], decided[1], asked)


def _day(at: datetime | None, asked: _Asked) -> str:
    return "" if at is None else day_words(day_of(at, asked.zone))


def _finding(rule: str, code: str, reason: str, remedy: str, **more: object) -> Finding:
    fields = {"level": Level.STOP, "rule": rule, **more}
    return Finding(code, "patch test", reason, remedy, **fields)  # type: ignore[arg-type]


def _negative(test: PatchTest, found: Outcome, asked: _Asked) -> Clearance:
    on = _day(found.on, asked)
    if found.valid_until is None:
        reason = f"The patch test was negative on {on}, and how long that counts is not decided."
        remedy = "An administrator sets how long a negative test stays valid."
        finding = _finding("T1", "patch_test.validity_unknown", reason, remedy, result=Result.UNKNOWN)
        return Clearance("unknown", f"negative {on}, validity not decided", finding, test, found)
    inputs = (("concluded", on), ("valid until", _day(found.valid_until, asked)))
    finding = Finding(found.code, "patch test", found.reason, result=Result.PASS, rule="T1", inputs=inputs)
    return Clearance("negative", f"negative {on}", finding, test, found)


def _lapsed(test: PatchTest, found: Outcome, asked: _Asked) -> Clearance:
    until = _day(found.valid_until, asked)
    finding = _finding(
        "T1", found.code, f"The negative patch test counted until {until}.", f"Test again, {NOT_CLEARED}"
    )
    return Clearance("lapsed", f"lapsed {until}", finding, test, found)


def _pending(test: PatchTest, found: Outcome, asked: _Asked) -> Clearance:
    remedy = "Enter what you see when the reading is due, also if it is nothing."
    name = next((due.window.name for due in found.due if due.window.required), "")
    return Clearance(
        "pending", f"{name} reading to come", _finding("T1", found.code, found.reason, remedy), test, found
    )


def _doubtful(test: PatchTest, found: Outcome, asked: _Asked) -> Clearance:
    reason = f"The patch test was doubtful on {_day(found.on, asked)}, which clears nothing."
    finding = _finding("T3", found.code, reason, f"Test again, {NOT_CLEARED}")
    return Clearance("doubtful", f"doubtful {_day(found.on, asked)}", finding, test, found)


def _invalid(test: PatchTest, found: Outcome, asked: _Asked) -> Clearance:
    finding = _finding("T3", found.code, found.reason, f"Test again, {NOT_CLEARED}")
    return Clearance("invalid", "not valid", finding, test, found)


def _positive(test: PatchTest, found: Outcome, asked: _Asked) -> Clearance:
    on = _day(found.on, asked)
    mixture = " of a mixture with it" if test.is_mixture else ""
    beside = " The negative control reacted too." if control_reacted(test, asked.at) else ""
    reason = f"The patch test{mixture} was positive on {on}{test.named}.{beside}"
    remedy = "This line cannot be given; a new concluded test or a specialist's note reopens it."
    finding = _finding("T2", "patch_test.positive", reason, remedy, level=Level.BLOCK)
    return Clearance("positive", f"positive {on}", finding, test, found)


def _lot_open() -> Clearance:
    reason = "The site asks for a test of the very lot, and no lot is chosen yet."
    finding = _finding("T1", "patch_test.lot_open", reason, "Choose the lot.", result=Result.UNKNOWN)
    return Clearance("unknown", "lot not chosen yet", finding)


def _not_required() -> Clearance:
    reason = "The site does not ask for a patch test."
    finding = Finding(
        "patch_test.not_required", "patch test", reason, result=Result.NOT_APPLICABLE, rule="T1"
    )
    return Clearance("not_applicable", "not asked for", finding)


def _missing(tests: list[PatchTest], asked: _Asked) -> Clearance:
    code, reason, words = next(_instead(tests, asked))
    return Clearance("missing", words, _finding("T1", code, reason, f"Book a patch test, {NOT_CLEARED}"))


def _instead(tests: list[PatchTest], asked: _Asked) -> Iterator[tuple[str, str, str]]:
    """What there is in the place of a test that could clear, the nearest first."""
    alone = [test for test in tests if not test.is_mixture and test.kind in asked.policy.kinds]
    if any(test.product_id == asked.product_id for test in alone):
        yield "patch_test.other_lot", "Another lot of this product was tested.", "another lot tested"
    if alone:
        yield (
            "patch_test.other_product",
            "Another product of this ingredient was tested.",
            "another product tested",
        )
    if any(not test.is_mixture for test in tests) and not alone:
        yield (
            "patch_test.other_kind",
            "It was tested in another way, which by the site's policy clears nothing.",
            "tested in another way",
        )
    if tests:
        yield (
            "patch_test.mixture",
            "It was tested in a mixture only, which clears no component.",
            "mixture only",
        )
    yield "patch_test.missing", "No patch test is on record.", "none on record"


_ANSWERS = {
    TestOutcome.NEGATIVE: _negative,
    TestOutcome.LAPSED: _lapsed,
    TestOutcome.PENDING: _pending,
    TestOutcome.DOUBTFUL: _doubtful,
    TestOutcome.INVALID: _invalid,
}
