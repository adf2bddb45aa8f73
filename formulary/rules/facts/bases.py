"""What a strength counts: salt, base or element, and how much of one holds how much of another."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Factor:
    """1 of basis `of` holds `parts` of basis `to`, by whose word: 4.40 mg of a zinc salt hold 1 mg of zinc.

    A basis is its words ("zinc", "zinc sulfate heptahydrate"); "" is not on record, and equals no other.
    """

    of: str
    to: str
    parts: Fraction
    source: str
