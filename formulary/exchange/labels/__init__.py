"""The words of lists: their kinds and columns, the rows that cannot be taken, why a whole list is refused."""

from formulary.exchange.labels.documents import files, lines
from formulary.exchange.labels.kinds import DELIVERIES, HISTORY, KINDS, STOCK, Kind
from formulary.exchange.labels.refusals import changed_meanwhile, has_bad_rows, nothing_new
from formulary.exchange.labels.rows import BAD_HEADER, BadField, bad_cells, told

__all__ = [
    "BAD_HEADER",
    "DELIVERIES",
    "HISTORY",
    "KINDS",
    "STOCK",
    "BadField",
    "Kind",
    "bad_cells",
    "changed_meanwhile",
    "files",
    "has_bad_rows",
    "lines",
    "nothing_new",
    "told",
]
