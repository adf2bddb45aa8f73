"""Recall cases: what they are about, who is on their list, and whom they reached."""

from formulary.recalls.models.cases import (
    CLASSES,
    LEVELS,
    SOURCES,
    STATES,
    RecallCase,
    RecallEvent,
    RecallLot,
    RecallScope,
)
from formulary.recalls.models.documents import RecallDocument
from formulary.recalls.models.drills import DrillResult
from formulary.recalls.models.notices import NoticeLot, NoticeVersion, RecallNotice
from formulary.recalls.models.reaching import CHANNELS, OUTCOMES, RecallContact, RecallExplanation
from formulary.recalls.models.stopping import RecallHold, RecallListed, RecallStopped

__all__ = [
    "CHANNELS",
    "CLASSES",
    "LEVELS",
    "OUTCOMES",
    "SOURCES",
    "STATES",
    "DrillResult",
    "NoticeLot",
    "NoticeVersion",
    "RecallCase",
    "RecallContact",
    "RecallDocument",
    "RecallEvent",
    "RecallExplanation",
    "RecallHold",
    "RecallListed",
    "RecallLot",
    "RecallNotice",
    "RecallScope",
    "RecallStopped",
]
