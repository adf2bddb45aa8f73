"""The pages of giving, and of what was felt afterwards."""

from formulary.administrations.views import reactions, sessions

blueprints = [sessions.bp, reactions.bp]

__all__ = ["blueprints", "reactions", "sessions"]
