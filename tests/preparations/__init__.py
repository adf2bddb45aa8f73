"""The bench, from claiming to the label."""
