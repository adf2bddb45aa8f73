"""Acts of a count, each in a transaction of its own."""

from __future__ import annotations

from datetime import date
from typing import Any

from formulary import clock
from formulary.accounts import actions as accounts
from formulary.db import transaction
from formulary.rules.units import Quantity
from formulary.stock import actions as stock
from formulary.stock import queries
from formulary.stock.models import CountEntry, CountLine, Lot, StockCount, Vial
from formulary.stock.queries import Looked
from tests.support.builders import the_place, the_site
from tests.support.world import Cast


def sheet(*kinds: str, who: str = "technician", **more: Any) -> StockCount:
    """A count of the site's places of these kinds, the shelf unless told otherwise."""
    with transaction():
        places = [the_place(kind).id for kind in kinds or ("storage",)]
        return stock.open_count(the_site().id, places, **_by(who) | more)


def lines(count: StockCount) -> list[Looked]:
    """Its lines as they are now."""
    return queries.count_lines(count.id)


def line(count: StockCount, about: Lot | Vial) -> Looked:
    """The line about a sealed lot or an open vial."""
    return next(
        one
        for one in lines(count)
        if (
            one.row.vial_id == about.id
            if isinstance(about, Vial)
            else (one.row.lot_id, one.vial) == (about.id, None)
        )
    )


def counted(
    count: StockCount, about: Lot | Vial, containers: int | None = None, who: str = "technician", **more: Any
) -> CountEntry:
    """Somebody answers for a line; `left="2 mL"` is what is left in a vial, `outcome` another answer."""
    left = more.pop("left", None)
    part = Quantity.of(*left.split(" ")) if left else None
    given = {"outcome": "counted", "containers": containers, "part": part} | _by(who) | more
    with transaction():
        found = line(count, about)
        return stock.count_line(found.row.id, count.id, **given)


def added(count: StockCount, who: str = "technician", **more: Any) -> CountLine:
    """What no line expects, found on the shelf."""
    with transaction():
        return stock.add_to_count(count.id, **{"place_id": the_place().id} | _by(who) | more)


def closed(count: StockCount, who: str = "pharmacist", **more: Any) -> StockCount:
    """The count, closed with a reason."""
    with transaction():
        return stock.close_count(count.id, **{"reason": "counted in daylight"} | _by(who) | more)


def cancelled(count: StockCount, reason: str = "the fridge broke", who: str = "technician") -> StockCount:
    """The count, ended without a movement."""
    with transaction():
        return stock.cancel_count(count.id, reason=reason, **_by(who))


def tolerating(**parts: str) -> None:
    """What the site decides on differences: share="0.1", containers="1", volume="0.2"."""
    given = {"edition": "SOP 4", "source": "", "valid_from": date(2026, 1, 1)} | _by("admin")
    with transaction():
        accounts.set_policy(the_site().id, "count_variance", parts, **given)


def _by(who: str) -> dict[str, Any]:
    return {"at": clock.now(), "by": Cast().actor(who)}
