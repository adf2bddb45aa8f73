"""Where and with what one injects: regions of a picture, points laid out in a grid, needles, expected depths.

A coordinate is in hundredths of a percent of the picture's width or height, counted from its upper left.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import isqrt

from formulary.rules.units import Quantity

WHOLE = 10_000
"""The far edge of a picture: 100 %."""
BESIDE = 4
"""The square of how many radii away from the nearest region a point lies beside the figure."""
CLOSER = Fraction(9, 10)
ROOMY, THOUSAND = Fraction(2, 3), 1000
"""Twice the ellipse, its pi taken for three, that so many points would fill; radii in thousandths."""
THIN_FROM = 27
"""House wording, no limit: the higher the number of a gauge, the thinner the needle."""
LEAST_GAUGE, MOST_GAUGE = 14, 36
LEAST_DEPTH, MOST_DEPTH = Quantity.of("1", "mm"), Quantity.of("4", "mm")
"""What the articles tell of (S0 by goal, S3 by condition); any other depth is asked about, none refused."""


@dataclass(frozen=True, slots=True)
class Region:
    """An ellipse of a picture with the name of its area: centre and radii in hundredths of a percent.

    A whole region (the abdomen) may be filled by a grid; a point belongs to one of the parts in it.
    """

    area: str
    x: int
    y: int
    rx: int
    ry: int
    is_whole: bool = False

    def far(self, x: Fraction | int, y: Fraction | int) -> Fraction:
        """The square of the distance from the centre, in its own radii: 1 is the edge."""
        return Fraction(x - self.x) ** 2 / self.rx**2 + Fraction(y - self.y) ** 2 / self.ry**2


Spot = tuple[int, int]


def area_at(regions: Iterable[Region], spot: Spot) -> str | None:
    """The area that a point belongs to: the nearest, by its own size; None beside the figure."""
    parts = [region for region in regions if not region.is_whole]
    found = min(parts, key=lambda region: region.far(*spot), default=None)
    return found.area if found is not None and found.far(*spot) <= BESIDE else None


def grid(region: Region, count: int, step: tuple[Fraction, Fraction]) -> tuple[Spot, ...]:
    """So many points in rows round the centre of a region, `step` apart across and down, top row first.

    Where the region as drawn has no room for them they are drawn closer together, evenly.
    """
    if count < 1 or min(step) <= 0:
        raise ValueError(f"{count} points {step} apart cannot be laid out")
    across, down = step
    while len(spots := _enough(region, count, across, down)) < count:
        across, down = across * CLOSER, down * CLOSER
    nearest = sorted(spots, key=lambda spot: (region.far(*spot), spot[1], spot[0]))[:count]
    return tuple(sorted(((int(x), int(y)) for x, y in nearest), key=lambda spot: (spot[1], spot[0])))


def _enough(region: Region, count: int, across: Fraction, down: Fraction) -> list[tuple[Fraction, Fraction]]:
    """The crossings among which the nearest are: those near the centre, or all where these are too few."""
    share = ROOMY * count * across * down / (region.rx * region.ry)
    near = Fraction(isqrt(int(share * THOUSAND**2)) + 1, THOUSAND)
    found = _lattice(region, across, down, near) if near < 1 else []
    return found if len(found) >= count else _lattice(region, across, down)


def _lattice(
    region: Region, across: Fraction, down: Fraction, reach: Fraction = Fraction(1)
) -> list[tuple[Fraction, Fraction]]:
    """The crossings of a lattice through the centre that lie in the picture, and in the region, or in so much
    of its radii round the centre.
    """
    columns, rows = int(region.rx * reach / across), int(region.ry * reach / down)
    crossings = [
        (region.x + across * column, region.y + down * row)
        for row in range(-rows, rows + 1)
        for column in range(-columns, columns + 1)
    ]
    edge = reach**2
    return [at for at in crossings if region.far(*at) <= edge and min(at) >= 0 and max(at) <= WHOLE]


def gauge_word(gauge: int) -> str:
    """Whether a needle of this gauge is thin or thick: "thin" from 27 on."""
    return "thin" if gauge >= THIN_FROM else "thick"


def is_expected(depth: Quantity) -> bool:
    """Whether a depth is one of those the articles tell of: 1 to 4 mm."""
    return LEAST_DEPTH <= depth <= MOST_DEPTH


def regions_named(regions: Sequence[Region], area: str) -> Region | None:
    """The region of an area, where the picture has one."""
    return next((region for region in regions if region.area == area), None)
