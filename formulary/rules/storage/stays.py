"""Who lay at a place during a stretch of time: from what was there at its start and what moved since."""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

ZERO = timedelta()


@dataclass(frozen=True, slots=True)
class Move:
    """So many steps of something came (above 0) or went (below 0) at an instant."""

    key: Hashable
    at: datetime
    steps: int


@dataclass(frozen=True, slots=True)
class Stay:
    """Something that lay at a place: the most of it at once, in steps, and how long within the stretch asked
    for, from `first` to `last`; `remains` says whether some of it was there at the end.
    """

    key: Hashable
    most: int
    first: datetime
    last: datetime
    length: timedelta
    remains: bool

    def within(self, start: datetime, end: datetime) -> timedelta:
        """How long of it lies between two instants, at most: from the first coming to the last going."""
        return max(min(self.last, end) - max(self.first, start), ZERO)


def stays(
    at_start: Mapping[Hashable, int], moves: Iterable[Move], start: datetime, end: datetime
) -> list[Stay]:
    """Everything that lay there between `start` and `end`, however briefly, by key as it came.

    `moves` are those after `start` and not after `end`, in the order in which they happened. What came and
    went in the same instant was there for no time, and is told all the same.
    """
    kept: dict[Hashable, list[Move]] = {key: [Move(key, start, steps)] for key, steps in at_start.items()}
    for move in moves:
        kept.setdefault(move.key, []).append(move)
    found = [_stay(key, parts, end) for key, parts in kept.items()]
    return [stay for stay in found if stay.most > 0]


def _stay(key: Hashable, moves: list[Move], end: datetime) -> Stay:
    there, most, length = 0, 0, ZERO
    first = last = moves[0].at
    for move, until in zip(moves, [*(m.at for m in moves[1:]), end], strict=True):
        there += move.steps
        most = max(most, there)
        if there > 0:
            length += until - move.at
            last = until
        elif move.steps < 0:
            last = move.at
    return Stay(key, most, first, last, length, there > 0)
