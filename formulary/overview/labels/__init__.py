"""What the overview says: needs in order, headings, the board of open vials, the expiry horizon."""

from formulary.overview.labels.board import Around, Board, VialLine, board
from formulary.overview.labels.chart import Chart, chart
from formulary.overview.labels.day import Day, FollowUp, Reading
from formulary.overview.labels.digest import ROLE_WORDS, Digest, digest
from formulary.overview.labels.doses import DoseLine, dose_lines, dose_picture
from formulary.overview.labels.formulas import VersionRow, older, version_rows
from formulary.overview.labels.horizon import HORIZON, Lapse, Lapses, lapses
from formulary.overview.labels.horizon_picture import Horizon, horizon
from formulary.overview.labels.need import Need
from formulary.overview.labels.needs import needs
from formulary.overview.labels.today import Today, ToDo, heading, today

__all__ = [
    "HORIZON",
    "ROLE_WORDS",
    "Around",
    "Board",
    "Chart",
    "Day",
    "Digest",
    "DoseLine",
    "FollowUp",
    "Horizon",
    "Lapse",
    "Lapses",
    "Need",
    "Reading",
    "ToDo",
    "Today",
    "VersionRow",
    "VialLine",
    "board",
    "chart",
    "digest",
    "dose_lines",
    "dose_picture",
    "heading",
    "horizon",
    "lapses",
    "needs",
    "older",
    "today",
    "version_rows",
]
