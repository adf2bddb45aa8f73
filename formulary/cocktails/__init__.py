"""Cocktails from draft to verified."""
