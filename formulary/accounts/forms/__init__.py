"""What people type into this room, as values."""

from formulary.accounts.forms.clinic import PolicyForm, SiteForm, policy_form, site_form
from formulary.accounts.forms.entry import (
    ChooseForm,
    LinkForm,
    PasswordForm,
    PerhapsSignerForm,
    SignInForm,
    own_signature,
)
from formulary.accounts.forms.people import CredentialForm, NewPersonForm, PersonForm, ReasonForm, RolesForm
from formulary.accounts.forms.trail import AccessForm, TrailForm

__all__ = [
    "AccessForm",
    "ChooseForm",
    "CredentialForm",
    "LinkForm",
    "NewPersonForm",
    "PasswordForm",
    "PerhapsSignerForm",
    "PersonForm",
    "PolicyForm",
    "ReasonForm",
    "RolesForm",
    "SignInForm",
    "SiteForm",
    "TrailForm",
    "own_signature",
    "policy_form",
    "site_form",
]
