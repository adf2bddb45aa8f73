"""The words of a session: areas, techniques, outcomes, answers; and the session as its page shows it."""

from formulary.administrations.labels.appointments import appointment_line, waiting
from formulary.administrations.labels.courses import CourseLine, course_lines, window_words
from formulary.administrations.labels.session import LotRow, Session, SiteRow, session
from formulary.administrations.labels.until import Ready, Until, ready, until

AREAS = (
    "Forehead", "Left cheek", "Right cheek", "Nose", "Upper lip", "Chin", "Neck", "Décolleté",
    "Scalp", "Left hand", "Right hand", "Abdomen", "Left thigh", "Right thigh",
)  # fmt: skip
TECHNIQUES = ("Point by point", "Papule", "Nappage", "Linear")
OUTCOMES = (("given", "Given"), ("partly_given", "Partly given"), ("not_given", "Not given"))
ANYTHING_NEW = (("no", "Asked: nothing new"), ("yes", "Something is new"))

__all__ = [
    "ANYTHING_NEW",
    "AREAS",
    "OUTCOMES",
    "TECHNIQUES",
    "CourseLine",
    "LotRow",
    "Ready",
    "Session",
    "SiteRow",
    "Until",
    "appointment_line",
    "course_lines",
    "ready",
    "session",
    "until",
    "waiting",
    "window_words",
]
