"""Wash-outs: until when a medicine counts before a session, and what it may hide of a test of the skin.

Of several sources the strictest binds, and all are named. A day counts once it has passed: the hour of the
last dose is not on record. What no source gives a time for stays unknown. Nothing here ever says that a
prescribed medicine should be stopped.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from formulary.rules.facts import Medicine, Taking, Washout
from formulary.rules.findings import capital, joined
from formulary.rules.lot_status import day_words
from formulary.rules.schedule import Stated, plus, strictest

DAY = timedelta(days=1)
DAY_H = 24
SESSION = "mesotherapy"
OF_TESTS = {"prick": "prick", "intradermal": "intradermal", "product": "intradermal", "patch": "patch"}
"""Which wash-outs are about a kind of test; the test of a product's label is an intradermal injection, so
what hides a wheal there hides it here (house policy: no label states any)."""
NO_TIME = "no time is stated"


@dataclass(frozen=True, slots=True)
class Span:
    """How long one medicine counts before something: `binding` is the strictest that a source states.

    `first_day` is the first day that it no longer counts on; None while it is taken, where nobody knows the
    last day, or no source gives a time.
    """

    medicine: Medicine
    stated: tuple[Washout, ...]
    binding: Stated | None
    first_day: date | None

    @property
    def open_until(self) -> str:
        """Why nobody can name the day: `still`, `unknown` last day, `no_time`; "" where it is known."""
        if self.medicine.taking is not Taking.STOPPED:
            return self.medicine.taking.value
        return "no_time" if self.binding is None else ""

    @property
    def sources(self) -> str:
        """Every source with what it says, also where they differ."""
        return "; ".join(f"{time_words(one)}: {one.source}" for one in self.stated)

    @property
    def untimed(self) -> tuple[Washout, ...]:
        """The sources that ask for it too and give no time: what another's time ends, theirs may not."""
        return tuple(one for one in self.stated if one.least is None and not one.lifted)

    @property
    def asked(self) -> str:
        """How long without it is asked for, by the strictest."""
        return NO_TIME if self.binding is None else longest_words(self.binding)


def span(
    medicine: Medicine, before: str, effects: Sequence[str], as_of: datetime | None = None
) -> Span | None:
    """How long this medicine counts before this; None where no source says that it does.

    With `as_of` also what counted then binds: a time of the clinic's own that was decided later, shortened or
    taken back ends nothing that was not over by the times of then.
    """
    about = (w for w in medicine.washouts if w.before == before and w.effect in effects)
    told = tuple(w for w in about if w.counts(None) or w.counts(as_of))
    if not any(not w.lifted for w in told):
        return None
    binding = _binding([one for one in told if not one.lifted], as_of)
    last = medicine.last_taken_on
    known = medicine.taking is Taking.STOPPED and last is not None and binding is not None
    return Span(medicine, told, binding, first_day_after(last, binding) if known else None)  # type: ignore[arg-type]


def _binding(told: Sequence[Washout], as_of: datetime | None) -> Stated | None:
    """The strictest of all, where one gave a time then and one gives it now: later it may only lengthen."""
    for when in (as_of, None):
        if all(one.least is None for one in told if one.counts(when)):
            return None
    return strictest([Stated(w.least, w.most, w.unit, w.source) for w in told])


def first_day_after(last: date, stated: Stated) -> date:
    """The first day on which all of it has passed, at whatever hour of its last day it was taken."""
    number = stated.longest or 0
    if stated.unit == "hours":
        return last + timedelta(days=-(-number // DAY_H)) + DAY
    return plus(last, number, stated.unit) + DAY


def of_tests(medicines: Iterable[Medicine], kind: str, as_of: datetime | None = None) -> list[Span]:
    """What may hide what a test of this kind (`prick`, `intradermal`, `patch`, `product`) would show."""
    found = (span(medicine, OF_TESTS[kind], ("hides",), as_of) for medicine in medicines)
    return [one for one in found if one is not None]


def for_the_prescriber(medicines: Iterable[Medicine], kind: str) -> list[Span]:
    """What hides nothing and a prescriber confirms before a test of this kind, while it is taken."""
    found = (span(medicine, OF_TESTS[kind], ("ask",)) for medicine in medicines)
    return [one for one in found if one is not None and one.medicine.taking is not Taking.STOPPED]


def fair_from(spans: Iterable[Span]) -> date | None:
    """The first day on which nothing of these hides anything; None where nobody can name it."""
    days = [one.first_day for one in spans]
    return None if None in days or not days else max(day for day in days if day is not None)


def suppressed_by(spans: Iterable[Span], applied: date, concluded: date) -> str:
    """What may have hidden a reaction from the day of applying to that of the last look; "": nothing told."""
    hiding = [_hides(one) for one in spans if _reaches(one, applied, concluded)]
    return f"{capital(joined(hiding))}, so a spot without a reaction proves nothing." if hiding else ""


def doubts_of(medicines: Iterable[Medicine], spans: Iterable[Span], applied: date, concluded: date) -> str:
    """What nobody can tell of a test without a reaction; "": nothing.

    What is on record in words alone and was begun by the last look: how long it acts after its last day
    nobody knows, so no last day takes it away: only somebody who says that it does not matter does.
    And what is over by one time, while another source has none.
    """
    in_words = (one for one in medicines if one.is_in_words(applied))
    names = [f"“{one.name}”" for one in in_words if one.started_on is None or one.started_on <= concluded]
    verb = "stands" if len(names) == 1 else "stand"
    told = [f"{joined(names)} {verb} in words only: whether it hid a reaction is not known."] if names else []
    over = (one for one in spans if one.untimed and one.first_day and one.first_day <= applied)
    return " ".join([*told, *(f"{capital(still_open(one))}." for one in over)])


def still_open(one: Span) -> str:
    """That something is over by the longest time stated, while a source names it without a time."""
    named = joined(dict.fromkeys(f"{each.source} ({each.said})" for each in one.untimed))
    return f"“{one.medicine.name}” is over by {one.asked}, and {named} gives no time"


def _reaches(one: Span, applied: date, concluded: date) -> bool:
    """Whether it was taken, or could still hide something, on a day of the test."""
    begun = one.medicine.started_on
    if begun is not None and begun > concluded:
        return False
    return one.first_day is None or one.first_day > applied


def _hides(one: Span) -> str:
    name, last = one.medicine.name, one.medicine.last_taken_on
    if one.open_until == "still":
        return f"{name} is taken and may have hidden a reaction"
    if one.open_until == "unknown" or last is None:
        return f"{name} may have hidden a reaction: when it was last taken is not known"
    if one.first_day is None:
        since = f"{name} was taken until {day_words(last)}"
        return f"{since} and may have hidden a reaction: for how long after that, {NO_TIME}"
    until = f"{name} was taken until {day_words(last)}"
    return f"{until} and may have hidden a reaction before {day_words(one.first_day)} ({one.asked})"


def time_words(one: Washout) -> str:
    """What a source states, in words: "2 to 7 days", "24 hours", that it gives no time."""
    if one.lifted:
        return "does not matter"
    if one.least is None:
        return NO_TIME
    return (
        counted(one.least, one.unit) if one.most is None else f"{one.least} to {counted(one.most, one.unit)}"
    )


def longest_words(stated: Stated) -> str:
    """The longest that a statement asks for, in words."""
    return counted(stated.longest or 0, stated.unit)


def counted(number: int, unit: str) -> str:
    """ "1 day", "7 days"."""
    return f"{number} {unit[:-1] if number == 1 else unit}"
