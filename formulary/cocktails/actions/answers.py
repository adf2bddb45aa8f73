"""What is said to findings: asked for when a cocktail is signed, kept, and counted for that finding alone."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from formulary.accounts import Actor, Permission
from formulary.accounts import actions as accounts
from formulary.cocktails import queries
from formulary.cocktails.labels import OVERRIDE_REASONS
from formulary.cocktails.labels.rows import answer_row
from formulary.cocktails.models import Override, Revision
from formulary.db import db
from formulary.rules.findings import Finding, Level, Refused, Report, capital, inputs_hash, joined

if TYPE_CHECKING:
    from formulary.cocktails.actions.signing import Checked

LONGEST = 400
BY_ANOTHER = frozenset({"T2"})
"""What nobody answers alone. Above a hard maximum (D1) nobody does at all."""


@dataclass(frozen=True)
class Answer:
    """What a person said to one finding: a reason of the list; to a STOP also in own words, co-signed."""

    finding_key: str
    reason: str
    words: str = ""
    cosigner: Actor | None = None


def must_be_answered(report: Report, revision: Revision, also: frozenset[str] = frozenset()) -> None:
    """Refuse on a BLOCK, and on a STOP that nobody answered for, as it is now, at signing, nor `also`.

    An answer counts for the very finding it was given to: about the same, with the same inputs, no graver.
    """
    stops = report.at_least(Level.STOP)
    if not stops:
        return
    answered = {key: Level[row.level] for key, row in queries.overrides(revision.id).items()}
    answered |= dict.fromkeys(also, Level.STOP)
    if open_ones := [f for f in stops if not _counts(f, answered.get(f.key))]:
        raise Refused(*open_ones)


def _counts(finding: Finding, answered: Level | None) -> bool:
    level = finding.level or Level.INFO
    return answered is not None and level is not Level.BLOCK and level <= answered


def all_answered(report: Report, answers: Sequence[Answer], by: Actor, *, alone: bool = False) -> None:
    """Refuse to sign on what blocks, and on what is not answered as its level asks.

    Where somebody works `alone`, their own words stand in the place of a co-signature, SELF-CHECKED.
    """
    by_key = {answer.finding_key: answer for answer in answers if answer.reason}
    asked = report.at_least(Level.WARN)
    if missing := [wrong for f in asked for wrong in _missing(f, by_key.get(f.key), by, alone)]:
        raise Refused(*missing)


def _missing(finding: Finding, answer: Answer | None, by: Actor, alone: bool) -> Iterator[Finding]:
    """What an answer lacks: the finding itself where there is none, else what is wrong with it."""
    if finding.level is Level.BLOCK or answer is None:
        yield finding
        return
    if answer.reason not in OVERRIDE_REASONS:
        yield _other_reason(finding, answer)
    if finding.level is Level.STOP and not answer.words.strip():
        yield _no_words(finding)
    if finding.level is Level.STOP and not _is_cosigned(answer, by, alone and finding.rule not in BY_ANOTHER):
        yield finding


def _is_cosigned(answer: Answer, by: Actor, alone: bool) -> bool:
    other = answer.cosigner
    if other is None:
        return alone
    return other is not None and other.person_id != by.person_id and other.may(Permission.COSIGN)


def _other_reason(finding: Finding, answer: Answer) -> Finding:
    offered = joined((f"“{reason}”" for reason in OVERRIDE_REASONS), "or")
    return Finding(
        "answer.reason_not_offered",
        finding.subject,
        f"{capital(finding.subject)}: “{answer.reason}” is not a reason of the list.",
        f"Choose {offered}.",
        level=Level.BLOCK,
        line=finding.line,
        field=f"override:{finding.key}",
    )


def _no_words(finding: Finding) -> Finding:
    return Finding(
        "answer.no_words",
        finding.subject,
        f"{capital(finding.subject)}: a reason over {finding.code} is chosen, and no sentence beside it.",
        "Write in your own words why it is right for this patient; the co-signer reads it.",
        level=Level.BLOCK,
        line=finding.line,
        field=f"words:{finding.key}",
    )


def keep_answers(
    checked: "Checked", answers: Sequence[Answer], *, at: datetime, by: Actor
) -> list[dict[str, object]]:
    """Keep what was said to what asked for it, each co-sign with its signature; told for the audit trail."""
    open_ones = {finding.key: finding for finding in checked.report.at_least(Level.WARN)}
    said = [(open_ones[a.finding_key], a) for a in answers if a.reason and a.finding_key in open_ones]
    rows = [_override(checked, finding, _plain(finding, answer), at=at, by=by) for finding, answer in said]
    db.session.add_all(rows)
    db.session.flush()
    for row, (_, answer) in zip(rows, said, strict=True):
        if row.level == Level.STOP.name:
            signed = {"subject": row, "signed_hash": inputs_hash(row.told, row.answered)}
            alone = answer.cosigner is None
            accounts.sign(answer.cosigner or by, meaning="co-signed", at=at, self_checked=alone, **signed)
    return [row.told for row in rows]


def _plain(finding: Finding, answer: Answer) -> Answer:
    """A co-signer stands behind a STOP alone: what needs none was not theirs to read."""
    words = answer.words.strip()[:LONGEST]
    return replace(answer, words=words, cosigner=answer.cosigner if finding.stops else None)


def _override(checked: "Checked", finding: Finding, answer: Answer, *, at: datetime, by: Actor) -> Override:
    return Override(
        revision_id=checked.revision.id,
        finding_key=finding.key,
        code=finding.code,
        level=(finding.level or Level.INFO).name,
        answered=answer_row(finding),
        stage=checked.report.stage,
        inputs_hash=checked.report.inputs_hash,
        reason=answer.reason,
        words=answer.words,
        by_id=by.person_id,
        at=at,
        cosigner_id=answer.cosigner.person_id if answer.cosigner else None,
        cosigned_at=at if answer.cosigner else None,
    )
