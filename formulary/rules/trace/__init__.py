"""What became of a lot: its balance, where it went, and how far a recall of it must reach."""

from formulary.rules.trace.balance import MassBalance, mass_balance, net_by_kind
from formulary.rules.trace.chance import drawn
from formulary.rules.trace.effect import LOOK_BACK, looks_back_until, required
from formulary.rules.trace.notices import Span, flags, spans
from formulary.rules.trace.ours import Ours, mentioned, ours
from formulary.rules.trace.walking import Node, Reached, Step, trace

__all__ = [
    "LOOK_BACK",
    "MassBalance",
    "Node",
    "Ours",
    "Reached",
    "Span",
    "Step",
    "drawn",
    "flags",
    "looks_back_until",
    "mass_balance",
    "mentioned",
    "net_by_kind",
    "ours",
    "required",
    "spans",
    "trace",
]
