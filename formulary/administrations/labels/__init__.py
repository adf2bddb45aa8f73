"""The words of a session: areas, techniques, outcomes, answers; and the session as its page shows it."""

from formulary.administrations.labels.appointments import appointment_line, waiting
from formulary.administrations.labels.courses import CourseLine, course_lines, window_words
from formulary.administrations.labels.drawn import Drawn, all_drawn, drawn, shown_first
from formulary.administrations.labels.how import (
    ANAESTHETIC,
    ANGLE,
    DEVICE,
    LAYER,
    TECHNIQUES,
    Numb,
    areas,
    as_before,
    gauge,
    how,
    numb,
)
from formulary.administrations.labels.session import LotRow, Session, SiteRow, session
from formulary.administrations.labels.until import Ready, Until, ready, until

OUTCOMES = (("given", "Given"), ("partly_given", "Partly given"), ("not_given", "Not given"))
ANYTHING_NEW = (("no", "Asked: nothing new. Start"), ("yes", "Something is new"))

__all__ = [
    "ANAESTHETIC",
    "ANGLE",
    "ANYTHING_NEW",
    "DEVICE",
    "LAYER",
    "OUTCOMES",
    "TECHNIQUES",
    "CourseLine",
    "Drawn",
    "LotRow",
    "Numb",
    "Ready",
    "Session",
    "SiteRow",
    "Until",
    "all_drawn",
    "appointment_line",
    "areas",
    "as_before",
    "course_lines",
    "drawn",
    "gauge",
    "how",
    "numb",
    "ready",
    "session",
    "shown_first",
    "until",
    "waiting",
    "window_words",
]
