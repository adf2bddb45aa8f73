"""What a cocktail may be at most, and by which routes it is given."""

ROUTES = (
    ("ID", "intradermal"),
    ("SC", "subcutaneous"),
    ("IM", "intramuscular"),
    ("infiltration", "infiltration"),
)
MOST_LINES = 20
LARGEST_FILE = 64 * 1024
"""Bytes; a cocktail of twenty lines has about two thousand."""
