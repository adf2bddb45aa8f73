"""The calendar of a history: patients are tested, cocktails made and given, and a few are still open."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from random import Random

from formulary.bench.history import giving, preparing, prescribing
from formulary.bench.history.book import Book
from formulary.bench.history.people import WAITS, People, Person
from formulary.bench.history.told import Told

DAWN, MORNING = time(6), time(8)
DAWN_LASTS, WORK_LASTS = timedelta(minutes=100), timedelta(hours=8)
ACTS = 26
"""No cocktail has more acts, each a step in its share of the day."""
SESSIONS = 6
"""How often a patient comes in all, about."""
SOME, MANY = 20, 200
OPEN_SINCE, OPEN_SLOT, OPEN_STEP = timedelta(hours=2), timedelta(minutes=4), timedelta(seconds=5)
DRAWN_SO_FAR = 2

STEPS: dict[str, Callable[[Told], None]] = {
    "prescribed": prescribing.sign,
    "verified": prescribing.verify,
    "in_preparation": preparing.claim,
    "prepared": preparing.prepare,
    "released": preparing.release,
}
OTHER_STATES = (
    "draft", "prescribed", "verified", "in_preparation", "prepared", "released", "administering",
    "wasted", "cancelled",
)  # fmt: skip
WAY_TO = {
    "administering": "released",
    "administered": "released",
    "wasted": "released",
    "cancelled": "prescribed",
}


@dataclass
class Days:
    """Cocktails over so many days, the last of them the day before `at`, and those still open at `at`."""

    book: Book
    people: People
    dice: Random
    cocktails: int
    days: int
    at: datetime
    ready: int = 0

    def acts(self) -> Iterator[int]:
        """Everything that happens, in the order of time; a cocktail counts for 1, anything else for 0."""
        states = [state for state in OTHER_STATES for _ in range(_how_many(self.cocktails))]
        given, newcomers = self.cocktails - len(states), max(len(OTHER_STATES), self.cocktails // SESSIONS)
        first_day = self.at.date() - timedelta(days=self.days)
        regulars = newcomers // 5 + 1
        yield from self._newcomers(first_day - WAITS - timedelta(days=1), regulars)
        for number in range(self.days):
            day = first_day + timedelta(days=number)
            yield from self._newcomers(day, _share(newcomers - regulars, number, self.days))
            yield from self._given(day, _share(given, number, self.days))
        yield from self._open(states)

    def _newcomers(self, day: date, count: int) -> Iterator[int]:
        """New patients with their tests, and the readings that are due meanwhile."""
        dawn, (by, _) = datetime.combine(day, DAWN, UTC), self.book.ground.prescribers
        for number in range(max(0, count)):
            at = dawn + DAWN_LASTS * number / count
            self.people.read(at, by=by)
            self.people.test(self.people.register(at=at, by=by), at=at, by=by)
            yield 0
        self.people.read(datetime.combine(day, MORNING, UTC), by=by)
        yield 0

    def _given(self, day: date, count: int) -> Iterator[int]:
        morning = datetime.combine(day, MORNING, UTC)
        for number in range(count):
            self._tell(morning + WORK_LASTS * number / count, WORK_LASTS / count / ACTS, "administered")
            yield 1

    def _open(self, states: list[str]) -> Iterator[int]:
        """The cocktails of the last two hours, each left in a state of its own."""
        begun = self.at - OPEN_SINCE
        self.people.read(begun, by=self.book.ground.prescribers[0])
        for number, state in enumerate(states):
            self._tell(begun + OPEN_SLOT * number, OPEN_STEP, state)
            yield 1

    def _tell(self, at: datetime, step: timedelta, state: str) -> None:
        by = self.book.ground.prescribers[self.dice.randrange(2)]
        told = Told(self.book, self.people.vials, self._somebody(at), by, at, step)
        prescribing.create(told)
        self._lead(told, WAY_TO.get(state, state))
        if state in ("administering", "administered"):
            session = giving.start(told)
            if state == "administered":
                giving.close(told, session, self.dice)
        elif state == "wasted":
            preparing.waste(told)
        elif state == "cancelled":
            prescribing.cancel(told)

    def _lead(self, told: Told, state: str) -> None:
        """Through every state up to this one; what is not drawn yet is reserved."""
        if state == "draft":
            return
        for name, step in STEPS.items():
            step(told)
            if name == state:
                break
        if state in ("prescribed", "verified"):
            prescribing.reserve(told)
        if state == "in_preparation":
            preparing.draw_lines(told, DRAWN_SO_FAR)
            prescribing.reserve(told, DRAWN_SO_FAR)

    def _somebody(self, at: datetime) -> Person:
        """One of those whose test was concluded by then."""
        known = self.people.known
        while self.ready < len(known) and known[self.ready].since + WAITS <= at:
            self.ready += 1
        return known[self.dice.randrange(self.ready)]


def _how_many(cocktails: int) -> int:
    """How many cocktails are left in each state other than administered."""
    return 3 if cocktails >= MANY else 1 if cocktails >= SOME else 0


def _share(whole: int, number: int, parts: int) -> int:
    """The part of a whole that falls to one of so many days."""
    return whole * (number + 1) // parts - whole * number // parts
