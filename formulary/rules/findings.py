"""What a check answers: pass, finding, unknown or not applicable, and the report that holds the answers."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import Any

KEY_DIGITS = 16


class Result(StrEnum):
    """The four answers of a check; `unknown` is never counted as `pass`."""

    PASS = "pass"  # noqa: S105 - an answer, not a password
    FINDING = "finding"
    UNKNOWN = "unknown"
    NOT_APPLICABLE = "not_applicable"


class Level(IntEnum):
    """How far a finding stops the act: INFO shows, WARN asks a reason, STOP a co-signer, BLOCK is final."""

    INFO = 1
    WARN = 2
    STOP = 3
    BLOCK = 4


class Stage(StrEnum):
    """The moment at which the checks run (the column "When" of the rule table)."""

    DRAFT = "D"
    SIGN = "S"
    VERIFY = "V"
    CLAIM = "C"
    DRAW = "P"
    FINAL = "F"
    ADMINISTER = "A"


@dataclass(frozen=True, slots=True)
class Fix:
    """One edit that would answer a finding; the page offers it as a button and checks again."""

    label: str
    field: str
    value: str


@dataclass(frozen=True)
class Finding:
    """One answer of one rule about one subject, in words that say what, why and what would do.

    `code` is stable (`dose.above_max`); `rule` and `version` name the rule of the table ("D1", 1); `line`
    is the number of the cocktail's line or None; `field` is the form field it belongs to; `inputs` are
    (name, shown value) pairs. `rests_on` is what an answer to it is given for, where its inputs are not just
    that.
    """

    code: str
    subject: str
    reason: str
    remedy: str = ""
    level: Level | None = None
    result: Result = Result.FINDING
    rule: str = ""
    version: int = 1
    source: str = ""
    line: int | None = None
    field: str | None = None
    inputs: tuple[tuple[str, str], ...] = ()
    fixes: tuple[Fix, ...] = ()
    accepted: str = ""
    rests_on: tuple[tuple[str, str], ...] = ()

    @property
    def stops(self) -> bool:
        """Whether a second person must co-sign, or nobody can pass."""
        return self.level is not None and self.level >= Level.STOP and not self.accepted

    @property
    def place(self) -> str:
        """Which question this answers, about which line and subject, whatever was found."""
        return f"{self.rule}:{self.code}:{self.line or 0}:{self.subject}"

    @property
    def key(self) -> str:
        """Names this very finding, with what it rests on: what was said to it answers no other one."""
        found = self.rests_on or self.inputs or (("reason", self.reason),)
        return f"{self.place}:{inputs_hash(found)[:KEY_DIGITS]}"

    def of_rule(self, rule: str, version: int, source: str, level: Level | None) -> Finding:
        """The same as this rule's answer."""
        return self.having(rule=rule, version=version, source=source, level=level)

    def having(self, **changed: Any) -> Finding:
        """The same but for some fields: a check has a hundred, and `replace` is ten times slower."""
        found = object.__new__(Finding)
        found.__dict__.update(self.__dict__)
        found.__dict__.update(changed)
        return found

    def at_field(self, name: str) -> Finding:
        """The same finding, placed at a form field."""
        return self.having(field=name)


class Refused(Exception):
    """An act that the rules do not allow, with the findings that say why and what would do."""

    def __init__(self, *findings: Finding) -> None:
        """Take one finding or more; a refusal without a reason is a fault of ours."""
        if not findings:
            raise ValueError("A refusal needs at least one finding")
        self.findings = findings
        super().__init__("; ".join(f"{f.code}: {f.reason}" for f in findings))


def refuse(code: str, subject: str, reason: str, remedy: str = "", **more: object) -> Refused:
    """A refusal of one BLOCK finding, ready to raise."""
    return Refused(Finding(code, subject, reason, remedy, level=Level.BLOCK, **more))  # type: ignore[arg-type]


class Verdict(StrEnum):
    """The worst that a report holds."""

    PASS = "pass"  # noqa: S105 - an answer, not a password
    INFO = "info"
    WARN = "warn"
    STOP = "stop"
    BLOCK = "block"


@dataclass(frozen=True, slots=True)
class Report:
    """Every answer of one run of the checklist, bound to the hash of all its inputs."""

    stage: Stage
    rule_set: str
    inputs_hash: str
    answers: tuple[Finding, ...] = field(default=())

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What must be shown: findings and unknowns, worst first, then by line."""
        shown = (a for a in self.answers if a.result in (Result.FINDING, Result.UNKNOWN))
        return tuple(sorted(shown, key=lambda a: (bool(a.accepted), -(a.level or 0), a.line or 0)))

    @property
    def open(self) -> tuple[Finding, ...]:
        """Findings that no approved formula has answered for."""
        return tuple(f for f in self.findings if not f.accepted)

    @property
    def verdict(self) -> Verdict:
        """The level of the worst open finding, or pass."""
        worst = max((f.level or Level.INFO for f in self.open), default=None)
        return Verdict.PASS if worst is None else Verdict[worst.name]

    def at_least(self, level: Level) -> tuple[Finding, ...]:
        """Open findings of this level or worse."""
        return tuple(f for f in self.open if (f.level or Level.INFO) >= level)


def canonical(value: object) -> str:
    """A text that is equal exactly when the inputs are: sorted JSON, exact numbers as text."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str)


def inputs_hash(*parts: object) -> str:
    """SHA-256 over the canonical text of all inputs."""
    return hashlib.sha256(canonical(parts).encode()).hexdigest()


def capital(text: str) -> str:
    """The text with a capital first letter, as a sentence begins; the rest stays as written."""
    return text[:1].upper() + text[1:]


def joined(words: Iterable[str], last: str = "and") -> str:
    """A list for people: "a, b and c"."""
    *most, final = list(words) or [""]
    return f" {last} ".join(filter(None, (", ".join(most), final)))
