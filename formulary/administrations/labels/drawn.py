"""The points of a session on its pictures, as circles for the page, and what is still to be said of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from formulary.administrations import queries
from formulary.administrations.models import Administration, InjectionSite
from formulary.administrations.queries import Picture
from formulary.rules.injecting import WHOLE
from formulary.rules.units import VOLUME, Quantity, show
from formulary.web.svg import px
from formulary.web.words import plural


@dataclass(frozen=True)
class Dot:
    """One point where it is drawn, and what it was given."""

    x: str
    y: str
    words: str


@dataclass(frozen=True)
class Drawn:
    """A picture with the points of a session; `desc` says in words what it shows."""

    picture: Picture
    dots: list[Dot]
    desc: str

    @property
    def box(self) -> str:
        """The frame of the picture."""
        return f"0 0 {self.picture.frame[0]} {self.picture.frame[1]}"

    @property
    def title(self) -> str:
        """What it is, and in which version."""
        return f"{self.picture.title} {self.picture.view}, picture version {self.picture.version}"


def drawn(row: Administration, name: str, mark: str) -> Drawn:
    """One picture of a session, in the version that the session keeps; Missing for a name of none."""
    picture = queries.picture_for(row, name)
    sites = [site for site in row.sites if site.map == name and site.spots]
    dots = [_dot(picture, spot.x, spot.y, site, mark) for site in sites for spot in site.spots]
    return Drawn(picture, dots, _desc(sites, mark))


def all_drawn(row: Administration, mark: str) -> list[Drawn]:
    """Every picture of a session that has points."""
    names = {site.map for site in row.sites if site.spots}
    return [drawn(row, name, mark) for name in queries.NAMES if name in names]


def shown_first(row: Administration, wanted: str) -> str:
    """The picture that the page begins with: the one asked for, else the last drawn on, else the face."""
    latest = next((site.map for site in reversed(row.sites) if site.map), "")
    return next(name for name in (wanted, latest, "face") if name in queries.NAMES)


def _dot(picture: Picture, x: int, y: int, site: InjectionSite, mark: str) -> Dot:
    wide, high = picture.frame
    volume = show(Quantity(site.per_point, VOLUME), mark=mark)
    return Dot(px(Fraction(x * wide, WHOLE)), px(Fraction(y * high, WHOLE)), f"{site.area}: {volume}")


def _desc(sites: Sequence[InjectionSite], mark: str) -> str:
    if not sites:
        return "No point is drawn on it yet."
    areas: dict[str, tuple[int, int]] = {}
    for site in sites:
        points, volume = areas.get(site.area, (0, 0))
        areas[site.area] = points + site.points, volume + site.volume
    parts = [
        f"{area} {plural(points, 'point')}, {show(Quantity(volume, VOLUME), mark=mark)}"
        for area, (points, volume) in areas.items()
    ]
    return f"{'; '.join(parts)}."
