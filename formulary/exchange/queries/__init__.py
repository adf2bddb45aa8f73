"""What lists are read against: patients, products, lots, places; files that were brought."""

from formulary.exchange.queries.arrivals import openings_of, receipts_like
from formulary.exchange.queries.earlier import Earlier, earlier_records
from formulary.exchange.queries.files import file_of, recorded_before, recorded_files
from formulary.exchange.queries.lots import KnownLot, corrected_lots, known_lots
from formulary.exchange.queries.people import KnownPatient, patients_by_code, patients_called
from formulary.exchange.queries.wares import Ware, Wares, places_here

__all__ = [
    "Earlier",
    "KnownLot",
    "KnownPatient",
    "Ware",
    "Wares",
    "corrected_lots",
    "earlier_records",
    "file_of",
    "known_lots",
    "openings_of",
    "patients_by_code",
    "patients_called",
    "places_here",
    "receipts_like",
    "recorded_before",
    "recorded_files",
]
