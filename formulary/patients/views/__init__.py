"""The pages about patients."""

from formulary.patients.views import (
    allergies,
    conditions,
    consents,
    emergency,
    find,
    identity,
    medicines,
    merging,
    photos,
    weight,
    wristband,
)
from formulary.patients.views.room import bp

__all__ = [
    "allergies",
    "bp",
    "conditions",
    "consents",
    "emergency",
    "find",
    "identity",
    "medicines",
    "merging",
    "photos",
    "weight",
    "wristband",
]
