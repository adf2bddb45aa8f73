"""Overview: read-only pages across the rooms; it has no table of its own."""
