"""A cocktail as a TOML file: read into facts, with every line that cannot be read named by its number."""

from formulary.cocktails.files.places import Fault, Unreadable
from formulary.cocktails.files.reading import Written, facts_of, read

__all__ = ["Fault", "Unreadable", "Written", "facts_of", "read"]
