"""Organisation, sites, people, roles, permissions, sign-in and signatures."""

from formulary.accounts.permissions import Actor, Forbidden, Permission, RecallSight, Role, SignInNeeded, public, requires

__all__ = ["Actor", "Forbidden", "Permission", "RecallSight", "Role", "SignInNeeded", "public", "requires"]
