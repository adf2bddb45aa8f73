"""The only ways to a reaction: record, correct, withdraw, follow up; and the checklist itself."""

from formulary.administrations.actions.reactions.felt import Felt
from formulary.administrations.actions.reactions.following import follow_up
from formulary.administrations.actions.reactions.kinds import set_reaction_kinds
from formulary.administrations.actions.reactions.recording import (
    correct_reaction,
    record_after_session,
    record_after_test,
    withdraw_reaction,
)

__all__ = [
    "Felt",
    "correct_reaction",
    "follow_up",
    "record_after_session",
    "record_after_test",
    "set_reaction_kinds",
    "withdraw_reaction",
]
