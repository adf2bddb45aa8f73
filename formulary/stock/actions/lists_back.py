"""How a list that was brought in is put back: all that came with it, as it was recorded whole."""

from formulary.audit.models import AuditEntry
from formulary.db import db
from formulary.stock import queries
from formulary.stock.actions.putting_back import Undoing, put_back
from formulary.stock.models import Lot


def deliveries(acting: Undoing) -> None:
    """A list of deliveries: every receipt of it."""
    acting.with_it += queries.acts_of_list(acting.entry)
    put_back(acting, queries.movements_of_act(acting.entry))


def opening_stock(acting: Undoing) -> None:
    """A list of opening stock: nothing of it lies here any more, and an open vial of it holds nothing.

    A lot that was used up before and that the list brought back in quarantine is used up again.
    """
    put_back(acting, queries.movements_of_act(acting.entry))
    for lot in _woken(acting.entry):
        if lot.status == "quarantined" and not queries.contents(lot_id=lot.id):
            lot.status = "exhausted"


def _woken(entry: AuditEntry) -> list[Lot]:
    """The lots that stood as used up before the list and in quarantine after it, as its entry tells."""
    return [db.session.get_one(Lot, number) for number in entry.new.get("woken", ())]
