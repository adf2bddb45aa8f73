"""How names are compared: without case, accents, marks and order of words."""

from difflib import SequenceMatcher

from formulary.catalogue.queries import fold

__all__ = ["fold", "look_alike"]

ALIKE = 0.8


def look_alike(one: str, other: str) -> bool:
    """Whether two folded names may be one person's: one's words within the other's, or nearly the same."""
    mine, theirs = set(one.split()), set(other.split())
    if mine <= theirs or theirs <= mine:
        return True
    return SequenceMatcher(None, " ".join(sorted(mine)), " ".join(sorted(theirs))).ratio() >= ALIKE
