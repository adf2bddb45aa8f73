"""The only ways to change a cocktail: drafts, signing, verifying, and the steps the next rooms take."""

from formulary.cocktails.actions.amending import amend
from formulary.cocktails.actions.answers import Answer, must_be_answered
from formulary.cocktails.actions.courses import count_towards
from formulary.cocktails.actions.drafts import create_draft, draft_from_content, repeat_last, save_draft
from formulary.cocktails.actions.following import unscaled
from formulary.cocktails.actions.moves import (
    Second,
    allowed,
    is_apart,
    may_go_at,
    move,
    not_too_soon,
    second,
    words,
)
from formulary.cocktails.actions.shown import note_shown
from formulary.cocktails.actions.signing import cancel, check, return_to_draft, sign, verify
from formulary.cocktails.actions.supplied import give_as_supplied

__all__ = [
    "Answer",
    "Second",
    "allowed",
    "amend",
    "cancel",
    "check",
    "count_towards",
    "create_draft",
    "draft_from_content",
    "give_as_supplied",
    "is_apart",
    "may_go_at",
    "move",
    "must_be_answered",
    "not_too_soon",
    "note_shown",
    "repeat_last",
    "return_to_draft",
    "save_draft",
    "second",
    "sign",
    "unscaled",
    "verify",
    "words",
]
