"""The forms about patients: text to values."""

from formulary.patients.forms.allergies import AllergyForm, AskedForm
from formulary.patients.forms.identity import (
    AdmitForm,
    EmergencyForm,
    FindForm,
    MergeForm,
    PatientForm,
    RegisterForm,
)
from formulary.patients.forms.medicines import CloseMedicineForm, MedicineForm, TakesForm
from formulary.patients.forms.photos import AROUND, LARGEST_PHOTO, PhotoForm, photo_field
from formulary.patients.forms.record import ConditionsForm, ConsentForm, WeightForm, WhyForm

__all__ = [
    "AROUND",
    "LARGEST_PHOTO",
    "AdmitForm",
    "AllergyForm",
    "AskedForm",
    "CloseMedicineForm",
    "ConditionsForm",
    "ConsentForm",
    "EmergencyForm",
    "FindForm",
    "MedicineForm",
    "MergeForm",
    "PatientForm",
    "PhotoForm",
    "RegisterForm",
    "TakesForm",
    "WeightForm",
    "WhyForm",
    "photo_field",
]
