"""The check report of a cocktail as its page tells it: every rule and answer, and whether it still holds."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from formulary.cocktails.labels.rows import answer_row
from formulary.cocktails.labels.story import Story
from formulary.cocktails.models import CheckReport, Override
from formulary.rules.checklist import RULES, data_version
from formulary.rules.facts import Cocktail as Facts
from formulary.rules.findings import Report, Stage, joined

TITLES = {rule.id: rule.title for rule in RULES}
ORDER = {rule.id: place for place, rule in enumerate(RULES)}
STAGES = {
    "D": "as a draft",
    "S": "at signing",
    "V": "at verifying",
    "C": "at the claim",
    "P": "at a draw",
    "F": "of what was drawn",
    "A": "at giving",
}
AGAIN = (Stage.SIGN, Stage.VERIFY)
"""The stages at which what is kept suffices to check again; later ones look at what was drawn."""


@dataclass(frozen=True)
class Answer:
    """One answer of one rule, as it was kept; what tells a dose is empty while doses wait."""

    rule: str
    title: str
    version: int
    code: str
    state: str
    subject: str
    reason: str
    remedy: str
    source: str
    inputs: tuple[tuple[str, str], ...]
    accepted: str
    line: int | None


@dataclass(frozen=True)
class Answered:
    """What was said to a finding, and whether that finding still stands as it was."""

    row: Override
    told: Mapping[str, Any]
    stands: bool | None


@dataclass(frozen=True)
class Checks:
    """A whole report: when, at which stage, by which rules and data, what it answers, how it stands now."""

    at: datetime
    by: str
    stage: str
    rule_set: str
    data_version: str
    inputs_hash: str
    verdict: str
    answers: tuple[Answer, ...]
    overrides: tuple[Answered, ...]
    state: str
    standing: str
    changes: tuple[str, ...] = ()
    hidden: bool = False

    @property
    def counted(self) -> str:
        """How many answers of each kind there are, in words."""
        words = {"pass": "pass", "finding": "found", "unknown": "unknown", "not_applicable": "not applicable"}
        states = [_kind(answer.state) for answer in self.answers]
        return joined(f"{states.count(kind)} {said}" for kind, said in words.items() if kind in states)


def _kind(state: str) -> str:
    return state if state in ("pass", "unknown", "not_applicable") else "finding"


def answers_of(rows: Iterable[Mapping[str, Any]], *, hidden: bool) -> tuple[Answer, ...]:
    """The answers in the order of the list; `hidden` leaves out the words that could tell a dose."""
    ordered = sorted(rows, key=lambda row: (ORDER.get(row["rule"], len(ORDER)), row["line"] or 0))
    return tuple(_answer(row, hidden=hidden) for row in ordered)


def _answer(row: Mapping[str, Any], *, hidden: bool) -> Answer:
    return Answer(
        rule=row["rule"],
        title=TITLES.get(row["rule"], ""),
        version=row["version"],
        code=row["code"],
        state=_state(row),
        subject=row["subject"],
        reason="" if hidden else row["reason"],
        remedy="" if hidden else row["remedy"],
        source=row["source"],
        inputs=() if hidden else tuple((name, shown) for name, shown in row["inputs"]),
        accepted=row["accepted"],
        line=row["line"],
    )


def _state(row: Mapping[str, Any]) -> str:
    """The state under which an answer is drawn: a finding by its level, anything else by its result."""
    if row["result"] == "finding":
        return (row["level"] or "info").lower()
    return str(row["result"])


def may_be_asked_again(report: CheckReport, *, current: bool) -> bool:
    """Whether what is kept suffices to say how a report stands now: it is of what is being worked on."""
    return current and report.stage in AGAIN


def standing(report: CheckReport, now: Report | None) -> tuple[str, str, tuple[str, ...]]:
    """How a kept report stands now: a state, the words, and which answers are other ones."""
    if now is None:
        return "info", "It tells of that moment; nothing asks for it any more.", ()
    if now.inputs_hash == report.inputs_hash:
        return "pass", "It still holds: nothing that it looked at has changed.", ()
    return "warn", "It is stale: what it looked at has changed since.", tuple(_changes(report.answers, now))


def _changes(then: Sequence[Mapping[str, Any]], now: Report) -> Iterable[str]:
    before = {_place(row["rule"], row["code"], row["line"], row["subject"]): _state(row) for row in then}
    after = {_place(a.rule, a.code, a.line, a.subject): _of_now(a) for a in now.answers}
    for place in sorted({*before, *after}):
        if before.get(place) != after.get(place):
            rule, code, line, subject = place
            where = f"line {line}, {subject}" if line else subject
            told = f"{before.get(place, 'not said')} then, {after.get(place, 'not said')} now"
            yield f"{rule} {code}, {where}: {told.replace('_', ' ')}"


def _place(rule: str, code: str, line: int | None, subject: str) -> tuple[str, str, int, str]:
    return rule, code, line or 0, subject


def _of_now(answer: Any) -> str:
    return _state({"result": answer.result, "level": answer.level.name if answer.level else ""})


def answered(rows: Iterable[Override], now: Report | None, *, hidden: bool) -> tuple[Answered, ...]:
    """What was said, each with whether its very finding still stands; None where nobody asks any more."""
    standing_now = None if now is None else {finding.key for finding in now.findings}
    return tuple(
        Answered(
            row,
            {} if hidden else row.answered,
            None if standing_now is None else row.finding_key in standing_now,
        )
        for row in rows
    )


def kept(report: CheckReport, told: Story, now: Report | None) -> Checks:
    """A kept report, with what was said to its findings and how it stands beside a run of this moment."""
    hidden = told.cocktail.state == "prescribed"
    state, words, changes = standing(report, now)
    own = [row for row in told.overrides if row.stage == report.stage]
    return Checks(
        at=report.at,
        by=told.names.get(report.by_id, ""),
        stage=STAGES[report.stage],
        rule_set=report.rule_set,
        data_version=report.data_version,
        inputs_hash=report.inputs_hash,
        verdict=report.verdict,
        answers=answers_of(report.answers, hidden=hidden),
        overrides=answered(own, now, hidden=hidden),
        state=state,
        standing=words,
        changes=changes,
        hidden=hidden,
    )


def of_now(report: Report, cocktail: Facts) -> Checks:
    """A run of this moment on what is saved of a draft; nothing of it is kept."""
    return Checks(
        at=cocktail.at,
        by="",
        stage="as signing would ask it",
        rule_set=report.rule_set,
        data_version=data_version(cocktail),
        inputs_hash=report.inputs_hash,
        verdict=report.verdict,
        answers=answers_of(map(answer_row, report.answers), hidden=False),
        overrides=(),
        state="info",
        standing="It is of this moment, of what is saved, and is not kept; signing makes its own.",
    )
