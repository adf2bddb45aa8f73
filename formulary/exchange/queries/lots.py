"""Lots on record by the numbers that a list gives, and those that a tired eye takes for them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from formulary.db import db
from formulary.rules.lot_status import near
from formulary.stock.models import Lot

MOST_ZEROS = 4


@dataclass(frozen=True, slots=True)
class KnownLot:
    """A lot on record, as far as a list can be held against it."""

    id: int
    product_id: int
    number: str
    normalised: str
    expires_on: date


def known_lots(product_ids: Collection[int], numbers: Collection[str]) -> list[KnownLot]:
    """The lots of these products whose number is one of these, or reads like it, zeros before it aside."""
    wanted = {alike for number in numbers for alike in _alike(near(number))}
    columns = (Lot.id, Lot.product_id, Lot.number, Lot.normalised, Lot.expires_on)
    query = db.select(*columns).where(Lot.near.in_(wanted), Lot.product_id.in_(product_ids))
    rows = db.session.execute(query.order_by(Lot.id)) if wanted else []
    return [KnownLot(*row) for row in rows]


def _alike(read: str) -> set[str]:
    bare = read.lstrip("0")
    return {read} | {"0" * count + bare for count in range(MOST_ZEROS + 1)} if bare.isdigit() else {read}
