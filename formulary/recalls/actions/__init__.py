"""What changes in this room: cases and their steps, contacts, signed words; and who looked at what."""

from formulary.recalls.actions import arrivals
from formulary.recalls.actions.cases import NewCase, add_scope, create_case, decide_lot
from formulary.recalls.actions.closing import close, notify, reconcile, reopen
from formulary.recalls.actions.containing import contain, release_holds
from formulary.recalls.actions.drills import file_drill, start_drill
from formulary.recalls.actions.explaining import explain
from formulary.recalls.actions.freezing import add_differences, open_case
from formulary.recalls.actions.notices import Imported, decide_notice, import_notices
from formulary.recalls.actions.noting import (
    LOOKED_UP,
    note_case,
    note_done,
    note_excursion,
    note_export,
    note_history,
    note_list,
    note_lookup,
    note_trace,
    note_work,
)
from formulary.recalls.actions.reaching import record_contact, record_letters

__all__ = [
    "LOOKED_UP",
    "Imported",
    "NewCase",
    "add_differences",
    "add_scope",
    "arrivals",
    "close",
    "contain",
    "create_case",
    "decide_lot",
    "decide_notice",
    "explain",
    "file_drill",
    "import_notices",
    "note_case",
    "note_done",
    "note_excursion",
    "note_export",
    "note_history",
    "note_list",
    "note_lookup",
    "note_trace",
    "note_work",
    "notify",
    "open_case",
    "reconcile",
    "record_contact",
    "record_letters",
    "release_holds",
    "reopen",
    "start_drill",
]
