"""The second look at what was recorded afterwards: another person signs for it, in words of their own."""

from datetime import datetime

from formulary.accounts import Actor, Permission
from formulary.accounts import actions as accounts_actions
from formulary.accounts import queries as accounts
from formulary.administrations import queries
from formulary.administrations.models import AfterRecord, AfterSignature
from formulary.audit import record
from formulary.db import db, once
from formulary.rules.findings import inputs_hash, refuse


@once
def countersign(record_id: int, *, words: str, at: datetime, by: Actor) -> AfterRecord:
    """Sign that this was looked at: by nobody who prepared, gave or recorded it, unless one works alone.

    Refused a second time, and without words on what was looked at.
    """
    by.must(Permission.COSIGN)
    row = queries.after_record_locked(record_id, by)
    _is_open(row, words)
    alone = by.person_id in row.own_people
    if alone and not accounts.site(row.site_id).solo:
        reason = "You prepared, gave or recorded it, so another person signs for it."
        raise refuse("after.own", "this record", reason, "Ask a pharmacist or another practitioner.")
    signed = AfterSignature(
        record_id=row.id, by_id=by.person_id, at=at, words=words.strip(), self_checked=alone
    )
    db.session.add(signed)
    db.session.flush()
    shown = {"then": row.then, "now": row.now, "reason": row.reason}
    told = {"subject": row, "signed_hash": inputs_hash(row.id, row.cocktail_id, shown), "shown": shown}
    accounts_actions.sign(by, meaning="countersigned", at=at, self_checked=alone, **told)
    new = {"by": by.person_id, "self_checked": alone}
    record("administrations.countersign", row, by=by, at=at, new=new, reason=words)
    return row


def _is_open(row: AfterRecord, words: str) -> None:
    if row.signature is not None:
        reason = "Somebody has signed for it already."
        raise refuse("after.signed", "this record", reason, "Load the page again.")
    if not words.strip():
        reason, remedy = "Nothing was said about it.", "Say what you looked at and what you think of it."
        raise refuse("after.no_words", "your words", reason, remedy, field="words")
