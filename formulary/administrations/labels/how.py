"""The words of how points are given, and of what is done against pain: the articles' own, none a limit."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from formulary.administrations import queries
from formulary.administrations.models import Administration, InjectionSite
from formulary.rules.injecting import gauge_word
from formulary.rules.units import LENGTH, VOLUME, Quantity, show, unit
from formulary.web import site, words

LAYER = {
    "epidermis": "Epidermis (superficial)",
    "dermis": "Dermis (intradermal)",
    "subcutis": "Under the skin (subcutaneous)",
    "muscle": "Muscle",
}
ANGLE = {"vertical": "Vertical", "angled": "Angled", "flat": "Flat, almost along the skin"}
DEVICE = {"syringe": "Syringe", "meso_gun": "Meso gun", "pen": "Pen", "needle_free": "Needle-free"}
TECHNIQUES = ("Point by point", "Papule", "Nappage", "Linear")
ANAESTHETIC = {
    "none": "None",
    "cream": "Cream",
    "injected": "Injected",
    "cooling": "Cooling",
    "other": "Something else",
}
ACTS_AFTER = {"cream": timedelta(minutes=20)}
"""How long before the session it is put on. Source: S1 of the articles, "cream 20 min before"."""


@dataclass(frozen=True)
class Numb:
    """What was done against the pain: the state that is drawn, and its words."""

    state: str
    words: str


def areas() -> list[str]:
    """Every area of the newest pictures, in their order."""
    return [region.area for picture in queries.latest() for region in picture.regions]


def gauge(number: int) -> str:
    """A gauge with its word, so that nobody takes the larger number for the larger needle: 30G (thin)."""
    return f"{number}G ({gauge_word(number)})"


def how(row: InjectionSite, mark: str) -> str:
    """How the points of a site were given, as far as it was said."""
    depth = show(Quantity(row.depth, LENGTH), unit("mm"), mark) if row.depth else ""
    apart = show(Quantity(row.spacing, LENGTH), unit("mm"), mark) if row.spacing else ""
    said = (
        row.layer,
        f"{depth} ({row.depth_why})" if row.depth_why and depth else depth,
        row.angle,
        DEVICE.get(row.device, "").lower(),
        gauge(row.gauge) if row.gauge else "",
        row.technique.lower(),
        f"{apart} apart" if apart else "",
    )
    return ", ".join(part for part in said if part)


def numb(row: Administration, at: datetime) -> Numb:
    """What was done against the pain, and whether a cream has had the time that the articles give it."""
    if not row.anaesthetic:
        return Numb("unknown", "not said")
    named = " ".join(part for part in (ANAESTHETIC[row.anaesthetic].lower(), row.anaesthetic_what) if part)
    if row.anaesthetic_at is None:
        return Numb("unknown" if row.anaesthetic in ACTS_AFTER else "info", named)
    since = f"{named} since {words.clock_time(row.anaesthetic_at, site.zone())}"
    until = row.anaesthetic_at + ACTS_AFTER.get(row.anaesthetic, timedelta(0))
    if until > (row.closed_at or at):
        return Numb("warn", f"{since}: wait until {words.clock_time(until, site.zone())}")
    return Numb("pass", since)


def as_before(row: Administration) -> dict[str, object]:
    """How the last points of a session were given, as the form for the next ones begins."""
    if not row.sites:
        return {}
    last = row.sites[-1]
    said: dict[str, object] = {
        name: getattr(last, name) for name in ("layer", "depth_why", "angle", "device", "technique")
    }
    told = {"gauge": str(last.gauge) if last.gauge else "", "per_point": Quantity(last.per_point, VOLUME)}
    return said | told | {"depth": Quantity(last.depth, LENGTH) if last.depth else None}
