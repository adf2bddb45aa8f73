"""The pages of this room."""

from formulary.cocktails.views import amending as amending
from formulary.cocktails.views import checking as checking
from formulary.cocktails.views import saving as saving
from formulary.cocktails.views import starting as starting
from formulary.cocktails.views import verifying as verifying
from formulary.cocktails.views.pages import bp

__all__ = ["bp"]
