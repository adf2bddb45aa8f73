"""Ingredients, products, limits, compatibility and formulas, each with its source."""
