"""The doors to administrations: labels, sessions of the asker's site, and what a session gave."""

from formulary.administrations.queries.afterwards import (
    after_record,
    after_record_locked,
    after_record_of_session,
    after_records_of,
    afterwards,
    cocktail_of,
    on_paper,
    unsigned_afterwards,
)
from formulary.administrations.queries.imported import hashes_between, known_identities
from formulary.administrations.queries.maps import (
    NAMES,
    Picture,
    latest,
    picture,
    picture_for,
    pictures,
    pictures_of,
)
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
    "NAMES",
    "Picture",
    "administration",
    "after_record",
    "after_record_locked",
    "after_record_of_session",
    "after_records_of",
    "afterwards",
    "cocktail_of",
    "container",
    "dead_space",
    "given_lots",
    "hashes_between",
    "known_identities",
    "latest",
    "locked",
    "of_attempt",
    "of_patient",
    "on_paper",
    "picture",
    "picture_for",
    "pictures",
    "pictures_of",
    "ready",
    "ready_in_all",
    "unsigned_afterwards",
]
