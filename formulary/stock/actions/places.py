"""Places: the standing ones that every site needs, and the shelves that a clinic adds."""

from datetime import datetime

from formulary.accounts import Actor, Permission
from formulary.accounts.actions import at_opening
from formulary.accounts.models import Site
from formulary.audit import record
from formulary.db import db, once
from formulary.stock import queries
from formulary.stock.labels import refusals
from formulary.stock.models import Place, WasteStream

STANDING = {
    "supplier": "Suppliers",
    "storage": "Shelf",
    "quarantine": "Quarantine",
    "in_use": "In use",
    "preparation": "Preparation",
    "in_transit": "In transit",
    "patient": "Patients",
    "patch_test": "Patch tests",
    "waste": "Waste",
    "returned": "Returned",
    "destroyed": "Destroyed",
    "lost_or_found": "Lost or found",
}
BINS = {
    "Sharps": "Needles, syringes with their needle, opened ampoules.",
    "Pharmaceutical waste": "Medicines, and what is left of them.",
}
"""What a clinic usually keeps; what the law where it works asks of each is not known here: it enters that."""
ADDED = ("storage", "quarantine", "in_use", "preparation")


@at_opening
def furnish(site: Site, *, at: datetime, by: Actor) -> list[Place]:
    """Give a new site one place of every kind and its bins; the site's own audit entry tells of it."""
    made = [Place(site_id=site.id, kind=kind, name=name) for kind, name in STANDING.items()]
    db.session.add_all(made)
    db.session.add_all(WasteStream(site_id=site.id, name=name, goes_in=what) for name, what in BINS.items())
    db.session.flush()
    return made


@once
def add_place(site_id: int, *, kind: str, name: str, at: datetime, by: Actor, temperature: str = "") -> Place:
    """Add a shelf, a quarantine, a place for open vials or for preparing; refuses a name that is taken."""
    by.must(Permission.MANAGE_CLINIC)
    if kind not in ADDED:
        raise refusals.wrong_kind(name, "Every site has one place of this kind already.", "kind")
    _name_is_free(site_id, name)
    place = Place(site_id=site_id, kind=kind, name=name, temperature=temperature)
    db.session.add(place)
    db.session.flush()
    record(
        "stock.add_place", place, by=by, at=at, new={"name": name, "kind": kind, "temperature": temperature}
    )
    return place


@once
def change_place(
    place_id: int,
    *,
    name: str,
    temperature: str,
    is_active: bool,
    at: datetime,
    by: Actor,
    count_every: int | None = None,
) -> Place:
    """Rename a place, note its temperature and after how many days it is counted, close or open it again.

    Refuses to close the last place of its kind, and one that holds stock.
    """
    by.must(Permission.MANAGE_CLINIC)
    place = queries.place_by_id(place_id, by.site_id)
    _name_is_free(place.site_id, name, but=place.id)
    if place.is_active and not is_active:
        _may_close(place)
    new = {"name": name, "temperature": temperature, "is_active": is_active, "count_every": count_every}
    old = {what: getattr(place, what) for what in new}
    for what, value in new.items():
        setattr(place, what, value)
    record("stock.change_place", place, by=by, at=at, old=old, new=new)
    db.session.flush()
    return place


def _name_is_free(site_id: int, name: str, but: int | None = None) -> None:
    taken = db.session.scalar(db.select(Place.id).filter_by(site_id=site_id, name=name))
    if taken not in {None, but}:
        raise refusals.name_taken(name)


def _may_close(place: Place) -> None:
    if queries.contents(place_id=place.id):
        raise refusals.place_not_empty(place)
    if len(queries.places(place.site_id, [place.kind])) == 1:
        raise refusals.last_of_kind(place)
