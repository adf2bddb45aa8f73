"""The clinic of these tests: the real catalogue, policies, stock, one patient, at any stage of the road."""

from tests.support.road import clinic, formula, patient, ready
from tests.support.stages import road

__all__ = ["clinic", "formula", "patient", "ready", "road"]
