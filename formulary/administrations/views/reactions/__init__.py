"""The pages about what was felt after a treatment."""

from formulary.administrations.views.reactions import export, pages, rates, recording
from formulary.administrations.views.reactions.room import bp

__all__ = ["bp", "export", "pages", "rates", "recording"]
