"""The pages of this room, and those of the audit room below it, which knows no permissions."""

from formulary.accounts.views import clinic, credentials, entry, links, me, people, policies, trail
from formulary.accounts.views.room import bp

blueprints = [bp, trail.bp]

__all__ = ["blueprints", "bp", "clinic", "credentials", "entry", "links", "me", "people", "policies", "trail"]
