"""What people type in this room: the one box, a hold, a case and its steps."""

from formulary.recalls.forms.cases import (
    CloseForm,
    ContactForm,
    DecideLotForm,
    DrillForm,
    ExplainForm,
    LettersForm,
    NewCaseForm,
    ReasonForm,
    ScopeForm,
    StepForm,
    WorkForm,
)
from formulary.recalls.forms.lookup import Asked, HoldForm, LookupForm, read_asked
from formulary.recalls.forms.notices import DecideNoticeForm, NoticesForm

__all__ = [
    "Asked",
    "CloseForm",
    "ContactForm",
    "DecideLotForm",
    "DecideNoticeForm",
    "DrillForm",
    "ExplainForm",
    "HoldForm",
    "LettersForm",
    "LookupForm",
    "NewCaseForm",
    "NoticesForm",
    "ReasonForm",
    "ScopeForm",
    "StepForm",
    "WorkForm",
    "read_asked",
]
