"""The pages of the bench."""

from formulary.preparations.views import steps as steps
from formulary.preparations.views.pages import bp

__all__ = ["bp"]
