"""The views of this room, by what they show."""

from formulary.overview.views import boards, chart, digest, pages
from formulary.overview.views.room import bp

__all__ = ["boards", "bp", "chart", "digest", "pages"]
