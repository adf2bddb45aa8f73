"""What is entered while a cocktail is given, and about what was felt afterwards."""

from formulary.administrations.forms.reactions import (
    CorrectReactionForm,
    ExportForm,
    FollowUpForm,
    RatesForm,
    ReactionForm,
    WithdrawForm,
)
from formulary.administrations.forms.sessions import CloseForm, RemoveSiteForm, SiteForm, StartForm

__all__ = [
    "CloseForm",
    "CorrectReactionForm",
    "ExportForm",
    "FollowUpForm",
    "RatesForm",
    "ReactionForm",
    "RemoveSiteForm",
    "SiteForm",
    "StartForm",
    "WithdrawForm",
]
