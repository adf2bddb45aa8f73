"""The lines of the table: what is measured, against what, and what is aimed at."""

from dataclasses import dataclass

from formulary.bench.results import Aim

COMPOSE_AT_MOST = 0.010
"""Seconds of process time."""
CONTAIN_AT_MOST = 2
"""Seconds."""


@dataclass(frozen=True)
class Kind:
    """One kind of line: its name, the aim where there is one, and how to read it."""

    what: str
    aim: Aim | None
    note: str


STATEMENT = Kind(
    "recall statement",
    Aim(1.5, "≤ 1.5"),
    "The SELECT that the app sends, run by the bare driver, against a SELECT by hand on one table with the "
    "one right index and the same rows.",
)
QUERY = Kind(
    "recall query",
    Aim(1.5, "≤ 1.5"),
    "The same answer from the room's own query, as the objects that the page prints, against the bare "
    "driver's rows.",
)
QUERY_GROWTH = Kind(
    "recall query, growth",
    Aim(1.3, "≤ 1.3"),
    "How much slower ours became with the ledger, over how much slower the floor did.",
)
ANSWER = Kind(
    "recall, ten buckets",
    None,
    "Everything the recall page asks: ten buckets, balances, holds, patients. It has no floor.",
)
ANSWER_GROWTH = Kind("recall, ten buckets, growth", None, "How much slower it became with the ledger.")
PAGE = Kind(
    "recall page",
    Aim(2, "≤ 2"),
    "Over HTTP, signed in, against a page of the same shell and as many rows that asks nothing.",
)
PREPARE = Kind(
    "prepare and draw",
    Aim(1 / 3, "≥ 1/3", at_least=True),
    "One cocktail of five lines: a transaction to claim it and two for each vial, scan and draw, with "
    "rights, checks, reservations, ledger, hashes and audit. The floor is guarded SQL that writes the same "
    "rows in the same transactions, and looks at nothing else. "
    "The ratio is of throughputs: the floor's time over ours.",
)
RACE = Kind(
    "race for vials",
    Aim(1 / 3, "≥ 1/3", at_least=True),
    "Processes that draw at once from the same open vials until they are empty: choose by the rule, keep, "
    "draw, with rights, checks, ledger, hashes and audit. Nothing is oversold or lost, or the bench stops. "
    "The floor is guarded SQL by as many processes that writes the same rows. The ratio is of throughputs.",
)
STOCK_PAGE = "Over HTTP in a large clinic, against the same page of as many rows in a small one."
SHELF = Kind("shelf page", Aim(1.3, "≤ 1.3"), STOCK_PAGE)
LOT = Kind("lot page", Aim(1.3, "≤ 1.3"), STOCK_PAGE)
BOARD = Kind("open-vial board", Aim(1.3, "≤ 1.3"), STOCK_PAGE)
COMPOSE = Kind(
    "compose check",
    Aim(1, "< 10 ms"),
    "Process time: facts gathered from the database and every rule asked. The ratio is over 10 ms.",
)
RULES = Kind("compose check, rules", None, "Process time of the rules alone, the facts at hand.")
STATEMENTS = Kind(
    "compose check, statements",
    None,
    "Process time of the whole check, against its own SELECTs sent by the bare driver, their rows put aside.",
)
LIVE = Kind(
    "live answer",
    Aim(3, "≤ 3"),
    "The compose page's answer to a keystroke over HTTP, ten lines, against the same fragment rendered from "
    "what a first request found.",
)
WIDE = Kind(
    "live answer, growth",
    Aim(1.3, "≤ 1.3"),
    "The same with a large catalogue, against itself with the catalogue as it ships.",
)
VERIFY = Kind(
    "verify",
    Aim(3, "≤ 3"),
    "Ledger, balances, draws, what was given and audit trail proved, against SUM … GROUP BY on one table and "
    "as many SHA-256 over as many bytes.",
)
STOPPING = Kind(
    "containment",
    Aim(1, "< 2 s"),
    "A case is contained: a hold on the lot, and all that it stopped written down, in one transaction; each "
    "round finds new reservations, preparations at a draw and opened vials. "
    "The ratio is over 2 s; the size says in how many commits.",
)
FREEZING = Kind(
    "list frozen",
    None,
    "A case is opened: every use of the lot read, hashed and written down, in one transaction.",
)
LISTED = Kind(
    "list as CSV",
    None,
    "The whole list over HTTP, taken piece by piece; the peak is what Python held meanwhile.",
)
FILLING = Kind("filled", None, "The history that the others are measured in, written in brief.")
