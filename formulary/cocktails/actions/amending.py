"""Amendments: what is over is never edited; what was wrong or missing is added beside it, signed."""

from datetime import datetime

from formulary.accounts import Actor, Permission
from formulary.accounts import actions as accounts_actions
from formulary.audit import record
from formulary.cocktails import queries
from formulary.cocktails.models import Amendment, Cocktail
from formulary.db import db, once
from formulary.rules.findings import inputs_hash, refuse

OVER = ("administered", "wasted", "cancelled")
"""The states that nothing leaves: from then on a cocktail is amended, and not changed."""


@once
def amend(cocktail_id: int, *, words: str, reason: str, at: datetime, by: Actor) -> Amendment:
    """Add to a cocktail that is over what was wrong or is missing, and why; the original stays as it is.

    By whoever took a step of it, or who may co-sign. Refused while it is not over, and without words.
    """
    by.must(Permission.PREPARE)
    cocktail = queries.locked(cocktail_id, by)
    _is_over(cocktail)
    _may(cocktail, by)
    _is_said(words, reason)
    row = Amendment(
        cocktail_id=cocktail.id, words=words.strip(), reason=reason.strip(), at=at, by_id=by.person_id
    )
    db.session.add(row)
    db.session.flush()
    shown = {"words": row.words, "reason": row.reason}
    told = {"signed_hash": inputs_hash(cocktail.id, row.words, row.reason), "shown": shown}
    accounts_actions.sign(by, meaning="amended", subject=row, at=at, **told)
    record(
        "cocktails.amend",
        cocktail,
        by=by,
        at=at,
        new={"amendment": row.id, "words": row.words},
        reason=reason,
    )
    return row


def _is_over(cocktail: Cocktail) -> None:
    if cocktail.state not in OVER:
        told = f"{cocktail.code} is not over, so there is nothing to amend."
        raise refuse("amendment.not_over", cocktail.code, told, "Correct it where it is being worked on.")


def _may(cocktail: Cocktail, by: Actor) -> None:
    steps = {step.by_id for step in queries.transitions(cocktail.id)} | {cocktail.created_by_id}
    if by.person_id not in steps and not by.may(Permission.COSIGN):
        told = "You took no step of it."
        remedy = "Whoever did amends it, or a pharmacist or practitioner of this site."
        raise refuse("amendment.not_yours", cocktail.code, told, remedy)


def _is_said(words: str, reason: str) -> None:
    for name, text, told in (
        ("words", words, "Nobody said what is amended."),
        ("reason", reason, "Nobody said why it is amended."),
    ):
        if not text.strip():
            raise refuse("amendment.no_words", name, told, "Say it in a few words.", field=name)
