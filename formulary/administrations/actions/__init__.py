"""The only ways to change a session: start, record points, pause, go on, close."""

from formulary.administrations.actions.closing import close
from formulary.administrations.actions.giving import labelled, start
from formulary.administrations.actions.importing import Importer, Use
from formulary.administrations.actions.pausing import pause, resume
from formulary.administrations.actions.recording import (
    How,
    Laid,
    Placed,
    add_points,
    add_site,
    note_anaesthetic,
    remove_site,
)

__all__ = [
    "How",
    "Importer",
    "Laid",
    "Placed",
    "Use",
    "add_points",
    "add_site",
    "close",
    "labelled",
    "note_anaesthetic",
    "pause",
    "remove_site",
    "resume",
    "start",
]
