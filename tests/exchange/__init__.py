"""Lists that are brought in."""
