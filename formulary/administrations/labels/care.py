"""After-care in plain words: each rule with a time on the clocks of the site, and where sources differ."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from formulary.administrations.models import Administration, CareDecision
from formulary.catalogue.models import CareStatement, CareTopic
from formulary.rules.findings import inputs_hash
from formulary.rules.schedule import Stated, contradict, strictest, until
from formulary.web import words

VERSION_DIGITS = 8
TIMELESS = "no time is stated"


@dataclass(frozen=True)
class TopicLine:
    """One topic: what each source says, what holds here and why; `number` None: without a time."""

    topic: CareTopic
    decision: CareDecision | None
    stated: list[tuple[CareStatement, str]]
    number: int | None
    unit: str
    differ: bool
    left_out: bool

    @property
    def holds(self) -> str:
        """How long it holds here, in words."""
        if self.left_out:
            return "left off the sheet"
        return TIMELESS if self.number is None else words.plural(self.number, self.unit[:-1])

    @property
    def state(self) -> str:
        """Whether somebody here has decided, has to decide, or need not."""
        if self.decision is not None:
            return "approved"
        return "warn" if self.differ else "unknown" if self.number is None else "info"

    @property
    def words(self) -> str:
        """The same in words."""
        if self.decision is not None:
            return "decided here"
        if self.differ:
            return "sources differ"
        return "to be decided here" if self.number is None else "one source"


@dataclass(frozen=True)
class Rule:
    """One line of a sheet, with its end where it has one."""

    words: str
    ends_at: datetime | None


@dataclass(frozen=True)
class Sheet:
    """What a patient takes home after one session: counted from its end, in a version."""

    counted_from: datetime
    rules: list[Rule]
    version: str


def topic_lines(topics: Sequence[CareTopic], decisions: Mapping[int, CareDecision]) -> list[TopicLine]:
    """Every topic with what holds at the site of the decisions."""
    return [_line(topic, decisions.get(topic.id)) for topic in topics]


def _line(topic: CareTopic, decision: CareDecision | None) -> TopicLine:
    facts = [Stated(row.least, row.most, row.unit, row.source, row.lifted) for row in topic.statements]
    binding = strictest(facts)
    number, unit = (binding.longest, binding.unit) if binding else (None, "hours")
    if decision is not None and decision.choice == "own":
        number, unit = decision.number, decision.unit
    told = [(row, _said(fact)) for row, fact in zip(topic.statements, facts, strict=True)]
    left_out = decision is not None and decision.choice == "left_out"
    return TopicLine(topic, decision, told, number, unit, contradict(facts), left_out)


def _said(fact: Stated) -> str:
    if fact.lifted:
        return "nothing to keep to"
    if fact.least is None:
        return TIMELESS
    if fact.most is None:
        return words.plural(fact.least, fact.unit[:-1])
    return f"{fact.least} to {words.plural(fact.most, fact.unit[:-1])}"


CHOSEN = {"strictest": "what the strictest source says", "left_out": "left off the sheet"}


def chosen(row: CareDecision) -> str:
    """A decision in words."""
    return CHOSEN.get(row.choice) or words.plural(row.number or 0, row.unit[:-1])


def counted_from(session: Administration, zone: ZoneInfo) -> datetime:
    """From when a sheet counts: the closing of the session, on its own day; else the last injection noted.

    A session that was closed days later, or is not closed yet, counts from what was recorded last of it.
    """
    closed = session.closed_at
    if closed is not None and _day(closed, zone) == _day(session.started_at, zone):
        return closed
    return max((site.recorded_at for site in session.sites), default=session.started_at)


def sheet(lines: Sequence[TopicLine], begun: datetime, zone: ZoneInfo) -> Sheet:
    """The sheet of a session: what ends first stands first, then what has no time."""
    kept = [line for line in lines if not line.left_out]
    rules = [_rule(line, begun, zone) for line in kept]
    timed = sorted((rule for rule in rules if rule.ends_at), key=lambda rule: rule.ends_at or begun)
    told = [(line.topic.word, line.number, line.unit, line.topic.words) for line in kept]
    version = inputs_hash(told)[:VERSION_DIGITS]
    return Sheet(begun, [*timed, *(rule for rule in rules if rule.ends_at is None)], version)


def _rule(line: TopicLine, begun: datetime, zone: ZoneInfo) -> Rule:
    if line.number is None:
        return Rule(line.topic.untimed, None)
    ends = until(begun, line.number, line.unit, zone)
    return Rule(line.topic.words.replace("{until}", moment(ends, begun, zone)), ends)


def moment(ends: datetime, begun: datetime, zone: ZoneInfo) -> str:
    """ "18:40 today", "18:40 tomorrow, Wednesday 25 Nov"; where the clocks show it twice, which."""
    shown = words.clock_time(ends, zone)
    local = ends.astimezone(zone)
    days = (_day(ends, zone) - _day(begun, zone)).days
    if days == 0:
        return f"{shown} today"
    day = f"{words.weekday(ends, zone)} {words.day_short(ends, zone)}"
    if days == 1:
        return f"{shown} tomorrow, {day}"
    year = "" if local.year == begun.astimezone(zone).year else f" {local.year}"
    return f"{shown} on {day}{year}"


def stored(told: Sheet) -> list[dict[str, Any]]:
    """The lines of a sheet as they are kept."""
    return [
        {"words": rule.words, "ends_at": rule.ends_at.isoformat() if rule.ends_at else ""}
        for rule in told.rules
    ]


def _day(at: datetime, zone: ZoneInfo) -> date:
    return at.astimezone(zone).date()
