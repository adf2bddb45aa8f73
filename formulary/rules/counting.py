"""When a counted quantity is so far from the expected one that another person counts it again."""

from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Tolerated:
    """How far a count may be off: a share of what is expected, whole containers, steps of an open vial.

    Each is None where the site has not decided it.
    """

    share: Fraction | None = None
    containers: int | None = None
    volume: int | None = None


def is_above(expected: int, found: int, tolerated: Tolerated, own_limit: int | None) -> bool:
    """Whether the difference of two quantities in steps exceeds what the site tolerates.

    `own_limit` is the absolute limit of this line in its own steps (see `own_limit`). Of the limits that
    are decided any may be exceeded; where none is, every difference is above the limit.
    """
    difference = abs(found - expected)
    share = None if tolerated.share is None else tolerated.share * expected
    limits = [limit for limit in (share, own_limit) if limit is not None]
    return difference > 0 and (not limits or any(difference > limit for limit in limits))


def own_limit(tolerated: Tolerated, *, container: int | None, is_volume: bool, is_vial: bool) -> int | None:
    """The absolute limit of one line in its steps, None where none is decided for its kind.

    Sealed stock is limited in containers (`container` is what one holds, None while unknown), an open vial
    in the volume left in it; a powder without its diluent has no volume.
    """
    if is_vial:
        return tolerated.volume if is_volume else None
    if tolerated.containers is None or container is None:
        return None
    return tolerated.containers * container
