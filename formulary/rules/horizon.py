"""What of each batch will be used before it lapses, and what will be lost, at a steady use a day."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Batch:
    """So many steps of one product that may be used for so many days more (0 or less: it has lapsed)."""

    left: Fraction
    keeps: Fraction


@dataclass(frozen=True, slots=True)
class Projected:
    """What will be used and lost of a batch, and in how many days the last of it is used.

    `used` and `lost` sum to what is left. All three are None where the use is not known; `ends` is None also
    where nothing of it will be used.
    """

    used: Fraction | None
    lost: Fraction | None
    ends: Fraction | None

    @property
    def is_known(self) -> bool:
        """Whether anybody can say."""
        return self.lost is not None


def project(batches: Sequence[Batch], per_day: Fraction | None) -> tuple[Projected, ...]:
    """What becomes of batches that are used up one after the other, in this order, `per_day` steps a day.

    What has lapsed is lost, whatever is used; of the others nobody can say while the use is not known.
    Raises ValueError for a use below nothing.
    """
    if per_day is not None and per_day < 0:
        raise ValueError("Nothing is used backwards")
    found, now = [], Fraction(0)
    for batch in batches:
        one = _one(batch, per_day, now)
        now = now if one.ends is None else one.ends
        found.append(one)
    return tuple(found)


def _one(batch: Batch, per_day: Fraction | None, now: Fraction) -> Projected:
    if batch.keeps <= 0 or batch.left <= 0:
        return Projected(Fraction(0), max(batch.left, Fraction(0)), None)
    if per_day is None:
        return Projected(None, None, None)
    used = min(batch.left, per_day * max(batch.keeps - now, Fraction(0)))
    ends = now + used / per_day if used else None
    return Projected(used, batch.left - used, ends)
