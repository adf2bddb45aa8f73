"""Reactions ready to print: one line each for lists, and one with everything for its page."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from formulary.accounts import queries as accounts
from formulary.administrations.labels.reactions.words import (
    OUTCOME,
    REPORTER,
    SERIOUS,
    SERIOUS_STATE,
    SEVERITY,
    STATE,
)
from formulary.administrations.models import Reaction, ReactionFollowUp, ReactionReport
from formulary.administrations.queries import reactions as queries
from formulary.administrations.queries.reactions import Inside
from formulary.rules.units import Quantity
from formulary.stock.models import Lot
from formulary.web import words

SOMETHING = "and something else"
"""Said of what was felt and written in words, to those who are not told the words."""


@dataclass(frozen=True)
class Told:
    """One report in words."""

    row: ReactionReport
    kinds: str
    severity: str
    severity_state: str
    outcome: str
    serious: str
    serious_state: str
    onset: str
    reporter: str
    who: str


@dataclass(frozen=True)
class Line:
    """One reaction in a list: what it came after, what was felt, how it stands, when somebody looks again."""

    row: Reaction
    after: str
    told: Told
    outcome: str
    due: str
    due_state: str

    @property
    def is_withdrawn(self) -> bool:
        """Whether it was recorded by mistake."""
        return self.row.state == "withdrawn"


@dataclass(frozen=True)
class Seen:
    """One follow-up in words."""

    row: ReactionFollowUp
    outcome: str
    who: str


@dataclass(frozen=True)
class Ingredient:
    """A lot that was in the mixture, how much of it the patient got, and whether as a diluent."""

    lot: Lot
    given: Quantity | None
    is_diluent: bool


@dataclass(frozen=True)
class Page:
    """A reaction with everything that was said of it."""

    line: Line
    earlier: list[Told]
    follow_ups: list[Seen]
    mixture: list[Ingredient]

    @property
    def lot_ids(self) -> list[int]:
        """The lots of the mixture, for the one step to everybody else who got them."""
        return [one.lot.id for one in self.mixture]


def lines(rows: Sequence[Reaction], zone: ZoneInfo, at: datetime, *, in_words: bool = True) -> list[Line]:
    """Each reaction as one line, in their order; four queries in all. Without words: no free text in them."""
    rows = list(rows)
    if not rows:
        return []
    codes, told = (
        queries.treatment_codes(rows),
        _Telling([row.report for row in rows], zone, in_words=in_words),
    )
    return [_line(row, codes[row.id], told(row.report), zone, at) for row in rows]


def page(row: Reaction, zone: ZoneInfo, at: datetime, *, in_words: bool = True) -> Page:
    """Everything about one reaction; what was felt without free text where it is not told in words."""
    told = _Telling(row.reports, zone, more=[made.by_id for made in row.follow_ups], in_words=in_words)
    code = queries.treatment_codes([row])[row.id]
    line = _line(row, code, told(row.report), zone, at)
    seen = [Seen(made, OUTCOME[made.outcome], told.names.get(made.by_id, "")) for made in row.follow_ups]
    mixture = [_inside(one) for one in queries.mixture(row)]
    return Page(line, [told(report) for report in reversed(row.reports[:-1])], seen[::-1], mixture)


def shown(here: int, in_all: int) -> str:
    """In which order a list stands, and how much of it where it is cut."""
    return f"the newest {here} of {in_all}" if here < in_all else "newest treatment first"


class _Telling:
    """What turns a report into words, read once for all of them."""

    def __init__(
        self,
        reports: Iterable[ReactionReport],
        zone: ZoneInfo,
        *,
        more: Iterable[int] = (),
        in_words: bool,
    ) -> None:
        self.zone, self.in_words = zone, in_words
        self.kinds = {kind.id: kind.name for kind in queries.kinds()}
        self.names = accounts.person_names({*(report.by_id for report in reports), *more})

    def __call__(self, row: ReactionReport) -> Told:
        return Told(
            row=row,
            kinds=self._felt(row),
            severity=SEVERITY[row.severity],
            severity_state=STATE[row.severity],
            outcome=OUTCOME[row.outcome],
            serious=SERIOUS[row.serious],
            serious_state=SERIOUS_STATE[row.serious],
            onset=onset_words(row, self.zone),
            reporter=REPORTER[row.reported_by],
            who=self.names.get(row.by_id, ""),
        )

    def _felt(self, row: ReactionReport) -> str:
        """What was ticked and typed; what was typed may hold a name, and is not told to everybody."""
        ticked = ", ".join(name for key, name in self.kinds.items() if key in row.kind_ids)
        if row.other and self.in_words:
            return f"{ticked}, {row.other}" if ticked else row.other
        if row.other:
            return f"{ticked} {SOMETHING}" if ticked else SOMETHING.removeprefix("and ").capitalize()
        return ticked


def onset_words(row: ReactionReport, zone: ZoneInfo) -> str:
    """When it began, and how long after the treatment."""
    if row.onset_at is None:
        return "not known"
    about = "about " if row.onset == "about" else ""
    began = row.reaction.treated_at
    later = row.onset_at - began
    after = f", {words.span(later)} after the treatment began" if later >= words.MINUTE else ", as it began"
    return f"{about}{words.instant(row.onset_at, zone)}{after}"


def _line(row: Reaction, code: str, told: Told, zone: ZoneInfo, at: datetime) -> Line:
    return Line(row, code, told, OUTCOME[row.outcome], *_due(row, zone, at))


def _due(row: Reaction, zone: ZoneInfo, at: datetime) -> tuple[str, str]:
    """When somebody looks again, in words, and how that is drawn."""
    today: date = at.astimezone(zone).date()
    if row.due_on is None:
        return ("no follow-up is set", "info")
    shown = f"{words.day(row.due_on, zone)}, {words.distance(row.due_on, at, zone)}"
    if row.due_on < today:
        return (f"overdue since {shown}", "warn")
    return (f"due {shown}", "reading_due" if row.due_on == today else "planned")


def _inside(one: Inside) -> Ingredient:
    given = None if one.given is None else one.lot.quantity(one.given)
    return Ingredient(one.lot, given, one.via == "diluent")
