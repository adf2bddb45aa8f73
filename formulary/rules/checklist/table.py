"""Every check, in order, on one page: the list a pharmacist reviews.

Stages: D draft, S sign, V verify, C claim, P each draw, F final check of what was drawn, A administer. A
draft stops nobody, and shows what signing would. Level is what a finding does: INFO shows, WARN asks a
reason, STOP a second person, BLOCK nobody passes; a function may answer with another one. Unknown is
what an answer counts as that nobody knows (None: as its level). A second line names the function, and by
whose word the rule holds; rules without a function are asked by the act itself, with the facts of that
act.
"""

from __future__ import annotations

from types import MappingProxyType

from formulary.rules.checklist import (
    arithmetic,
    bases,
    concentrations,
    conditions,
    credentials,
    doses,
    estimates,
    excipients,
    exposure,
    formula,
    intervals,
    measuring,
    medicines,
    mixtures,
    patients,
    products,
    shelf,
    sites,
    skin,
    usual,
    weight,
)
from formulary.rules.checklist.rule import Rule
from formulary.rules.findings import Level, Stage

INFO, WARN, STOP, BLOCK = Level.INFO, Level.WARN, Level.STOP, Level.BLOCK
BLOCK_AT_A = MappingProxyType({Stage.ADMINISTER: BLOCK})
BLOCK_AT_C = MappingProxyType({Stage.CLAIM: BLOCK})

RULE_SET = "2026-11.9"
"""The version of the list as a whole; it changes with any rule, and makes every older report stale."""

