"""Notices come in, as often as they like; a person decides what they mean for us."""

import json
from collections.abc import Collection, Mapping
from dataclasses import astuple, dataclass
from datetime import datetime
from typing import Any

from formulary.accounts import Actor, Permission
from formulary.audit import record
from formulary.db import content_hash, db, once
from formulary.recalls import queries
from formulary.recalls.actions.cases import NewCase, add_scope, create_case
from formulary.recalls.actions.stepping import said
from formulary.recalls.labels import refusals
from formulary.recalls.models import NoticeLot, NoticeVersion, RecallNotice
from formulary.recalls.queries import Proposed, Scope
from formulary.rules.findings import canonical
from formulary.rules.lot_status import normalise
from formulary.rules.trace import spans

OPENFDA = "openFDA"
CLASSES = {"Class I": "I", "Class II": "II", "Class III": "III"}
LONGEST_NUMBER, LONGEST_TITLE = 40, 200


@dataclass(frozen=True)
class Imported:
    """How many notices of a file were new, had changed, and were on record already."""

    new: int = 0
    changed: int = 0
    known: int = 0


def import_notices(raw: bytes, *, at: datetime, by: Actor) -> Imported:
    """Take openFDA enforcement reports (JSON: an answer with results, a list, or one record), all or none.

    A report that is on record as it is, is passed over; one that has changed becomes a further version.
    """
    by.must(Permission.RECALL_CASES)
    reports = {report["recall_number"]: report for report in _reports(raw)}
    known = queries.noticed(OPENFDA, set(reports))
    new = [_first(number, reports[number], at, by) for number in reports if number not in known]
    other = [number for number in known if _hash(reports[number]) != known[number][1].sha256]
    changed = [_further(*known[number], reports[number], at, by) for number in other]
    _note_ours([*new, *changed])
    found = Imported(len(new), len(changed), len(reports) - len(new) - len(changed))
    told = {"new": found.new, "changed": found.changed, "known": found.known, "sha256": content_hash(raw)}
    record("recalls.import_notices", None, by=by, at=at, new=told)
    return found


@once
def decide_notice(
    notice_id: int, *, decision: str, reason: str, at: datetime, by: Actor, chosen: Collection[int] = ()
) -> RecallNotice:
    """Make a case of the lots that a person chose from what is proposed ("case"), or say it is not ours."""
    by.must(Permission.RECALL_CASES)
    found = queries.notice(notice_id, locked=True)
    if not found.is_open:
        raise refusals.notice_decided()
    meant = [one for one in found.proposed if one.lot_id in set(chosen)]
    if decision == "case" and not meant:
        raise refusals.no_lot_chosen()
    row, old = found.row, found.row.decision
    row.decision, row.decided_why, row.decided_version = decision, said(reason), row.version
    row.decided_at, row.decided_by_id = at, by.person_id
    row.decided_lots, row.came_at = [one.lot_id for one in found.proposed], None
    if decision == "case":
        row.case_id = _case(found.record, meant, reason, at, by)
    new = {"notice": row.number, "decision": decision, "lots": [one.number for one in meant]}
    record("recalls.decide_notice", row, by=by, at=at, old={"decision": old}, new=new, reason=reason)
    return row


def _case(report: Mapping[str, Any], meant: list[Proposed], reason: str, at: datetime, by: Actor) -> int:
    words = [str(report.get(name) or "") for name in ("reason_for_recall", "code_info", "more_code_info")]
    title = f"{report['recall_number']}: {report.get('product_description') or words[0]}"[:LONGEST_TITLE]
    told = NewCase(
        title, "authority", f"{OPENFDA} {report['recall_number']}",
        CLASSES.get(str(report.get("classification")), "none"), "\n".join(filter(None, words)),
    )  # fmt: skip
    first, *others = meant
    case = create_case(told, Scope(first.number, first.product_id), at=at, by=by, reason=reason)
    for one in others:
        add_scope(case.id, Scope(one.number, one.product_id), at=at, by=by)
    return case.id


def _note_ours(rows: Collection[RecallNotice]) -> None:
    """Keep which lots of ours they name, so that whoever looks at a lot need not read every notice."""
    gone = db.delete(NoticeLot).where(NoticeLot.notice_id.in_([row.id for row in rows]))
    db.session.execute(gone)
    db.session.add_all(NoticeLot(notice_id=row, lot_id=lot) for row, lot in queries.ours_in(rows))
    db.session.flush()


def _first(number: str, report: Mapping[str, Any], at: datetime, by: Actor) -> RecallNotice:
    row = RecallNotice(source=OPENFDA, number=number, version=1, decision="open", first_at=at)
    db.session.add(row)
    db.session.flush()
    return _version(row, report, [], at, by)


def _further(
    row: RecallNotice, before: NoticeVersion, report: Mapping[str, Any], at: datetime, by: Actor
) -> RecallNotice:
    row.version += 1
    old = before.record
    changed = sorted(name for name in {*old, *report} if old.get(name) != report.get(name))
    return _version(row, report, changed, at, by)


def _version(
    row: RecallNotice, report: Mapping[str, Any], changed: list[str], at: datetime, by: Actor
) -> RecallNotice:
    told = {"record": dict(report), "sha256": _hash(report), "changed": changed, "at": at, "by_name": by.name}
    version = NoticeVersion(notice_id=row.id, version=row.version, **told)
    db.session.add(version)
    row.words = queries.text_of(version)
    row.plain, row.spans = normalise(row.words), [astuple(span) for span in spans(row.words)] or None
    db.session.flush()
    return row


def _hash(report: Mapping[str, Any]) -> str:
    return content_hash(canonical(report).encode())


def _reports(raw: bytes) -> list[dict[str, Any]]:
    try:
        read = json.loads(raw.decode("utf-8-sig"), parse_float=str, parse_constant=str)
    except (ValueError, RecursionError):
        raise refusals.no_json() from None
    found = read.get("results", [read]) if isinstance(read, dict) else read
    if not isinstance(found, list) or not found:
        raise refusals.no_reports()
    if wrong := next((place for place, one in enumerate(found, 1) if not _is_report(one)), 0):
        raise refusals.no_report(wrong)
    return found


def _is_report(one: Any) -> bool:
    """Whether it has a number, and texts where they are searched."""
    if not isinstance(one, dict):
        return False
    number = one.get("recall_number")
    texts = [one.get(name) or "" for name in queries.SEARCHED]
    named = isinstance(number, str) and 0 < len(number) <= LONGEST_NUMBER and number.isprintable()
    return named and all(isinstance(text, str) and "\0" not in text for text in texts)
