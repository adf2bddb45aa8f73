"""How every act leaves its entry: queued while it happens, chained as the last thing before the commit."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Protocol

from flask import current_app, g, has_request_context
from sqlalchemy import Text, column, table
from sqlalchemy.orm import Session

from formulary import clock
from formulary.audit import chain
from formulary.audit.models import AccessEntry, AuditEntry, AuditHead
from formulary.db import Misuse, before_commit, bulk, db, exclusive, transaction
from formulary.db.bare import driver_rows, put
from formulary.db.types import refuse_floats
from formulary.rules.findings import Refused, canonical


class By(Protocol):
    """Who acts, as far as the trail must know."""

    @property
    def person_id(self) -> int | None: ...  # noqa: D102
    @property
    def name(self) -> str: ...  # noqa: D102
    @property
    def site_id(self) -> int | None: ...  # noqa: D102
    @property
    def role(self) -> str: ...  # noqa: D102


def record(
    action: str,
    subject: Any,
    *,
    by: By,
    at: datetime,
    old: Mapping[str, Any] | None = None,
    new: Mapping[str, Any] | None = None,
    reason: str = "",
    movements: Iterable[Any] = (),
    outcome: str = "done",
) -> None:
    """Queue one entry for the act under way; `subject` is the row it is about, `movements` its ledger rows.

    Raises Misuse outside `transaction()`: there is no act that the entry could be part of.
    """
    if not db.session.info.get("writing"):
        raise Misuse(f"audit.record({action!r}) outside transaction()")
    db.session.info["audited"] = True
    db.session.info.setdefault("audit_queue", []).append(
        (action, subject, by, at, dict(old or {}), dict(new or {}), reason, list(movements), outcome)
    )


@dataclass(frozen=True, slots=True)
class Act:
    """One of many acts that are written at once: what `record` takes, rows named by table and key.

    `movements` are the (key, hash) pairs of its ledger rows.
    """

    action: str
    kind: str
    key: int | None
    by: By
    at: datetime
    new: Mapping[str, Any] = field(default_factory=dict)
    reason: str = ""
    movements: Sequence[tuple[int, str]] = ()


def record_many(acts: Iterable[Act]) -> None:
    """Chain an entry for each of these acts, in their order; for a bulk load, inside its transaction."""
    if not db.session.info.get("writing"):
        raise Misuse("audit.record_many() outside transaction()")
    db.session.info["audited"] = True
    session = db.session()
    head = _locked_head(session)
    session.flush()
    bulk.load(AuditEntry, _chained(head, acts), as_stored=chain.JSON)
    _sign(session, head)


def record_refusal(
    action: str, refusal: Refused, *, by: By, at: datetime | None = None, subject: Any = None
) -> None:
    """Record an attempt that was refused, in a transaction of its own after the roll-back."""
    findings = [{"code": f.code, "subject": f.subject, "rule": f.rule} for f in refusal.findings]
    with transaction():
        record(action, subject, by=by, at=at or clock.now(), new={"findings": findings}, outcome="refused")


def log_access(
    what: str, *, by: By, at: datetime, subject: Any = None, patients: int = 0, detail: str = ""
) -> None:
    """Note that somebody saw patients; call inside a transaction."""
    who = {"person_id": by.person_id or 0, "person_name": by.name, "site_id": by.site_id}
    seen = {"what": what, "object_kind": _kind(subject), "object_id": _key(subject), "patients": patients}
    put(AccessEntry, SEEN, {"at": at, **who, **seen, "detail": detail[:200]})


@before_commit
def _chain_entries(session: Session) -> None:
    queue = session.info.pop("audit_queue", None)
    if not queue:
        return
    head = _locked_head(session)
    for act in queue:
        put(AuditEntry, ENTRY, _chained_to(head, act))
    _sign(session, head)


def _sign(session: Session, head: "Head") -> None:
    key = current_app.extensions["formulary"].head_key
    signature = chain.head_signature(key, head.entries, head.hash)
    told = {"entries": head.entries, "hash": head.hash, "signature": signature}
    put(AuditHead, MOVED, told)


def _chained(head: "Head", acts: Iterable[Act]) -> Iterator[dict[str, Any]]:
    """The columns of each entry, JSON as its text, hashed onto the one before it; moves the head along."""
    for act in acts:
        refuse_floats(act.new)
        at, by = act.at.astimezone(UTC), act.by
        values = (
            head.entries + 1, at, by.site_id, by.person_id, by.name, by.role, act.action, "done", act.kind,
            act.key, "{}", canonical(act.new), canonical(act.movements), act.reason, "", head.hash,
        )  # fmt: skip
        head.entries, head.hash = values[0], chain.row_hash(*values)
        yield {**dict(zip(chain.HASHED, values, strict=True)), "hash": head.hash}


@dataclass(slots=True)
class Head:
    """Where the chain ends: how many entries there are, and the hash of the last one."""

    entries: int
    hash: str


_entry, _head = AuditEntry.__table__, AuditHead.__table__
_as_text = (column(each.name, Text() if each.name in chain.JSON else each.type) for each in _entry.c)
ENTRY = db.insert(table(_entry.name, *_as_text))
"""An entry whose JSON is text already: the very text that was hashed is what stands in the row."""
FIRST = db.insert(_head)
LOCKED = db.select(_head.c.entries, _head.c.hash).where(_head.c.id == 1).with_for_update()
SEEN = db.insert(AccessEntry.__table__)
MOVED = db.update(_head).where(_head.c.id == 1)
"""Made once, and past the ORM: every act ends with them."""


def _locked_head(session: Session) -> Head:
    found = driver_rows(LOCKED, {})
    if not found:
        exclusive("audit_head")
        found = driver_rows(LOCKED, {})
    if not found:
        put(AuditHead, FIRST, {"id": 1, "entries": 0, "hash": chain.GENESIS, "signature": ""})
    return Head(*found[0]) if found else Head(0, chain.GENESIS)


def _chained_to(head: Head, act: tuple[Any, ...]) -> dict[str, Any]:
    """The columns of the next entry, hashed onto the one before it; moves the head along."""
    action, subject, by, at, old, new, reason, movements, outcome = act
    values = (
        head.entries + 1, at.astimezone(UTC), by.site_id, by.person_id, by.name, by.role, action, outcome,
        _kind(subject), _key(subject), _text(old), _text(new),
        canonical([[m.id, m.hash] for m in movements]), reason,
        g.get("request_id", "") if has_request_context() else "", head.hash,
    )  # fmt: skip
    head.entries, head.hash = values[0], chain.row_hash(*values)
    return {**dict(zip(chain.HASHED, values, strict=True)), "hash": head.hash}


def _text(values: dict[str, Any]) -> str:
    """The words of values as they will be read back: the hash of today equals the hash of tomorrow."""
    refuse_floats(values)
    return canonical(json.loads(canonical(values))) if values else "{}"


def _kind(subject: Any) -> str:
    return "" if subject is None else subject.__tablename__


def _key(subject: Any) -> int | None:
    return None if subject is None else subject.id
