"""The pages of giving, of courses and appointments, and of what comes afterwards."""

from formulary.administrations.views import appointments, care, courses, reactions, sessions

blueprints = [sessions.bp, reactions.bp, courses.bp, appointments.bp, care.bp]

__all__ = ["appointments", "blueprints", "care", "courses", "reactions", "sessions"]
