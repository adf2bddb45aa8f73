"""The only ways to change a preparation: claim, scan, mix, draw, undo, finish, release, print, give back,
waste."""

from formulary.preparations.actions.acts import Deviation, Shown
from formulary.preparations.actions.claims import claim
from formulary.preparations.actions.drawing import confirm_draw, undo_draw
from formulary.preparations.actions.finishing import finish
from formulary.preparations.actions.handing_over import take_over
from formulary.preparations.actions.mixing import diluent_scanned, mix_powder
from formulary.preparations.actions.printing import print_labels
from formulary.preparations.actions.releasing import INSPECTED, release
from formulary.preparations.actions.replanning import alternatives, passed_over, take_another_vial
from formulary.preparations.actions.scanning import note_close_call, scan_vial
from formulary.preparations.actions.wasting import REASONS, give_back, waste, waste_draws

__all__ = [
    "INSPECTED",
    "REASONS",
    "Deviation",
    "Shown",
    "alternatives",
    "claim",
    "confirm_draw",
    "diluent_scanned",
    "finish",
    "give_back",
    "mix_powder",
    "note_close_call",
    "passed_over",
    "print_labels",
    "release",
    "scan_vial",
    "take_another_vial",
    "take_over",
    "undo_draw",
    "waste",
    "waste_draws",
]
