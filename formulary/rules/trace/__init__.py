"""The balance of what became of a lot."""

from formulary.rules.trace.balance import MassBalance, mass_balance, net_by_kind

__all__ = ["MassBalance", "mass_balance", "net_by_kind"]
