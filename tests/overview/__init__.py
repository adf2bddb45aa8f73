"""Overview: the pages across the rooms."""
