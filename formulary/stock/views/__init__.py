"""The pages of stock."""

from formulary.stock.views import (
    assays,
    discrepancies,
    holds,
    lots,
    places,
    prices,
    receiving,
    shelf,
    temperature,
    vials,
)
from formulary.stock.views.room import bp

__all__ = [
    "assays",
    "bp",
    "discrepancies",
    "holds",
    "lots",
    "places",
    "prices",
    "receiving",
    "shelf",
    "temperature",
    "vials",
]
