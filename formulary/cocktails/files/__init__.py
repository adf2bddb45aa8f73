"""A cocktail as a TOML file: read into facts with every line that cannot be read named by its number, and
written as it is read.
"""

from formulary.cocktails.files.places import Fault, Unreadable
from formulary.cocktails.files.reading import Written, facts_of, read
from formulary.cocktails.files.writing import concluded, text_of

__all__ = [
    "Fault",
    "Unreadable",
    "Written",
    "concluded",
    "facts_of",
    "read",
    "text_of",
]
