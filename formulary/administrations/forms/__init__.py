"""What is entered while a cocktail is given, and about what was felt afterwards."""

from formulary.administrations.forms.sessions import CloseForm, RemoveSiteForm, SiteForm, StartForm

__all__ = ["CloseForm", "RemoveSiteForm", "SiteForm", "StartForm"]
