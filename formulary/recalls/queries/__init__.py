"""Who was touched by a lot: finding lots, the ten buckets, the mass balance, at the cost of what is shown."""

from formulary.recalls.queries.answer import Held, Lookup, Pinning
from formulary.recalls.queries.flows import Flow, Flows, flows
from formulary.recalls.queries.given import Given, Reach, everybody, reach, received, received_page
from formulary.recalls.queries.lookup import cocktail_codes, look_up, look_up_lots
from formulary.recalls.queries.lots import Found, FoundLot, descendants, find_lots, lots_found
from formulary.recalls.queries.lying import Lying
from formulary.recalls.queries.patients import Known, known_patients
from formulary.recalls.queries.promised import Promised
from formulary.recalls.queries.standing import Standing, standing_holds
from formulary.recalls.queries.tested import Tested
from formulary.recalls.queries.under_way import UnderWay
from formulary.recalls.queries.unnoted import Unnoted, UnnotedUse, every_unnoted
from formulary.recalls.queries.warmth import Since, treated_since

__all__ = [
    "Flow",
    "Flows",
    "Found",
    "FoundLot",
    "Given",
    "Held",
    "Known",
    "Lookup",
    "Lying",
    "Pinning",
    "Promised",
    "Reach",
    "Since",
    "Standing",
    "Tested",
    "UnderWay",
    "Unnoted",
    "UnnotedUse",
    "cocktail_codes",
    "descendants",
    "every_unnoted",
    "everybody",
    "find_lots",
    "flows",
    "known_patients",
    "look_up",
    "look_up_lots",
    "lots_found",
    "reach",
    "received",
    "received_page",
    "standing_holds",
    "treated_since",
]
