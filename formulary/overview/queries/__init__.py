"""What the pages across the rooms read: what waits at the benches, what will not keep, what is watched."""

from formulary.overview.queries.bench import Waiting, waiting
from formulary.overview.queries.chart import record
from formulary.overview.queries.find import Hit, of_code, of_pack, of_words, own_code
from formulary.overview.queries.formulas import Follower, Followers, follower_counts, followers
from formulary.overview.queries.rules import RuleCount, answered_rules
from formulary.overview.queries.sharing import Planned, planned_today
from formulary.overview.queries.shelf import Lapsing, OpenVial, Sealed, lapsing, open_vials, sealed
from formulary.overview.queries.tallies import readings_due, tallies
from formulary.overview.queries.watch import Looked, emergencies_to_review, recent_lookups

__all__ = [
    "Follower",
    "Followers",
    "Hit",
    "Lapsing",
    "Looked",
    "OpenVial",
    "Planned",
    "RuleCount",
    "Sealed",
    "Waiting",
    "answered_rules",
    "emergencies_to_review",
    "follower_counts",
    "followers",
    "lapsing",
    "of_code",
    "of_pack",
    "of_words",
    "open_vials",
    "own_code",
    "planned_today",
    "readings_due",
    "recent_lookups",
    "record",
    "sealed",
    "tallies",
    "waiting",
]
