"""The clinic of these tests: the real catalogue and its checklist of reactions, at any stage of the road."""

from tests.support.stages import road

__all__ = ["road"]
