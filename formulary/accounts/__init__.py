"""Organisation, sites, people, roles, permissions, sign-in and signatures."""

from formulary.accounts.permissions import (
    Actor,
    AuditSight,
    Forbidden,
    Operator,
    Permission,
    ReadOnly,
    RecallSight,
    Role,
    SignInNeeded,
    public,
    requires,
)

__all__ = [
    "Actor",
    "AuditSight",
    "Forbidden",
    "Operator",
    "Permission",
    "ReadOnly",
    "RecallSight",
    "Role",
    "SignInNeeded",
    "public",
    "requires",
]
