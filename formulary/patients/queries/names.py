"""How names are compared: without case, accents, marks and order of words."""

import unicodedata
from difflib import SequenceMatcher

LETTERS = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h"}
)
ALIKE = 0.8


def fold(text: str) -> str:
    """The text as a search compares it: lower case, without accents, words parted by one space."""
    apart = unicodedata.normalize("NFKD", text.casefold().translate(LETTERS))
    kept = (c if c.isalnum() else " " for c in apart if not unicodedata.combining(c))
    return " ".join("".join(kept).split())


def look_alike(one: str, other: str) -> bool:
    """Whether two folded names may be one person's: one's words within the other's, or nearly the same."""
    mine, theirs = set(one.split()), set(other.split())
    if mine <= theirs or theirs <= mine:
        return True
    return SequenceMatcher(None, " ".join(sorted(mine)), " ".join(sorted(theirs))).ratio() >= ALIKE
