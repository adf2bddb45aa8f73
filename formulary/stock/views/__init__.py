"""The pages of stock."""

from formulary.stock.views import (
    assays,
    count_lines,
    counts,
    discrepancies,
    disposal,
    excursions,
    holds,
    loggers,
    lots,
    places,
    prices,
    receiving,
    returns,
    shelf,
    temperature,
    transfers,
    vials,
)
from formulary.stock.views.room import bp

__all__ = [
    "assays",
    "bp",
    "count_lines",
    "counts",
    "discrepancies",
    "disposal",
    "excursions",
    "holds",
    "loggers",
    "lots",
    "places",
    "prices",
    "receiving",
    "returns",
    "shelf",
    "temperature",
    "transfers",
    "vials",
]