# fmt: off
RULES: tuple[Rule, ...] = (
    #    id    v  asks                                                 stages            level  unknown
    Rule("U1", 1, "Dose in the ingredient's own units",                "D S V",          BLOCK, None,
         arithmetic.dimensions,          "no general conversion between mass, IU and units of activity"),
    Rule("U2", 1, "Number and unit cannot be misread",                 "D S V",          BLOCK, None,
         arithmetic.numbers,             "ISMP list of error-prone designations, 2021"),
    Rule("U3", 1, "Not ten times the usual dose, nor a tenth of it",   "D S",            WARN,  INFO,
         usual.order_of_magnitude,       "the clinic's own median of the ingredient"),
    Rule("U4", 1, "Salt, base and element are kept apart",             "D S V F",        STOP,  STOP,
         bases.kept_apart,               "the labels, and the factors on record with their sources"),
    Rule("C2", 1, "The lines fit the volume",                          "D S V F",        BLOCK, None,
         arithmetic.volumes,             "arithmetic"),
    Rule("C3", 1, "Nothing mixed or given against its label",          "D S V F",        BLOCK, STOP,
         mixtures.never_mixed,           "label of the product"),
    Rule("C4", 2, "The lines go together, two by two",                 "D S V F",        BLOCK, WARN,
         mixtures.pairs,                 "compatibility table"),
    Rule("C5", 2, "Its pH and osmolality, as far as can be estimated", "D S V F",        WARN,  INFO,
         estimates.estimates,            "compatibility table, rows about the whole mixture; labels"),
    Rule("C6", 3, "Preservatives and buffers in all",                  "D S P F",        STOP,  WARN,
         excipients.sums,                "excipients on the labels"),
    Rule("C7", 1, "No more products than the category of the site",    "D S V P",        STOP,  None,
         products.within_category,       "preparation category of the site; compatibility table"),
    Rule("D1", 3, "Not above the most one session may hold",           "D S V F",        STOP,  STOP,
         doses.doses,                    "label limit of the same route"),
    Rule("D2", 1, "Not below the least that has an effect",            "D S",            WARN,  INFO,
         usual.minimum,                  "label of the same route"),
    Rule("D3", 3, "Not above a limit with what was given before",      "D S F A",        STOP,  STOP,
         exposure.cumulative,            "label limit of the same route, and the patient's account"),
    Rule("D4", 2, "Not above the most at one point or in one area",    "D S A",          STOP,  WARN,
         sites.places,                   "label limit of the same route"),
    Rule("D5", 1, "Weighed of late, where a limit is by weight",       "D S",            STOP,  STOP,
         weight.by_weight,               "policy of the site; label limit of the same route"),
    Rule("C1", 1, "Not above the highest concentration",               "D S V F",        STOP,  STOP,
         concentrations.concentrations,  "label limit of the same route"),
    Rule("A1", 1, "Not allergic to anything in it",                    "D S V P A",      STOP,  None,
         patients.allergies,             "the patient's allergies, and the excipients on the labels"),
    Rule("A2", 1, "Not allergic to a relative of anything in it",      "D S",            STOP,  None,
         patients.relatives,             "groups with cross-reactivity on record"),
    Rule("A3", 1, "Allergies were asked for, lately",                  "D S A",          STOP,  None,
         patients.allergies_asked,       "policy of the site"),
    Rule("A4", 2, "No condition or medicine speaks against it",        "D S A",          STOP,  STOP,
         conditions.contraindications,   "labels and articles, row by row; policy of the site"),
    Rule("A5", 2, "What is to be left off was left off long enough",   "D S A",          WARN,  WARN,
         medicines.washed_out,           "articles for patients, row by row; policy of the site"),
    Rule("T1", 1, "Patch test done, concluded and still valid",        "D S C A",        STOP,  STOP,
         skin.tested,                    "policy of the site; ICDRG readings at 48 h and 72 to 96 h"),
    Rule("T2", 1, "No positive patch test",                            "D S C A",        BLOCK, None,
         skin.not_positive,              "ICDRG scale"),
    Rule("T3", 1, "No doubtful or unread patch test",                  "D S C A",        STOP,  None,
         skin.not_doubtful,              "ICDRG scale"),
    Rule("P1", 1, "Consent in the current version",                    "D S A",          WARN,  None,
         patients.consent,               "policy of the site", BLOCK_AT_A),
    Rule("P2", 2, "Long enough after the last session",                "D S A",          STOP,  STOP,
         intervals.interval,             "schedule of the label"),
    Rule("P3", 1, "Whoever acts is entitled to it",                    "D S C A",        BLOCK, BLOCK,
         credentials.entitled,           "credentials recorded by an administrator"),
    Rule("B1", 1, "Given before its beyond-use time",                  "P F A",          BLOCK, BLOCK,
         shelf.beyond_use,               "USP <797>, 2023: the time by which administration begins"),
    Rule("L1", 1, "No lot or vial expired or beyond use",              "C F A",          BLOCK, BLOCK,
         shelf.in_date,                  "printed expiry, through that day in the site's zone"),
    Rule("L2", 2, "No lot or vial on hold or in quarantine",           "D S C F A",      BLOCK, None,
         shelf.not_held,                 "holds and recalls"),
    Rule("L3", 1, "The vial scanned is the one meant",                 "P",              BLOCK, None,
         None,                           "GS1 General Specifications: GTIN, lot, expiry", act="check_scan"),
    Rule("L4", 1, "The vial scanned holds what is drawn",              "P",              BLOCK, None,
         None,                           "ledger", act="check_draw"),
    Rule("L5", 1, "What keeps shortest is drawn from first",           "P",              WARN,  None,
         None,                           "first expired, first out; open first", act="check_passed_over"),
    Rule("L6", 1, "Enough in stock",                                   "D S C",          WARN,  None,
         shelf.enough,                   "ledger", BLOCK_AT_C),
    Rule("M1", 1, "A syringe in stock can measure it",                 "D S V",          WARN,  None,
         measuring.measurable,           "syringes of the site"),
    Rule("M2", 1, "Rounding leaves the dose within tolerance",         "D S V F",        STOP,  None,
         arithmetic.rounding,            "policy of the site"),
    Rule("M3", 1, "What was measured is what was planned",             "P",              STOP,  None,
         None,                           "policy of the site", act="check_draw"),
    Rule("R1", 1, "What was given adds up to what was released",       "A",              STOP,  None,
         None,                           "arithmetic", act="check_given"),
    Rule("B2", 2, "The formula's version is the approved one",         "D S V",          STOP,  None,
         formula.in_force,               "versions of the formula"),
    Rule("X1", 1, "Not ordered twice",                                 "D S",            WARN,  None,
         intervals.duplicates,           "orders of the patient; policy of the site"),
    Rule("X2", 1, "The report is of these very facts and rules",       "D S V C P F A",  BLOCK, None,
         None,                           "hash of all inputs", act="check_report"),
)
# fmt: on

BY_ID = MappingProxyType({rule.id: rule for rule in RULES})
