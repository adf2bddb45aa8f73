"""Preparing a cocktail, draw by draw, to its release."""
