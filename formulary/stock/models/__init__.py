"""Places, lots, vials, the ledger of movements, balances, holds, reservations, deliveries, prices,
temperatures.
"""

from formulary.stock.models.holds import Hold, Reservation
from formulary.stock.models.ledger import HASH_VERSION, HASHED, Balance, Discrepancy, Movement, movement_hash
from formulary.stock.models.lots import Lot, Vial, measured_in
from formulary.stock.models.places import BY_VIAL, GUARDED, PLACE_KINDS, Delivery, Place, Price
from formulary.stock.models.temperature import TemperatureEvent, TemperatureReading

__all__ = [
    "BY_VIAL",
    "GUARDED",
    "HASHED",
    "HASH_VERSION",
    "PLACE_KINDS",
    "Balance",
    "Delivery",
    "Discrepancy",
    "Hold",
    "Lot",
    "Movement",
    "Place",
    "Price",
    "Reservation",
    "TemperatureEvent",
    "TemperatureReading",
    "Vial",
    "measured_in",
    "movement_hash",
]
