"""The pages of giving, of courses and appointments, and of what comes afterwards."""

from formulary.administrations.views import (
    afterwards,
    appointments,
    care,
    courses,
    points,
    reactions,
    sessions,
)
from formulary.administrations.views.page import bp

blueprints = [bp, reactions.bp, courses.bp, appointments.bp, care.bp, afterwards.bp]

__all__ = ["afterwards", "appointments", "blueprints", "care", "courses", "points", "reactions", "sessions"]
