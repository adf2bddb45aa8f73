"""The words of stock: reasons, places, states, documents, rows and sheets of pages, refusals."""

from formulary.stock.labels import count_refusals, order_refusals, own, purchases, refusals
from formulary.stock.labels.assays import label_strength, strength_of
from formulary.stock.labels.cards import VialCard, until_of, vial_card, vial_rows
from formulary.stock.labels.containers import container_count, container_word, content, stated_diluent
from formulary.stock.labels.corrections import Corrected, corrections_of
from formulary.stock.labels.counts import (
    OUTCOMES,
    CountRow,
    LineRow,
    amount,
    count_rows,
    difference_words,
    line_rows,
    place_words,
    sheet_code,
)
from formulary.stock.labels.disposal import (
    Certificate,
    FilledBin,
    certificates,
    filled_bins,
    thrown_lines,
    wastage,
)
from formulary.stock.labels.documents import Named, document_names, names_documents
from formulary.stock.labels.prices import CameLine, Worth, came_lines, left_worth, money_of
from formulary.stock.labels.returns import Returned, returned
from formulary.stock.labels.rows import SHELF_HEADER, Moved, OnShelf, moved, on_shelf, shelf_cells, shelf_rows
from formulary.stock.labels.sheet import Line, Sheet, sheet
from formulary.stock.labels.states import Told, state_of, state_of_lot
from formulary.stock.labels.story import Event, HoldLine, hold_lines, stopped_words, story
from formulary.stock.labels.supply import SupplyRow, counted, on_order_words, packs_of, supply_row
from formulary.stock.labels.transfers import Box, BoxLine, boxes, containers_left
from formulary.stock.labels.words import (
    PLACE_KINDS,
    REASONS,
    REASONS_FOR,
    WASTE_REASONS,
    reason_words,
    reasons_for,
)

__all__ = [
    "OUTCOMES",
    "PLACE_KINDS",
    "REASONS",
    "REASONS_FOR",
    "SHELF_HEADER",
    "WASTE_REASONS",
    "Box",
    "BoxLine",
    "CameLine",
    "Certificate",
    "Corrected",
    "CountRow",
    "Event",
    "FilledBin",
    "HoldLine",
    "Line",
    "LineRow",
    "Moved",
    "Named",
    "OnShelf",
    "Returned",
    "Sheet",
    "SupplyRow",
    "Told",
    "VialCard",
    "Worth",
    "amount",
    "boxes",
    "came_lines",
    "certificates",
    "container_count",
    "container_word",
    "containers_left",
    "content",
    "corrections_of",
    "count_refusals",
    "count_rows",
    "counted",
    "difference_words",
    "document_names",
    "filled_bins",
    "hold_lines",
    "label_strength",
    "left_worth",
    "line_rows",
    "money_of",
    "moved",
    "names_documents",
    "on_order_words",
    "on_shelf",
    "order_refusals",
    "own",
    "packs_of",
    "place_words",
    "purchases",
    "reason_words",
    "reasons_for",
    "refusals",
    "returned",
    "sheet",
    "sheet_code",
    "shelf_cells",
    "shelf_rows",
    "state_of",
    "state_of_lot",
    "stated_diluent",
    "stopped_words",
    "story",
    "strength_of",
    "supply_row",
    "thrown_lines",
    "until_of",
    "vial_card",
    "vial_rows",
    "wastage",
]
