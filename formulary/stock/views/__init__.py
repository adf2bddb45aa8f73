"""The pages of stock."""

from formulary.stock.views import discrepancies, holds, lots, places, receiving, shelf, vials
from formulary.stock.views.room import bp

__all__ = ["bp", "discrepancies", "holds", "lots", "places", "receiving", "shelf", "vials"]
