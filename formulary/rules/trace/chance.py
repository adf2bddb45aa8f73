"""Drawing a lot for a drill: the more it was used, the likelier."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction


def drawn(uses: Mapping[int, int], chance: Fraction) -> int:
    """The key that chance, from 0 up to but not 1, falls on; where nothing was used all are alike.

    Raises ValueError where there is nothing to draw from, or chance is none.
    """
    if not uses or not 0 <= chance < 1:
        raise ValueError("Nothing to draw from, or no chance")
    weights = dict(sorted(uses.items())) if any(uses.values()) else dict.fromkeys(sorted(uses), 1)
    left = chance * sum(weights.values())
    for key, weight in weights.items():
        if left < weight:
            return key
        left -= weight
    raise AssertionError("chance is below 1")
