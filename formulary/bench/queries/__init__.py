"""The floors: bare SQL on hand-written tables, without rights, checks or hashes; and the plans of ours."""

from formulary.bench.queries.bare import Bare, bare
from formulary.bench.queries.drawing import Bench, make_bench, order, prepare_and_draw
from formulary.bench.queries.plans import Plan, plans_of, statements_of
from formulary.bench.queries.proof import make_ledger, sums
from formulary.bench.queries.race import make_shelf, take_next, taken_in_all
from formulary.bench.queries.recall import make_given, page_of

__all__ = [
    "Bare",
    "Bench",
    "Plan",
    "bare",
    "make_bench",
    "make_given",
    "make_ledger",
    "make_shelf",
    "order",
    "page_of",
    "plans_of",
    "prepare_and_draw",
    "statements_of",
    "sums",
    "take_next",
    "taken_in_all",
]
