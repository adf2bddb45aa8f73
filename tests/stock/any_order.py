"""What there is in a clinic where anything may happen in any order, and one act of one person in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from hypothesis.stateful import RuleBasedStateMachine

from formulary import clock
from formulary.accounts import Actor, Forbidden
from formulary.db import Missing, db, transaction
from formulary.rules.findings import Refused
from formulary.stock import queries
from formulary.stock.models import Balance, Lot, Place, Transfer, Vial

DONE: Counter[str] = Counter()
"""How often each act was done and refused: a run that only refuses proves nothing."""


def one_of(rows: Sequence[Any], number: int) -> Any:
    """One of these, chosen by a number; Missing where there is none."""
    if not rows:
        raise Missing("nothing to choose from")
    return rows[number % len(rows)]


def balances(lot: Lot) -> None:
    """What came of a lot is accounted for to the last step, and nothing of it is less than nothing."""
    sheet = queries.balance_sheet(lot.id)
    assert sheet.received + sheet.found - sheet.accounted - sheet.unaccounted == 0
    assert min([0, *sheet.wasted.values(), *sheet.at_place.values(), sheet.in_preparation]) == 0


class There(RuleBasedStateMachine):
    """The lots, vials, shelves and boxes of this sequence, and who does something with them."""

    first: int
    sites: list[int]
    people: list[Actor]
    products: list[int]

    def lots(self, product: int | None = None) -> list[Lot]:
        query = db.select(Lot).where(Lot.id > self.first, Lot.product_id.in_(self.products))
        query = query if product is None else query.where(Lot.product_id == product)
        return list(db.session.scalars(query.order_by(Lot.id)))

    def vials(self, state: str = "open", site: int | None = None) -> list[Vial]:
        query = db.select(Vial).where(Vial.lot_id.in_([lot.id for lot in self.lots()]), Vial.state == state)
        query = query if site is None else query.where(Vial.site_id == site)
        return list(db.session.scalars(query.order_by(Vial.id)))

    def lying(self, by: Actor, *kinds: str) -> list[tuple[Lot, Place, int]]:
        """Sealed stock at the site of a person: lot, place, steps."""
        query = db.select(Lot, Place, Balance.quantity).join(Balance, Balance.lot_id == Lot.id)
        query = query.join(Place, Place.id == Balance.place_id).where(Place.site_id == by.site_id)
        query = query.where(Place.kind.in_(kinds), Balance.vial_id.is_(None), Balance.quantity > 0)
        query = query.where(Lot.id > self.first).order_by(Balance.id)
        return [(row[0], row[1], row[2]) for row in db.session.execute(query)]

    def transfers(self, *states: str) -> list[Transfer]:
        query = db.select(Transfer).where(Transfer.state.in_(states)).order_by(Transfer.id)
        return list(db.session.scalars(query))

    def here(self, by: Actor, kind: str) -> Place:
        return queries.place(by.site_id, kind)

    def act(self, who: int, what: Callable[[Actor], object]) -> None:
        """One act of one person; a refusal is an answer, anything else a fault of ours."""
        by = self.people[who % len(self.people)]
        name = what.__qualname__.split(".")[1]
        try:
            with transaction():
                what(by)
            DONE[name] += 1
        except (Refused, Missing, Forbidden):
            DONE[f"{name} refused"] += 1
            db.session.rollback()

    def now(self, by: Actor) -> dict[str, Any]:
        return {"at": clock.now(), "by": by}

    def other(self, by: Actor) -> int:
        return next(site for site in self.sites if site != by.site_id)
