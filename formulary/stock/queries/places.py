"""Places of a site."""

from collections.abc import Collection

from sqlalchemy import bindparam

from formulary.db import Missing, db, rows_of
from formulary.db.objects import columns, made
from formulary.stock.models import Place


def place(site_id: int, kind: str) -> Place:
    """The first active place of this kind at the site; Missing when the site was never furnished."""
    found = next((made(Place, row) for row in rows_of(FIRST, site=site_id, kind=kind)), None)
    if found is None:
        raise Missing(f"Site {site_id} has no place of kind {kind}")
    return found


FIRST = (
    db.select(*columns(Place))
    .where(Place.site_id == bindparam("site"), Place.kind == bindparam("kind"), Place.is_active.is_(True))
    .order_by(Place.id)
    .limit(1)
)
"""Made once: every movement asks it."""


def standing_place(like: Place, kind: str) -> Place:
    """The place of this kind at the same site."""
    return place(like.site_id, kind)


def place_by_id(place_id: int, site_id: int) -> Place:
    """One place of the site; Missing for another site's."""
    found = db.session.scalar(db.select(Place).filter_by(id=place_id, site_id=site_id))
    if found is None:
        raise Missing(f"No place {place_id}")
    return found


def place_code(place: Place) -> str:
    """What the label of a place says: S and its number."""
    return f"S-{place.id}"


def places(site_id: int, kinds: Collection[str] = (), *, inactive: bool = False) -> list[Place]:
    """Places of the site by name, of these kinds or all."""
    query = db.select(Place).filter_by(site_id=site_id).order_by(Place.name)
    if kinds:
        query = query.where(Place.kind.in_(kinds))
    if not inactive:
        query = query.where(Place.is_active)
    return list(db.session.scalars(query))
