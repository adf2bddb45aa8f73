"""The clinic of these tests: the real catalogue, policies, stock, one patient."""

from tests.support.road import clinic, formula, patient, ready

__all__ = ["clinic", "formula", "patient", "ready"]
