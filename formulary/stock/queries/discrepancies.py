"""What happened and did not fit the ledger, until somebody has explained it."""

from dataclasses import dataclass
from datetime import datetime

from formulary.accounts.models import Person
from formulary.db import Missing, db
from formulary.stock.models import Discrepancy, Lot, Movement, Place

MOST_DISCREPANCIES = 100


@dataclass(frozen=True)
class Unfit:
    """A discrepancy with its lot, where it was found and who recorded it.

    `came`: more was there than on record, so that it came from lost-or-found; otherwise it was missing.
    """

    row: Discrepancy
    lot: Lot
    place: str
    by: str
    at: datetime
    came: bool


_CAME = (Movement.to_place_id == Discrepancy.place_id).label("came")


def discrepancies(site_id: int, *, explained: bool = False) -> list[Unfit]:
    """Those of the site that are open, the oldest first; or the last that were explained."""
    query = _of_site(site_id).where(Discrepancy.explained_at.is_not(None) == explained)
    order = Discrepancy.explained_at.desc() if explained else Discrepancy.id
    return [Unfit(*row) for row in db.session.execute(query.order_by(order).limit(MOST_DISCREPANCIES))]


def open_discrepancies(site_id: int) -> int:
    """How many of the site nobody has explained."""
    rows = _of_site(site_id).where(Discrepancy.explained_at.is_(None)).with_only_columns(Discrepancy.id)
    return db.session.scalar(db.select(db.func.count()).select_from(rows.subquery())) or 0


def discrepancy(number: int, site_id: int) -> Unfit:
    """One of the site; Missing for another site's."""
    found = db.session.execute(_of_site(site_id).where(Discrepancy.id == number)).first()
    if found is None:
        raise Missing(f"No discrepancy {number}")
    return Unfit(*found)


def _of_site(site_id: int):  # type: ignore[no-untyped-def]
    query = db.select(Discrepancy, Lot, Place.name, Person.name, Movement.recorded_at, _CAME)
    query = query.join(Lot, Lot.id == Discrepancy.lot_id).join(Place, Place.id == Discrepancy.place_id)
    query = query.join(Movement, Movement.id == Discrepancy.movement_id)
    query = query.join(Person, Person.id == Movement.by_id)
    return query.where(Place.site_id == site_id)
