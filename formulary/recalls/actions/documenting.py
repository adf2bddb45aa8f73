"""Attaching a notice to a case: its content decides what it is, and nothing takes it away again."""

from datetime import datetime

from formulary.accounts import Actor
from formulary.db import db, once
from formulary.db.files import content_hash
from formulary.recalls.actions.cases import LIVE
from formulary.recalls.actions.stepping import leave, step_from
from formulary.recalls.labels import documents as labels
from formulary.recalls.models import RecallDocument
from formulary.recalls.queries.documents import is_attached
from formulary.web.files import media_of


@once
def attach_notice(case_id: int, *, raw: bytes, title: str = "", at: datetime, by: Actor) -> RecallDocument:
    """Keep a file of a case that is not closed, with a step in its history.

    Refuses nothing at all, what is no PDF, PNG or JPEG by its content, and the same file again.
    """
    case, media, known = step_from(case_id, LIVE, "changed", by), media_of(raw), content_hash(raw)
    if not raw:
        raise labels.no_document()
    if media is None:
        raise labels.not_a_document()
    if is_attached(case.id, known):
        raise labels.attached_already()
    row = RecallDocument(case_id=case.id, title=title.strip() or labels.UNNAMED, media=media, content=raw)
    row.size, row.sha256, row.at, row.by_id = len(raw), known, at, by.person_id
    db.session.add(row)
    db.session.flush()
    told = {"document": row.id, "title": row.title, "size": row.size, "sha256": known}
    leave(case, "attach_notice", at=at, by=by, reason=row.title, told=told)
    return row
