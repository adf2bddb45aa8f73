"""The doors to administrations: labels, sessions of the asker's site, and what a session gave."""

from formulary.administrations.queries.imported import known_identities, pairs_of_uses
from formulary.administrations.queries.sessions import (
    administration,
    container,
    dead_space,
    given_lots,
    locked,
    of_attempt,
    of_patient,
    ready,
    ready_in_all,
)

__all__ = [
    "administration",
    "container",
    "dead_space",
    "given_lots",
    "known_identities",
    "locked",
    "of_attempt",
    "of_patient",
    "pairs_of_uses",
    "ready",
    "ready_in_all",
]
