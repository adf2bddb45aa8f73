"""The pages of giving, and of what was felt afterwards."""

from formulary.administrations.views import sessions

blueprints = [sessions.bp]

__all__ = ["blueprints"]
