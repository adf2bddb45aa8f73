"""Tracing a lot to its patients and back, and the balance of what became of it."""

from formulary.rules.trace.balance import MassBalance, mass_balance, net_by_kind
from formulary.rules.trace.graph import Kind, Link, Move, Node, Reached, Trace, links_of, trace

__all__ = [
    "Kind",
    "Link",
    "MassBalance",
    "Move",
    "Node",
    "Reached",
    "Trace",
    "links_of",
    "mass_balance",
    "net_by_kind",
    "trace",
]
