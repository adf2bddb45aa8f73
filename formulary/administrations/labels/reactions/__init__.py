"""Reactions in words, for pages, banners and the authority."""

from formulary.administrations.labels.reactions import hooks
from formulary.administrations.labels.reactions.export import exported
from formulary.administrations.labels.reactions.lines import Line, Page, lines, page, shown
from formulary.administrations.labels.reactions.words import (
    ONSET,
    OUTCOME,
    REPORTER,
    SERIOUS,
    SEVERITY,
    SUBJECT,
    TERMS,
)

__all__ = [
    "ONSET",
    "OUTCOME",
    "REPORTER",
    "SERIOUS",
    "SEVERITY",
    "SUBJECT",
    "TERMS",
    "Line",
    "Page",
    "exported",
    "hooks",
    "lines",
    "page",
    "shown",
]
