"""Giving a cocktail, and what became of every millilitre."""
