"""Lots on record by the numbers that a list gives, and those that a tired eye takes for them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from formulary.db import db
from formulary.rules.lot_status import near, normalise
from formulary.stock import queries as stock
from formulary.stock.models import Lot, LotAlias

MOST_ZEROS = 4


@dataclass(frozen=True, slots=True)
class KnownLot:
    """A lot on record, as far as a list can be held against it.

    `normalised` is of the number by which it was found: the one it has, or one that was corrected since.
    """

    id: int
    product_id: int
    number: str
    normalised: str
    expires_on: date


def known_lots(product_ids: Collection[int], numbers: Collection[str]) -> list[KnownLot]:
    """The lots of these products whose number is one of these, or reads like it, zeros before it aside; also
    by numbers that they had until each was corrected, once for each.
    """
    wanted = {alike for number in numbers for alike in _alike(near(number))}
    of_them = Lot.product_id.in_(product_ids)
    now = _rows(Lot.normalised).where(Lot.near.in_(wanted), of_them)
    then = _rows(LotAlias.normalised).join(LotAlias, LotAlias.lot_id == Lot.id)
    then = then.where(LotAlias.near.in_(wanted), of_them)
    rows = db.session.execute(now.union_all(then)).all() if wanted else ()
    return [KnownLot(*row) for row in sorted(tuple(row) for row in rows)]


def corrected_lots(product_id: int, number: str, expires_on: date) -> list[Lot]:
    """The lots with this expiry that had this number until it was corrected; none where one has it now."""
    lots = [lot for lot in stock.lots_with_number(number, product_id) if lot.expires_on == expires_on]
    return [] if any(lot.normalised == normalise(number) for lot in lots) else lots


def _rows(found_by: Any) -> Any:
    return db.select(Lot.id, Lot.product_id, Lot.number, found_by, Lot.expires_on)


def _alike(read: str) -> set[str]:
    bare = read.lstrip("0")
    return {read} | {"0" * count + bare for count in range(MOST_ZEROS + 1)} if bare.isdigit() else {read}
