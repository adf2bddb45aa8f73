"""The only way to get a row of stock: places and vials of one's site, lots of the whole organisation."""

from formulary.stock.queries.balances import (
    Content,
    by_site,
    contents,
    locked_quantity,
    mixture_left,
    moved_since,
    volume_left,
)
from formulary.stock.queries.beside import never_beside
from formulary.stock.queries.discrepancies import (
    MOST_DISCREPANCIES,
    Unfit,
    discrepancies,
    discrepancy,
    open_discrepancies,
)
from formulary.stock.queries.holds import (
    Holds,
    Stopped,
    hold,
    holds_about,
    open_holds,
    touched_by,
    what_stops,
)
from formulary.stock.queries.lots import is_named, lot, lots_of, lots_with_number, may_dissolve, similar_lots
from formulary.stock.queries.movements import (
    deliveries,
    last_receipt,
    lots_by_id,
    milestones,
    movements_of_lot,
    movements_of_vial,
    places_by_id,
    vials_by_id,
)
from formulary.stock.queries.places import place, place_by_id, place_code, places, standing_place
from formulary.stock.queries.prices import Paid, Prices, Receipt, prices, receipt, receipts
from formulary.stock.queries.sheet import BalanceSheet, balance_sheet
from formulary.stock.queries.shelf import LIES_AT, Asked, shelf
from formulary.stock.queries.vials import has_used, labelled_vials, open_vials, vial, vial_by_code

__all__ = [
    "LIES_AT",
    "MOST_DISCREPANCIES",
    "Asked",
    "BalanceSheet",
    "Content",
    "Holds",
    "Paid",
    "Prices",
    "Receipt",
    "Stopped",
    "Unfit",
    "balance_sheet",
    "by_site",
    "contents",
    "deliveries",
    "discrepancies",
    "discrepancy",
    "has_used",
    "hold",
    "holds_about",
    "is_named",
    "labelled_vials",
    "last_receipt",
    "locked_quantity",
    "lot",
    "lots_by_id",
    "lots_of",
    "lots_with_number",
    "may_dissolve",
    "milestones",
    "mixture_left",
    "moved_since",
    "movements_of_lot",
    "movements_of_vial",
    "never_beside",
    "open_discrepancies",
    "open_holds",
    "open_vials",
    "place",
    "place_by_id",
    "place_code",
    "places",
    "places_by_id",
    "prices",
    "receipt",
    "receipts",
    "shelf",
    "similar_lots",
    "standing_place",
    "touched_by",
    "vial",
    "vial_by_code",
    "vials_by_id",
    "volume_left",
    "what_stops",
]
