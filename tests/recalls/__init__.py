"""Recalls: who was touched by a lot, and what is left of it."""
