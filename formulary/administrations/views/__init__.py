"""The pages of giving, of courses and appointments, and of what comes afterwards."""

from formulary.administrations.views import appointments, care, courses, points, reactions, sessions
from formulary.administrations.views.page import bp

blueprints = [bp, reactions.bp, courses.bp, appointments.bp, care.bp]

__all__ = ["appointments", "blueprints", "care", "courses", "points", "reactions", "sessions"]
