"""What the pages say of a patient, in words and states."""

from formulary.patients.labels.chart import (
    AllergyLine,
    ConditionLine,
    ConsentLine,
    allergy_lines,
    allergy_state,
    by_answer,
    condition_lines,
    consent_lines,
)
from formulary.patients.labels.look_alikes import LookAlike, look_alikes
from formulary.patients.labels.medicines import (
    CHOICES,
    TAKINGS,
    MedicineLine,
    WashoutLine,
    medicine_words,
    told_of_medicines,
    washout_line,
)
from formulary.patients.labels.summary import Alert, Summary, age, asked_words, summary, tells_of_patients

__all__ = [
    "CHOICES",
    "TAKINGS",
    "Alert",
    "AllergyLine",
    "ConditionLine",
    "ConsentLine",
    "LookAlike",
    "MedicineLine",
    "Summary",
    "WashoutLine",
    "age",
    "allergy_lines",
    "allergy_state",
    "asked_words",
    "by_answer",
    "condition_lines",
    "consent_lines",
    "look_alikes",
    "medicine_words",
    "summary",
    "tells_of_patients",
    "told_of_medicines",
    "washout_line",
]
