"""What a recall answer shows: figures, lists, balance sheets and a picture, in words."""

from formulary.recalls.labels import case_words, hooks
from formulary.recalls.labels.because import because
from formulary.recalls.labels.case_told import VERBS, CaseTold, case_told
from formulary.recalls.labels.graph import Graph, graph
from formulary.recalls.labels.letters import Letter, letters
from formulary.recalls.labels.listed import (
    COUNTS_ALONE,
    LISTED,
    ListedLine,
    listed_lines,
    listed_rows,
    watermark,
)
from formulary.recalls.labels.lists import Listing, PatientLine, PlaceLine, together
from formulary.recalls.labels.report import Report, report
from formulary.recalls.labels.sheet import Sheet, SheetLine, sheets
from formulary.recalls.labels.tiles import Tile, is_held, tiles
from formulary.recalls.labels.told import Told, told
from formulary.recalls.labels.whole import COLUMNS, holds_told, movements_told, numbers_told
from formulary.recalls.labels.words import (
    AFTERWARDS,
    BALANCE,
    BUCKETS,
    GRADES,
    HEADINGS,
    bucket_words,
    earlier_words,
)
from formulary.recalls.labels.worklist import WorkLine, worklist

__all__ = [
    "AFTERWARDS",
    "BALANCE",
    "BUCKETS",
    "COLUMNS",
    "COUNTS_ALONE",
    "GRADES",
    "HEADINGS",
    "LISTED",
    "VERBS",
    "CaseTold",
    "Graph",
    "Letter",
    "ListedLine",
    "Listing",
    "PatientLine",
    "PlaceLine",
    "Report",
    "Sheet",
    "SheetLine",
    "Tile",
    "Told",
    "WorkLine",
    "because",
    "bucket_words",
    "case_told",
    "case_words",
    "earlier_words",
    "graph",
    "holds_told",
    "hooks",
    "is_held",
    "letters",
    "listed_lines",
    "listed_rows",
    "movements_told",
    "numbers_told",
    "report",
    "sheets",
    "tiles",
    "together",
    "told",
    "watermark",
    "worklist",
]
