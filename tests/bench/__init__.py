"""Tests of invented history and of the bench: structure, counts and plans, never time."""
