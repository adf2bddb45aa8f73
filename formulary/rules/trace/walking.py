"""How far something went: a walk over what went into what, the nearest first, each thing once."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from typing import NamedTuple


class Node(NamedTuple):
    """A thing on the way: what it is ("lot", "vial", "mixture", "cocktail", "patient" …), and its key."""

    kind: str
    key: int


class Step(NamedTuple):
    """Something of `source` went into `target`; `stands` is false where that was taken back."""

    source: Node
    target: Node
    stands: bool = True


class Reached(NamedTuple):
    """How many steps away a thing is; `stands` is false where each way to it was taken back somewhere."""

    away: int
    stands: bool = True


Onward = Mapping[Node, list[Node]]


def trace(begun: Iterable[Node], steps: Iterable[Step]) -> dict[Node, Reached]:
    """Whatever something of `begun` went into, breadth first, however many steps away.

    Nothing is reached but along the steps: what else went into a mixture is not to blame. A step that was
    taken back is walked all the same, so that what it led to is seen and not lost; what was reached by such
    ways alone does not stand. What ends in waste is reached, and nothing behind it is. Steps that go round
    end: each thing is visited once.
    """
    every, known = list(begun), list(steps)
    sure = _walked(every, _onward(step for step in known if step.stands))
    return {
        node: Reached(sure.get(node, away), node in sure)
        for node, away in _walked(every, _onward(known)).items()
    }


def _onward(steps: Iterable[Step]) -> Onward:
    found: dict[Node, list[Node]] = {}
    for step in steps:
        found.setdefault(step.source, []).append(step.target)
    return found


def _walked(begun: Iterable[Node], onward: Onward) -> dict[Node, int]:
    away = dict.fromkeys(begun, 0)
    waiting = deque(away)
    while waiting:
        here = waiting.popleft()
        for target in onward.get(here, ()):
            if target not in away:
                away[target] = away[here] + 1
                waiting.append(target)
    return away
