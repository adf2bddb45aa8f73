"""The only way to get a row of stock: places and vials of one's site, lots of the whole organisation."""

from formulary.stock.queries.balances import (
    Content,
    by_site,
    contents,
    holds_sealed,
    locked_quantity,
    mixture_left,
    moved_since,
    volume_left,
)
from formulary.stock.queries.beside import never_beside
from formulary.stock.queries.counts import (
    Counting,
    Due,
    Looked,
    being_counted,
    count,
    count_line,
    count_lines,
    count_places,
    counts,
    due_for_count,
    lies_at,
)
from formulary.stock.queries.damaged import damaged_at, damaged_here
from formulary.stock.queries.discrepancies import (
    MOST_DISCREPANCIES,
    Unfit,
    discrepancies,
    discrepancy,
    open_discrepancies,
)
from formulary.stock.queries.disposal import (
    Thrown,
    destroyed_with,
    disposal,
    disposals,
    disposals_by_id,
    newest_waiting,
    stream,
    streams,
    waiting_rows,
    waiting_waste,
    wasted_since,
)
from formulary.stock.queries.excursions import (
    Inside,
    excursion_of,
    inside,
    is_held,
    source_of_holds,
    stretch_of,
)
from formulary.stock.queries.expected import (
    Difference,
    differences,
    last_movement,
    shows_differences,
    waiting_for_another,
)
from formulary.stock.queries.holds import (
    Holds,
    Stopped,
    hold,
    holds_about,
    holds_at,
    holds_on_formula,
    open_holds,
    touched_by,
    what_stops,
)
from formulary.stock.queries.levels import (
    Kept,
    kept_products,
    kept_with_minimum,
    level,
    levels,
    pack_levels,
    products_by_id,
)
from formulary.stock.queries.lots import (
    aliases_of,
    is_named,
    lot,
    lots_of,
    lots_with_number,
    may_dissolve,
    nears_of_lots,
    numbered,
    numbers_of_lots,
    reads_like,
    similar_lots,
)
from formulary.stock.queries.movements import (
    deliveries,
    last_receipt,
    lots_by_id,
    milestones,
    movements_of_lot,
    movements_of_vial,
    opened_for,
    places_by_id,
    vials_by_id,
)
from formulary.stock.queries.orders import (
    OnOrder,
    Order,
    Ordered,
    deliveries_of_line,
    on_order,
    order,
    order_changes,
    order_numbered,
    order_of_line,
    orders,
    orders_of,
    orders_to,
    overdue_orders,
)
from formulary.stock.queries.places import place, place_by_id, place_code, places, standing_place
from formulary.stock.queries.prices import Paid, Prices, Receipt, prices, receipt, receipts, that_came
from formulary.stock.queries.returns import (
    returns,
    returns_by_id,
    sent_with,
    supplier_return,
    undone_returns,
    went_back_with,
)
from formulary.stock.queries.sheet import BalanceSheet, balance_sheet
from formulary.stock.queries.shelf import LIES_AT, Asked, shelf
from formulary.stock.queries.suppliers import (
    Brought,
    Delivers,
    brought_by,
    called,
    delivering,
    supplier,
    supplier_named,
    suppliers,
    suppliers_by_id,
    took,
)
from formulary.stock.queries.supply import Supply, is_withdrawn
from formulary.stock.queries.temperature import (
    LOOK_BACK,
    corrected_among,
    curve_of,
    event,
    event_began,
    events_of,
    every,
    excursions_of,
    gap_events,
    gaps_around,
    is_superseded,
    last_reading,
    reading,
    readings_of,
    said_at,
    span_of_place,
)
from formulary.stock.queries.transfers import (
    AWAITED,
    Packed,
    awaited,
    awaited_by_product,
    ended_transfers,
    lines_of,
    other_sites,
    packed_in,
    packing,
    transfer,
    transfer_by_code,
    transfers,
    travels_in,
    under_way,
)
from formulary.stock.queries.undoing import (
    acts_about,
    acts_of_list,
    broken_by,
    counted_since,
    is_undone,
    keeps,
    kept_anew,
    last_act,
    lessened_by,
    looked_at_since,
    moved_after,
    movements_of_act,
    opening_of,
    own_act,
    since_of_lot,
    since_of_vials,
    undo_minutes,
    undone_lists,
)
from formulary.stock.queries.usage import Usage, usage
from formulary.stock.queries.vials import ON_ITS_WAY, has_used, labelled_vials, open_vials, vial, vial_by_code
from formulary.stock.queries.watched import (
    Watched,
    filled_gaps,
    is_open,
    is_to_be_decided,
    last_read,
    undecided_readings,
    watched_places,
)

