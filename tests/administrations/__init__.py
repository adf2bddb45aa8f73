"""Giving a cocktail, from the label to the close."""
