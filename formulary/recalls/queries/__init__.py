"""Who was touched by a lot: finding lots, the ten buckets, the mass balance, at the cost of what is shown."""

from formulary.recalls.queries.answer import Held, Lookup, Pinning
from formulary.recalls.queries.cases import (
    VIEWED,
    CaseHold,
    CaseLot,
    case,
    case_holds,
    case_lot,
    case_lots,
    cases,
    events,
    explanations,
    last_event,
    lots_in,
    never_held,
    not_held,
    open_cases_of,
    products,
    scope_of,
    stopped,
    to_hold,
    views_of,
)
from formulary.recalls.queries.drills import Drill, drill, drills, uses_by_lot
from formulary.recalls.queries.flows import Flow, Flows, flows
from formulary.recalls.queries.given import Given, Reach, everybody, reach, received, received_page
from formulary.recalls.queries.listing import (
    Difference,
    Use,
    difference,
    every_listed,
    list_hash,
    listed,
    lots_by_key,
    uses_of,
)
from formulary.recalls.queries.lookup import cocktail_codes, look_up, look_up_lots
from formulary.recalls.queries.lots import Found, FoundLot, descendants, find_lots, lots_found
from formulary.recalls.queries.lying import Lying
from formulary.recalls.queries.patients import Known, known_patients
from formulary.recalls.queries.promised import Promised
from formulary.recalls.queries.reaching import (
    Effect,
    Reachable,
    contacts,
    effect,
    one_reachable,
    phones,
    reachable,
)
from formulary.recalls.queries.scope import Scope, covered
from formulary.recalls.queries.standing import Standing, standing_holds
from formulary.recalls.queries.sums import CaseSheet, sheet_of
from formulary.recalls.queries.tested import Tested
from formulary.recalls.queries.under_way import UnderWay
from formulary.recalls.queries.unnoted import Unnoted, UnnotedUse, every_unnoted
from formulary.recalls.queries.warmth import Since, treated_since

__all__ = [
    "VIEWED",
    "CaseHold",
    "CaseLot",
    "CaseSheet",
    "Difference",
    "Drill",
    "Effect",
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
    "Reachable",
    "Scope",
    "Since",
    "Standing",
    "Tested",
    "UnderWay",
    "Unnoted",
    "UnnotedUse",
    "Use",
    "case",
    "case_holds",
    "case_lot",
    "case_lots",
    "cases",
    "cocktail_codes",
    "contacts",
    "covered",
    "descendants",
    "difference",
    "drill",
    "drills",
    "effect",
    "events",
    "every_listed",
    "every_unnoted",
    "everybody",
    "explanations",
    "find_lots",
    "flows",
    "known_patients",
    "last_event",
    "list_hash",
    "listed",
    "look_up",
    "look_up_lots",
    "lots_by_key",
    "lots_found",
    "lots_in",
    "never_held",
    "not_held",
    "one_reachable",
    "open_cases_of",
    "phones",
    "products",
    "reach",
    "reachable",
    "received",
    "received_page",
    "scope_of",
    "sheet_of",
    "standing_holds",
    "stopped",
    "to_hold",
    "treated_since",
    "uses_by_lot",
    "uses_of",
    "views_of",
]