__all__ = [
    "AWAITED", "LIES_AT", "LOOK_BACK", "MOST_DISCREPANCIES", "ON_ITS_WAY", "Asked", "BalanceSheet",
    "Brought", "Content", "Counting", "Delivers", "Difference", "Due", "Holds", "Inside", "Kept",
    "Looked", "OnOrder", "Order", "Ordered", "Packed", "Paid", "Prices", "Receipt", "Stopped", "Supply",
    "Thrown", "Unfit", "Usage", "Watched", "acts_about", "acts_of_list", "aliases_of", "awaited",
    "awaited_by_product", "balance_sheet", "being_counted", "broken_by", "brought_by", "by_site",
    "called", "contents", "corrected_among", "count", "count_line", "count_lines", "count_places",
    "counted_since", "counts", "curve_of", "damaged_at", "damaged_here", "deliveries",
    "deliveries_of_line", "delivering", "destroyed_with", "differences", "discrepancies", "discrepancy",
    "disposal", "disposals", "disposals_by_id", "due_for_count", "ended_transfers", "event",
    "event_began", "events_of", "every", "excursion_of", "excursions_of", "filled_gaps", "gap_events",
    "gaps_around", "has_used", "hold", "holds_about", "holds_at", "holds_on_formula", "holds_sealed",
    "inside", "is_held", "is_named", "is_open", "is_superseded", "is_to_be_decided", "is_undone",
    "is_withdrawn", "keeps", "kept_anew", "kept_products", "kept_with_minimum", "labelled_vials",
    "last_act", "last_movement", "last_read", "last_reading", "last_receipt", "lessened_by", "level",
    "levels", "lies_at", "lines_of", "locked_quantity", "looked_at_since", "lot", "lots_by_id",
    "lots_of", "lots_with_number", "may_dissolve", "milestones", "mixture_left", "moved_after",
    "moved_since", "movements_of_act", "movements_of_lot", "movements_of_vial", "nears_of_lots",
    "never_beside", "newest_waiting", "numbered", "numbers_of_lots", "on_order", "open_discrepancies",
    "open_holds", "open_vials", "opened_for", "opening_of", "order", "order_changes", "order_numbered",
    "order_of_line", "orders", "orders_of", "orders_to", "other_sites", "overdue_orders", "own_act",
    "pack_levels", "packed_in", "packing", "place", "place_by_id", "place_code", "places",
    "places_by_id", "prices", "products_by_id", "reading", "readings_of", "reads_like", "receipt",
    "receipts", "returns", "returns_by_id", "said_at", "sent_with", "shelf", "shows_differences",
    "similar_lots", "since_of_lot", "since_of_vials", "source_of_holds", "span_of_place",
    "standing_place", "stream", "streams", "stretch_of", "supplier", "supplier_named",
    "supplier_return", "suppliers", "suppliers_by_id", "that_came", "took", "touched_by", "transfer",
    "transfer_by_code", "transfers", "travels_in", "undecided_readings", "under_way", "undo_minutes",
    "undone_lists", "undone_returns", "usage", "vial", "vial_by_code", "vials_by_id", "volume_left",
    "waiting_for_another", "waiting_rows", "waiting_waste", "wasted_since", "watched_places",
    "went_back_with", "what_stops",
]  # fmt: skip
