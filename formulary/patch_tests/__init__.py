"""Patch tests, their readings and what they come to."""
