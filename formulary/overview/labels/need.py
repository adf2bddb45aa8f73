"""One thing to do, and the words that every duty uses for it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from formulary.overview.labels.day import Day
from formulary.rules.units import Quantity, show
from formulary.web import site, words

Pair = tuple[str, str]


@dataclass(frozen=True)
class Need:
    """One thing to do: until when it is possible (None: no hour is set), what, why, and where it is done.

    `patient` is the code of whom it is about, where it is about anybody; `count` is how many things it
    stands for.
    """

    until: datetime | None
    title: str
    words: str
    state: str
    state_words: str
    endpoint: str
    button: str
    arguments: tuple[tuple[str, int], ...] = ()
    patient: str = ""
    count: int = 1


Duty = Callable[[Day], Iterator[Need]]


def since(day: Day, at: datetime | None, word: str = "waiting") -> str:
    """How long something has been so: "waiting 42 min"."""
    return word if at is None or day.at - at < words.MINUTE else f"{word} {words.span(day.at - at)}"


def shown(quantity: Quantity) -> str:
    """A quantity as the site writes it."""
    return show(quantity, mark=site.mark())
