"""Who was touched by a lot: finding lots, the ten buckets, the mass balance; every answer costs what it
shows.
"""

from formulary.recalls.queries.balance import MassBalance, mass_balance
from formulary.recalls.queries.buckets import PAGE, Answer, answer, received
from formulary.recalls.queries.lookup import Lookup, look_up, look_up_lot
from formulary.recalls.queries.lots import Found, FoundLot, descendants, find_lots, one_lot

__all__ = [
    "PAGE",
    "Answer",
    "Found",
    "FoundLot",
    "Lookup",
    "MassBalance",
    "answer",
    "descendants",
    "find_lots",
    "look_up",
    "look_up_lot",
    "mass_balance",
    "one_lot",
    "received",
]
