"""Recording where it went: areas with so many points, points on a picture, and what was done against pain."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from formulary.accounts import Actor, Permission
from formulary.administrations import queries
from formulary.administrations.models import Administration, InjectionPoint, InjectionSite
from formulary.audit import record
from formulary.db import db, once
from formulary.rules import injecting
from formulary.rules.findings import refuse
from formulary.rules.injecting import Spot
from formulary.rules.units import Quantity, show, unit


@dataclass(frozen=True)
class How:
    """How the points of a site were given; empty or None where nobody said."""

    layer: str = ""
    depth: Quantity | None = None
    depth_why: str = ""
    angle: str = ""
    device: str = ""
    gauge: int | None = None
    technique: str = ""


NOTHING_SAID = How()
LONGEST_WHY = 200


@dataclass(frozen=True)
class Laid:
    """So many points of so much in an area, laid out in a grid where it was said how far apart they are."""

    area: str
    points: int
    per_point: Quantity
    spacing: Quantity | None = None


@dataclass(frozen=True)
class Placed:
    """One point on a picture, in hundredths of a percent, and what it was given."""

    spot: Spot
    volume: Quantity


@dataclass(frozen=True)
class Site:
    """What one row says: points of the same volume in the same area, and where they lie, if that is known."""

    laid: Laid
    picture: queries.Picture | None = None
    spots: Sequence[Spot] = field(default=())


@once
def add_points(
    administration_id: int,
    *,
    laid: Laid | None = None,
    placed: Sequence[Placed] = (),
    picture: str = "",
    how: How = NOTHING_SAID,
    paused_why: str = "",
    at: datetime,
    by: Actor,
) -> Administration:
    """Record points: of a whole area, one by one on a picture, or both at once.

    A point on a picture belongs to the nearest region; those of the same area and volume become one site.
    Refused for a depth that nobody explains, a gauge without a needle, points beside the figure, and while
    the session is paused without a word on why (`paused_why`): it is then marked as recorded in a pause.
    """
    session = under_way(administration_id, by)
    _is_sound(how)
    why = _during_a_pause(session, paused_why)
    sites = [*([_grid(session, laid)] if laid else []), *_on_picture(session, picture, placed)]
    if not sites:
        reason, remedy = (
            "No point was named.",
            "Choose an area and say how many, or put points on the picture.",
        )
        raise refuse("site.empty", "points", reason, remedy, field="points")
    for site in sites:
        _add(session, site, how, paused_why=why, at=at, by=by)
    return session


@once
def add_site(
    administration_id: int,
    *,
    area: str,
    points: int,
    per_point: Quantity,
    paused_why: str = "",
    at: datetime,
    by: Actor,
) -> InjectionSite:
    """Record so many points of so much in one area, and no more than that; in a pause with the reason."""
    session = under_way(administration_id, by)
    why = _during_a_pause(session, paused_why)
    return _add(session, Site(Laid(area, points, per_point)), NOTHING_SAID, paused_why=why, at=at, by=by)


def write_site(session: Administration, laid: Laid, how: How, *, at: datetime, by: Actor) -> InjectionSite:
    """Where some of it went, of a session that is over, as paper tells it; Refused as `add_points` does."""
    _is_sound(how)
    return _add(session, Site(laid), how, paused_why="", at=at, by=by)


@once
def remove_site(administration_id: int, number: int, *, at: datetime, by: Actor) -> Administration:
    """Take back a site that was entered by mistake, while the session is under way."""
    session = under_way(administration_id, by)
    site = next((s for s in session.sites if s.number == number), None)
    if site is None:
        raise refuse("site.gone", "this site", "It was taken back already.", "Look at the list as it is now.")
    old = _told(site)
    db.session.delete(site)
    db.session.flush()
    db.session.expire(session, ["sites"])
    record("administrations.remove_site", session, by=by, at=at, old=old)
    return session


@once
def note_anaesthetic(
    administration_id: int,
    *,
    kind: str,
    what: str = "",
    put_on_at: datetime | None = None,
    at: datetime,
    by: Actor,
) -> Administration:
    """Say what was done against the pain, and since when; said again, it replaces what was said before.

    Refused for an instant that is still to come.
    """
    session = under_way(administration_id, by)
    if put_on_at is not None and put_on_at > at:
        reason, remedy = "This instant is still to come.", "Say when it was put on."
        raise refuse("anaesthetic.ahead", "anaesthetic", reason, remedy, field="put_on_at")
    old = {"anaesthetic": session.anaesthetic, "what": session.anaesthetic_what}
    session.anaesthetic, session.anaesthetic_what = kind, what
    session.anaesthetic_at = put_on_at
    new = {"anaesthetic": kind, "what": what, "at": put_on_at.isoformat() if put_on_at else None}
    record("administrations.note_anaesthetic", session, by=by, at=at, old=old, new=new)
    return session


def under_way(administration_id: int, by: Actor) -> Administration:
    """A session that is not closed, locked; refused once it is."""
    by.must(Permission.ADMINISTER)
    session = queries.locked(administration_id, by)
    if session.state != "started":
        raise refuse(
            "administration.closed",
            "this session",
            "This session is closed, here or on another page; its record stands.",
            "Load the page again to see how it was closed.",
        )
    return session


def _during_a_pause(session: Administration, why: str) -> str:
    """Why something is recorded in a pause: refused without a word; empty where there is no pause."""
    if session.pause is None:
        return ""
    if not why.strip():
        reason = "The session is paused: label, patient and checks were not asked for what is recorded now."
        remedy = "Go on with the session first; or say why it is recorded now, and it is marked so."
        raise refuse("site.during_a_pause", "these points", reason, remedy, field="paused_why")
    return why.strip()[:LONGEST_WHY]


def _is_sound(how: How) -> None:
    if how.gauge is not None and how.device == "needle_free":
        reason, remedy = (
            "A needle-free device has no needle.",
            "Leave the gauge empty, or choose another device.",
        )
        raise refuse("needle.none", "gauge", reason, remedy, field="gauge")
    if how.depth is not None and not injecting.is_expected(how.depth) and not how.depth_why.strip():
        least, most = (show(q, unit("mm")) for q in (injecting.LEAST_DEPTH, injecting.MOST_DEPTH))
        reason = f"{show(how.depth, unit('mm'))} is not within the {least} to {most} expected here."
        remedy = "Correct the depth, or say why it was this one."
        raise refuse("depth.unusual", "depth", reason, remedy, field="depth_why")


def _grid(session: Administration, laid: Laid) -> Site:
    """A site of one area, with its points on the picture of that area where their distance was said."""
    for picture in queries.pictures_of(session):
        region = picture.region(laid.area)
        if region is not None and laid.spacing is not None:
            return Site(laid, picture, injecting.grid(region, laid.points, picture.step(laid.spacing)))
    return Site(laid)


def _on_picture(session: Administration, name: str, placed: Sequence[Placed]) -> list[Site]:
    if not placed:
        return []
    picture = queries.picture_for(session, name)
    together: dict[tuple[str, Quantity], list[Spot]] = {}
    for number, point in enumerate(placed, 1):
        area = injecting.area_at(picture.regions, point.spot)
        if area is None:
            reason = f"Point {number} lies beside the figure."
            raise refuse(
                "point.beside", "point", reason, "Take it back, or put it where it went.", field="placed"
            )
        together.setdefault((area, point.volume), []).append(point.spot)
    return [
        Site(Laid(area, len(spots), volume), picture, spots) for (area, volume), spots in together.items()
    ]


def _add(
    session: Administration, site: Site, how: How, *, paused_why: str, at: datetime, by: Actor
) -> InjectionSite:
    laid, picture = site.laid, site.picture
    row = InjectionSite(
        administration_id=session.id,
        number=max((s.number for s in session.sites), default=0) + 1,
        area=laid.area,
        points=laid.points,
        per_point=laid.per_point.whole(),
        layer=how.layer,
        depth=how.depth.whole() if how.depth is not None else None,
        depth_why=how.depth_why,
        angle=how.angle,
        device=how.device,
        gauge=how.gauge,
        technique=how.technique,
        map=picture.name if picture else "",
        map_version=picture.version if picture else None,
        spacing=laid.spacing.whole() if laid.spacing is not None else None,
        paused_why=paused_why,
        recorded_at=at,
        by_id=by.person_id,
        spots=[InjectionPoint(number=n, x=x, y=y) for n, (x, y) in enumerate(site.spots, 1)],
    )
    session.sites.append(row)
    db.session.flush()
    record("administrations.add_site", session, by=by, at=at, new=_told(row))
    return row


def _told(site: InjectionSite) -> dict[str, object]:
    """What the trail keeps of a site."""
    told: dict[str, object] = {"area": site.area, "points": site.points, "per_point_nL": site.per_point}
    if site.map:
        told |= {"map": f"{site.map}-{site.map_version}", "spots": [[spot.x, spot.y] for spot in site.spots]}
    how = ("layer", "depth", "depth_why", "angle", "device", "gauge", "technique", "paused_why")
    return told | {name: getattr(site, name) for name in how if getattr(site, name)}
