"""The pages of the bench."""

from formulary.preparations.views import asides, bench, finishing, papers, pictures, steps
from formulary.preparations.views.room import bp

__all__ = ["asides", "bench", "bp", "finishing", "papers", "pictures", "steps"]
