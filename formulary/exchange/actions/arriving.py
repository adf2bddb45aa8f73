"""What deliveries and opening stock have in common: a lot, its expiry, a place, held against what enters."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime

from formulary.catalogue.models import Product
from formulary.db import db
from formulary.exchange.actions.cells import read_lot, read_ware
from formulary.exchange.actions.looking import Cells
from formulary.exchange.actions.lots import Lots
from formulary.exchange.queries import Ware, Wares, corrected_lots, places_here
from formulary.stock.actions.entering import Printed, known_lot, may_enter
from formulary.stock.models import Lot, Place
from formulary.web.tables import BadCell, read_printed_expiry, read_yes


@dataclass(frozen=True)
class Goods:
    """What a row says lies, or came, at a place.

    `aside` are the lots that merely had its number, where it says that it is another one.
    """

    ware: Ware
    number: str
    expires_on: date
    place: Place
    another: bool
    known: Lot | None
    aside: tuple[Lot, ...] = ()

    def known_again(self, holds: Callable[[Lot], bool]) -> bool:
        """Whether its lot holds this very row already; BadCell where one does that it says is another."""
        for lot in filter(holds, self.aside):
            why = f"This row is on record of lot {lot.number}, which had the number {self.number} then."
            raise BadCell(why, "Take the row out, and receive by hand what is another lot.")
        return self.known is not None and holds(self.known)


class Entrance:
    """The door that rows of one list go through."""

    def __init__(self, site_id: int, kinds: tuple[str, ...], at: datetime) -> None:
        """Read the catalogue's names and the places."""
        self.wares, self.places, self.at = Wares(), places_here(site_id, kinds), at
        self._lots, self._had = Lots(), dict[tuple[int, str, date], tuple[Lot, ...]]()

    def goods(self, cells: Cells) -> Goods | None:
        """What a row says, as receiving by hand would take it; None where it is bad. A number that was
        corrected since is told as it is now.
        """
        ware = read_ware(cells, self.wares)
        place = cells.must("place", self._place)
        number, expires_on = cells.must("lot", read_lot), cells.must("expiry", read_printed_expiry)
        another = bool(cells.read("another lot", read_yes))
        if not (ware and place and number and expires_on):
            return None
        goods = Goods(ware, number, expires_on, place, another, None)
        return cells.of("lot", lambda: self._entering(goods, cells.row.line))

    def _place(self, text: str) -> Place:
        found = self.places.get(text.casefold())
        if found is None:
            names = ", ".join(place.name for place in self.places.values())
            raise BadCell("There is no such place here.", f"Write one of these: {names}.")
        return found

    def _entering(self, goods: Goods, line: int) -> Goods:
        ware, number, on = goods.ware, goods.number, goods.expires_on
        printed = Printed(db.session.get_one(Product, ware.id), "", number, on)
        may_enter(printed, goods.place, self.at, {})
        had = self._had_it(ware.id, number, on)
        printed = replace(printed, number=number if goods.another else _number_now(number, had))
        self._lots.find(ware.id, printed.number, on, line=line, another=goods.another)
        known = known_lot(printed, goods.another)
        return replace(goods, number=printed.number, known=known, aside=had if goods.another else ())

    def _had_it(self, product_id: int, number: str, on: date) -> tuple[Lot, ...]:
        """The lots that were on record under this number until it was corrected, where none has it now."""
        key = (product_id, number, on)
        if key not in self._had:
            self._had[key] = tuple(corrected_lots(*key))
        return self._had[key]


def _number_now(number: str, had: tuple[Lot, ...]) -> str:
    """The number that a lot was given since it was on record under this one."""
    if len(had) > 1:
        told = ", ".join(lot.number for lot in had)
        remedy = f"Write the one that it has now: {told}. Or write yes under “another lot”."
        raise BadCell("More than one lot had this number until it was corrected.", remedy)
    return had[0].number if had else number
