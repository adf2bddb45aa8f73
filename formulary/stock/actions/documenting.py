"""Attaching a file to a lot: its content decides what it is, and nothing takes it away again."""

import hashlib
from datetime import datetime

from formulary.accounts import Actor, Permission
from formulary.audit import record
from formulary.db import db, once
from formulary.stock import queries
from formulary.stock.labels import attached as labels
from formulary.stock.models import DOCUMENT_KINDS, LotDocument
from formulary.stock.queries.documents import is_attached
from formulary.web.files import media_of


@once
def attach_document(
    lot_id: int, *, kind: str, title: str = "", raw: bytes, at: datetime, by: Actor
) -> LotDocument:
    """Keep a file of a lot; refuses nothing at all, what is no PDF, PNG or JPEG, and the same file again."""
    by.must(Permission.RECEIVE_STOCK)
    lot, media = queries.lot(lot_id), media_of(raw)
    if not raw:
        raise labels.no_document()
    if media is None or kind not in DOCUMENT_KINDS:
        raise labels.not_a_document()
    known = hashlib.sha256(raw).hexdigest()
    if is_attached(lot.id, known):
        raise labels.attached_already()
    row = LotDocument(
        lot_id=lot.id, kind=kind, title=title, media=media, size=len(raw), sha256=known, content=raw, at=at,
        by_id=by.person_id,
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    new = {"document": row.id, "kind": kind, "title": title, "size": len(raw), "sha256": known}
    record("stock.document", lot, by=by, at=at, new=new)
    return row
