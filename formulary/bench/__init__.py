"""The figures: what is measured against what."""
