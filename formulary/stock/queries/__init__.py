"""The only way to get a row of stock: places and vials of one's site, lots of the whole organisation."""

from formulary.stock.queries.balances import (
    Content,
    contents,
    locked_quantity,
    mixture_left,
    moved_since,
    volume_left,
)
from formulary.stock.queries.holds import Holds, hold, holds_about, holds_on, lots_of_delivery, open_holds
from formulary.stock.queries.lots import lot, lots_of, lots_with_number, similar_lots
from formulary.stock.queries.places import place, place_by_id, places, standing_place
from formulary.stock.queries.sheet import BalanceSheet, balance_sheet, in_preparation
from formulary.stock.queries.vials import open_vials, vial, vial_by_code

__all__ = [
    "BalanceSheet",
    "Content",
    "Holds",
    "balance_sheet",
    "contents",
    "hold",
    "holds_about",
    "holds_on",
    "in_preparation",
    "locked_quantity",
    "lot",
    "lots_of",
    "lots_of_delivery",
    "lots_with_number",
    "mixture_left",
    "moved_since",
    "open_holds",
    "open_vials",
    "place",
    "place_by_id",
    "places",
    "similar_lots",
    "standing_place",
    "vial",
    "vial_by_code",
    "volume_left",
]
