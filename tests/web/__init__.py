"""Tests of formulary.web."""
