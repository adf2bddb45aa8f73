"""The only way to change a patient's record; each act checks first that the actor may see the patient."""

from formulary.patients.actions.allergies import add_allergy, end_allergy, review_allergies
from formulary.patients.actions.appointments import book_appointment, close_appointment, move_appointment
from formulary.patients.actions.care import admit_patient, note_care
from formulary.patients.actions.conditions import answer_conditions, confirm_conditions, set_condition_kinds
from formulary.patients.actions.consents import record_consent, withdraw_consent
from formulary.patients.actions.courses import Agreed, change_course, end_course, open_course
from formulary.patients.actions.emergency import break_glass, review_emergency
from formulary.patients.actions.exposure import Exposed, note_exposure, take_back_exposure
from formulary.patients.actions.identity import edit_patient, register_patient
from formulary.patients.actions.medicines import (
    Taken,
    close_medicine,
    mistaken_medicine,
    note_medicine,
    review_medicines,
)
from formulary.patients.actions.merging import merge
from formulary.patients.actions.photos import add_photo, keep_draw_photo, remove_photo
from formulary.patients.actions.weight import record_weight

__all__ = [
    "Agreed",
    "Exposed",
    "Taken",
    "add_allergy",
    "add_photo",
    "admit_patient",
    "answer_conditions",
    "book_appointment",
    "break_glass",
    "change_course",
    "close_appointment",
    "close_medicine",
    "confirm_conditions",
    "edit_patient",
    "end_allergy",
    "end_course",
    "keep_draw_photo",
    "merge",
    "mistaken_medicine",
    "move_appointment",
    "note_care",
    "note_exposure",
    "note_medicine",
    "open_course",
    "record_consent",
    "record_weight",
    "register_patient",
    "remove_photo",
    "review_allergies",
    "review_emergency",
    "review_medicines",
    "set_condition_kinds",
    "take_back_exposure",
    "withdraw_consent",
]
