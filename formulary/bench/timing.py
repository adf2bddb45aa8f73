"""Medians of repeated runs: ours and its floor by turns, so that a slow minute of the machine hits both."""

import gc
import time
import tracemalloc
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median

Work = Callable[[], object]
Clock = Callable[[], float]


@dataclass(frozen=True)
class Effort:
    """How often a figure is taken, for how long one sample runs at least (seconds), after how many runs."""

    rounds: int = 25
    sample: float = 0.004
    most: int = 200
    warm: int = 1


@dataclass(frozen=True)
class Pair:
    """The medians of ours and of its floor, in seconds."""

    ours: float
    floor: float
    slowest: tuple[float, float] = (0.0, 0.0)
    """The slowest of a hundred of each."""

    @property
    def ratio(self) -> float:
        """Ours over the floor."""
        return self.ours / self.floor if self.floor else 0.0


def compare(ours: Work, floor: Work, effort: Effort) -> Pair:
    """Both by turns, after a warm-up."""
    works = (ours, floor)
    times = [_repeats(work, effort) for work in works]
    samples: tuple[list[float], list[float]] = ([], [])
    with quiet():
        for _ in range(effort.rounds):
            for work, repeats, found in zip(works, times, samples, strict=True):
                found.append(_sample(work, repeats, time.perf_counter))
    ours_p99, floor_p99 = (percentile(found, 99) for found in samples)
    return Pair(*(median(found) for found in samples), slowest=(ours_p99, floor_p99))


def alone(work: Work, effort: Effort, clock: Clock = time.perf_counter) -> float:
    """The median of one piece of work, in seconds of this clock."""
    repeats = _repeats(work, effort)
    with quiet():
        return median(_sample(work, repeats, clock) for _ in range(effort.rounds))


def percentile(samples: Sequence[float], percent: int) -> float:
    """The smallest sample that so many of a hundred do not exceed."""
    return sorted(samples)[-(-len(samples) * percent // 100) - 1]


def peak(work: Work) -> int:
    """The most that Python holds at a time beyond what it held before (bytes); apart from any timing."""
    gc.collect()
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@contextmanager
def quiet() -> Iterator[None]:
    """Collect garbage before and not meanwhile."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _repeats(work: Work, effort: Effort) -> int:
    """Warm up, and find how often the work fits into one sample."""
    for _ in range(effort.warm):
        work()
    took = max(_sample(work, 1, time.perf_counter), 1e-7)
    return max(1, min(effort.most, int(effort.sample / took)))


def _sample(work: Work, repeats: int, clock: Clock) -> float:
    begun = clock()
    for _ in range(repeats):
        work()
    return (clock() - begun) / repeats
