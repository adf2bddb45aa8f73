"""Read-only pages across rooms."""
