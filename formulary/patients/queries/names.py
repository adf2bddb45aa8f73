"""How names are compared: without case, accents, marks and order of words."""

from rapidfuzz import fuzz

from formulary.catalogue.queries import fold

__all__ = ["fold", "look_alike"]

ALIKE = 80


def look_alike(one: str, other: str) -> bool:
    """Whether two folded names may be one person's: one's words within the other's, or nearly the same."""
    mine, theirs = set(one.split()), set(other.split())
    if mine <= theirs or theirs <= mine:
        return True
    return fuzz.token_sort_ratio(one, other) >= ALIKE
