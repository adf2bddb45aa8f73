"""What of the sealed stock in quarantine arrived damaged, by the ledger."""

from formulary.db import db
from formulary.stock.models import Movement
from formulary.stock.queries.balances import contents
from formulary.stock.queries.places import places


def damaged_at(lot_id: int, place_id: int) -> int:
    """How much of the sealed stock of a lot in a quarantine arrived damaged, in its steps.

    What left for another reason than a release of sound goods (wasted, returned) is taken for the damaged.
    """
    ends = db.or_(Movement.from_place_id == place_id, Movement.to_place_id == place_id)
    query = db.select(Movement).filter_by(lot_id=lot_id, vial_id=None).where(ends).order_by(Movement.id)
    damaged = came = 0
    for row in db.session.scalars(query):
        is_in = row.to_place_id == place_id
        if is_in and row.reason == "damaged":
            damaged, came = damaged + row.quantity, came + row.quantity
        elif is_in and row.reverses_id is not None and row.reason != "released":
            damaged = min(came, damaged + row.quantity)
        elif not is_in and row.reason != "released":
            damaged = max(0, damaged - row.quantity)
    lies = sum(c.quantity for c in contents(lot_id=lot_id, place_id=place_id) if c.vial_id is None)
    return min(damaged, lies)


def damaged_here(lot_id: int, site_id: int) -> int:
    """The same for all the quarantines of a site."""
    return sum(damaged_at(lot_id, place.id) for place in places(site_id, ["quarantine"]))
