"""How a list that was brought in is put back: all that came with it, as it was recorded whole."""

from collections.abc import Iterable

from formulary.db import db
from formulary.stock import queries
from formulary.stock.actions.putting_back import Undoing, put_back
from formulary.stock.models import Lot, Movement


def deliveries(acting: Undoing) -> None:
    """A list of deliveries: every receipt of it."""
    acting.with_it += queries.acts_of_list(acting.entry)
    put_back(acting, queries.movements_of_act(acting.entry))


def opening_stock(acting: Undoing) -> None:
    """A list of opening stock: nothing of it lies here any more, and an open vial of it holds nothing.

    A lot that was used up before and came back in quarantine is used up again.
    """
    rows = queries.movements_of_act(acting.entry)
    put_back(acting, rows)
    for lot in _lots(rows):
        is_older = lot.created_at < acting.entry.at
        if lot.status == "quarantined" and is_older and not queries.contents(lot_id=lot.id):
            lot.status = "exhausted"


def _lots(rows: Iterable[Movement]) -> list[Lot]:
    return [db.session.get_one(Lot, number) for number in sorted({row.lot_id for row in rows})]
