"""The recall pages: the one box and its answer, cases and their steps, lists and contacts."""

from formulary.recalls.views import (
    cases,
    contacts,
    documents,
    drills,
    lists,
    lookup,
    made,
    notices,
    steps,
    tracing,
    whole,
)
from formulary.recalls.views.room import bp

__all__ = [
    "bp",
    "cases",
    "contacts",
    "documents",
    "drills",
    "lists",
    "lookup",
    "made",
    "notices",
    "steps",
    "tracing",
    "whole",
]
