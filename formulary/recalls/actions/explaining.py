"""Signed words for what of a lot nobody can account for."""

from datetime import datetime

from formulary.accounts import Actor
from formulary.accounts.actions import sign
from formulary.db import Missing, content_hash, db, once
from formulary.recalls import queries
from formulary.recalls.actions.freezing import HAS_A_LIST
from formulary.recalls.actions.stepping import leave, said, step_from
from formulary.recalls.labels import refusals
from formulary.recalls.models import RecallExplanation
from formulary.rules.findings import canonical

EXPLAINED = "recall.explained"


@once
def explain(case_id: int, lot_id: int, *, reason: str, at: datetime, by: Actor) -> RecallExplanation:
    """Sign for just the quantity that is unaccounted for now; `by` has just proved who they are."""
    case = step_from(case_id, HAS_A_LIST, "explained", by)
    sheets = {sheet.lot.id: sheet for sheet in queries.sheet_of(case, queries.lots_in(case_id))}
    if lot_id not in sheets:
        raise Missing(f"No lot {lot_id} in case {case_id}")
    sheet = sheets[lot_id]
    if not sheet.balance.unaccounted:
        raise refusals.explained_already()
    row = RecallExplanation(
        case_id=case.id, lot_id=lot_id, unaccounted=sheet.balance.unaccounted, words=said(reason), at=at,
        by_id=by.person_id,
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    told = {**sheet.as_told(), "case": case.code, "words": reason}
    sign(by, meaning=EXPLAINED, subject=row, signed_hash=content_hash(canonical(told).encode()), at=at)
    leave(case, "explain", at=at, by=by, reason=reason, told=sheet.as_told())
    return row
