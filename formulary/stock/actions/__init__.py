"""The only way to change stock: every act writes ledger rows, moves guarded balances and leaves one audit
entry.
"""

from formulary.stock.actions.arrivals import (
    foresees_arrivals,
    has_arrived,
    hears_of_serials,
    watches_arrivals,
    watches_serials,
)
from formulary.stock.actions.arriving import Arrived, receive_transfer
from formulary.stock.actions.assaying import assay_lot
from formulary.stock.actions.balances import lock
from formulary.stock.actions.bins import witnessed
from formulary.stock.actions.bringing import Opening, bring_lot, bring_lots, bring_stock
from formulary.stock.actions.closing import close_count
from formulary.stock.actions.codes import label_vials, learn_code
from formulary.stock.actions.correcting import correct_number
from formulary.stock.actions.counting import add_to_count, cancel_count, count_line, open_count
from formulary.stock.actions.disposing import add_stream, change_stream, dispose
from formulary.stock.actions.entries import Bin, Entry, Watched, Way
from formulary.stock.actions.excursions import decide_excursion, hold_inside, open_excursion
from formulary.stock.actions.holds import place_hold, release_hold, stop_lot
from formulary.stock.actions.ledger import post, reverse, stand_still, write
from formulary.stock.actions.loggers import look_at_file, record_file
from formulary.stock.actions.losing import come_after_all, find_again, lose
from formulary.stock.actions.moving import move_lot, move_vial
from formulary.stock.actions.orders import (
    NewLine,
    add_line,
    cancel_order,
    change_line,
    draft_order,
    drop_line,
    send_order,
)
from formulary.stock.actions.packing import pack_lot, pack_vial, take_out
from formulary.stock.actions.places import add_place, change_place, furnish
from formulary.stock.actions.pricing import record_price
from formulary.stock.actions.quarantine import release_lot
from formulary.stock.actions.reading import read_lot
from formulary.stock.actions.receiving import receive_lot
from formulary.stock.actions.reconstituting import reconstitute
from formulary.stock.actions.reservations import Pick, end_reservations, reserve
from formulary.stock.actions.returning import return_lot, return_vial
from formulary.stock.actions.sending import cancel_transfer, send_transfer
from formulary.stock.actions.shortfalls import Recorded, explain, find, make_up, record_shortfall
from formulary.stock.actions.suppliers import add_supplier, change_supplier, set_level
from formulary.stock.actions.taking import Taken, take
from formulary.stock.actions.temperature import correct_reading, record_reading, set_range
from formulary.stock.actions.undoing import undo, undoable_now
from formulary.stock.actions.vials import content_of, end_session, open_vial, where_is
from formulary.stock.actions.wasting import waste_lot, waste_vial

__all__ = [
    "Arrived",
    "Bin",
    "Entry",
    "NewLine",
    "Opening",
    "Pick",
    "Recorded",
    "Taken",
    "Watched",
    "Way",
    "add_line",
    "add_place",
    "add_stream",
    "add_supplier",
    "add_to_count",
    "assay_lot",
    "bring_lot",
    "bring_lots",
    "bring_stock",
    "cancel_count",
    "cancel_order",
    "cancel_transfer",
    "change_line",
    "change_place",
    "change_stream",
    "change_supplier",
    "close_count",
    "come_after_all",
    "content_of",
    "correct_number",
    "correct_reading",
    "count_line",
    "decide_excursion",
    "dispose",
    "draft_order",
    "drop_line",
    "end_reservations",
    "end_session",
    "explain",
    "find",
    "find_again",
    "foresees_arrivals",
    "furnish",
    "has_arrived",
    "hears_of_serials",
    "hold_inside",
    "label_vials",
    "learn_code",
    "lock",
    "look_at_file",
    "lose",
    "make_up",
    "move_lot",
    "move_vial",
    "open_count",
    "open_excursion",
    "open_vial",
    "pack_lot",
    "pack_vial",
    "place_hold",
    "post",
    "read_lot",
    "receive_lot",
    "receive_transfer",
    "reconstitute",
    "record_file",
    "record_price",
    "record_reading",
    "record_shortfall",
    "release_hold",
    "release_lot",
    "reserve",
    "return_lot",
    "return_vial",
    "reverse",
    "send_order",
    "send_transfer",
    "set_level",
    "set_range",
    "stand_still",
    "stop_lot",
    "take",
    "take_out",
    "undo",
    "undoable_now",
    "waste_lot",
    "waste_vial",
    "watches_arrivals",
    "watches_serials",
    "where_is",
    "witnessed",
    "write",
]
