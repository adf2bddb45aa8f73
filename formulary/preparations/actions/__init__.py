"""The only ways to change a preparation: claim, scan, mix, draw, finish, release, give back, waste."""

from formulary.preparations.actions.bench import (
    Deviation,
    Shown,
    confirm_draw,
    mix_powder,
    note_close_call,
    scan_vial,
    undo_draw,
)
from formulary.preparations.actions.claims import claim
from formulary.preparations.actions.finishing import INSPECTED, finish, give_back, release, waste, waste_draws

__all__ = [
    "INSPECTED",
    "Deviation",
    "Shown",
    "claim",
    "confirm_draw",
    "finish",
    "give_back",
    "mix_powder",
    "note_close_call",
    "release",
    "scan_vial",
    "undo_draw",
    "waste",
    "waste_draws",
]
