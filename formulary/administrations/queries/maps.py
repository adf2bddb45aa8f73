"""The pictures on which points are drawn: versioned files with their regions, `templates/maps/face-1.svg`.

A picture is never changed: a better one is the next version, and a session keeps the one it was drawn on. How
much of a body it shows (`data-width-mm`) is a nominal scale to lay out a grid by, and measures no patient.
"""

import re
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from xml.etree.ElementTree import Element, parse

from formulary.administrations.models import Administration
from formulary.config import templates_folder
from formulary.db import Missing
from formulary.rules.injecting import WHOLE, Region, regions_named
from formulary.rules.units import Quantity

NAMES = ("face", "neck", "scalp", "hands", "abdomen", "thighs")
FILE = re.compile(r"([a-z]+)-([1-9][0-9]*)")


@dataclass(frozen=True)
class Picture:
    """One version of a picture: its frame, what it shows, and its regions; the file draws it."""

    name: str
    version: int
    title: str
    view: str
    frame: tuple[int, int]
    width: Quantity
    regions: tuple[Region, ...]

    @property
    def template(self) -> str:
        """The file that draws it."""
        return f"maps/{self.name}-{self.version}.svg"

    def step(self, apart: Quantity) -> tuple[Fraction, Fraction]:
        """How far points so far apart lie from one another on it, across and down, in our hundredths."""
        across = WHOLE * (apart / self.width)
        return across, across * Fraction(*self.frame)

    def region(self, area: str) -> Region | None:
        """The region of an area, where it has one."""
        return regions_named(self.regions, area)


@cache
def pictures() -> tuple[Picture, ...]:
    """Every version of every picture, by name in the order of the body, the newest first."""
    files = [path for path in (templates_folder() / "maps").glob("*.svg") if FILE.fullmatch(path.stem)]
    found = [_picture(path.stem, parse(path).getroot()) for path in files]  # noqa: S314 - our own file
    return tuple(sorted(found, key=lambda picture: (NAMES.index(picture.name), -picture.version)))


def latest() -> tuple[Picture, ...]:
    """The newest version of each picture."""
    return tuple(next(p for p in pictures() if p.name == name) for name in NAMES)


def picture(name: str, version: int) -> Picture:
    """One version of a picture; Missing where there is none."""
    found = next((p for p in pictures() if (p.name, p.version) == (name, version)), None)
    if found is None:
        raise Missing(f"No picture {name} {version}")
    return found


def picture_for(session: Administration, name: str) -> Picture:
    """The picture that a session is drawn on: the version it began with, else the newest; Missing."""
    kept = next((site.map_version for site in session.sites if site.map == name), None)
    found = next((p for p in pictures() if p.name == name and kept in (None, p.version)), None)
    if found is None:
        raise Missing(f"No picture {name}")
    return found


def pictures_of(session: Administration) -> tuple[Picture, ...]:
    """The six pictures of a session, each in the version that it keeps."""
    return tuple(picture_for(session, name) for name in NAMES)


def _picture(stem: str, root: Element) -> Picture:
    name, _, version = stem.partition("-")
    width, height = (int(text) for text in root.attrib["viewBox"].split()[2:])
    ellipses = [e for e in root.iter() if "data-area" in e.attrib]
    return Picture(
        name=name,
        version=int(version),
        title=root.attrib["data-title"],
        view=root.attrib["data-view"],
        frame=(width, height),
        width=Quantity.of(root.attrib["data-width-mm"], "mm"),
        regions=tuple(_region(e, width, height) for e in ellipses),
    )


def _region(ellipse: Element, width: int, height: int) -> Region:
    at = {name: int(ellipse.attrib[name]) * WHOLE for name in ("cx", "cy", "rx", "ry")}
    return Region(
        ellipse.attrib["data-area"],
        at["cx"] // width,
        at["cy"] // height,
        at["rx"] // width,
        at["ry"] // height,
        is_whole="data-whole" in ellipse.attrib,
    )
