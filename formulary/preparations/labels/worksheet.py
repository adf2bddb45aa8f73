"""An attempt as its page shows it: one step fills the screen, the others wait or are done."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from formulary.accounts import Permission
from formulary.accounts import queries as accounts
from formulary.cocktails.facts import Gathered
from formulary.preparations import queries
from formulary.preparations.labels.achieved import Achieved, achieved_lines
from formulary.preparations.labels.steps import Step, steps
from formulary.preparations.models import Attempt, CloseCall, Draw, Syringe
from formulary.rules import checklist, facts
from formulary.rules.beyond_use import BeyondUse
from formulary.rules.units import VOLUME, Quantity, show


@dataclass(frozen=True)
class Worksheet:
    """An attempt ready to print; `reader` is the person who looks at it."""

    attempt: Attempt
    steps: list[Step]
    current: Step | None
    draws: list[Draw]
    close_calls: list[CloseCall]
    syringes: list[Syringe]
    until: BeyondUse
    told: facts.Cocktail
    names: dict[int, str]
    releasers: list[str]
    reader_id: int
    at: datetime

    @property
    def is_mine(self) -> bool:
        """Whether the reader is the preparer."""
        return self.attempt.preparer_id == self.reader_id

    @property
    def preparer(self) -> str:
        """The preparer's name."""
        return self.names.get(self.attempt.preparer_id, "")

    @property
    def until_words(self) -> str:
        """Until when it may be used, with the limit that decides."""
        return self.until.words(self.told.policies.zone, self.at)

    @property
    def total(self) -> Quantity:
        """What is in the preparation by now."""
        return Quantity(sum(draw.volume for draw in self.draws if draw.via != "diluent"), VOLUME)

    @property
    def total_words(self) -> str:
        """The draws that the total is the sum of."""
        mark = self.told.policies.decimal_mark
        parts = [show(step.drawn, mark=mark) for step in self.steps if step.drawn is not None]
        return f"{' + '.join(parts)} = {show(self.total, mark=mark)}" if parts else ""

    @property
    def too_much(self) -> Quantity | None:
        """By how much draws and plans exceed the volume prescribed, where they do."""
        whole = queries.prepared_volume(self.attempt)
        planned = sum(s.row.volume for s in self.steps if not s.is_done)
        over = self.total + Quantity(planned - (whole or 0), VOLUME)
        return over if whole is not None and over.steps > 0 else None

    @property
    def is_printed(self) -> bool:
        """Whether its labels were printed already."""
        return any(each.printed for each in self.syringes)

    @property
    def order(self) -> list[str]:
        """Which line goes into the syringe before which, as far as the compatibility table says."""
        order = checklist.order(self.told)
        return [f"{before.words} ({before.rule.source})." for before in (*order.known, *order.open)]

    @property
    def last_draw(self) -> Draw | None:
        """The newest draw, which can be taken back."""
        return self.draws[-1] if self.draws else None

    @property
    def achieved(self) -> list[Achieved]:
        """Every line as it was drawn."""
        return achieved_lines(self.told)


def worksheet(
    attempt: Attempt,
    gathered: Gathered,
    until: BeyondUse,
    *,
    current: facts.Stock | None,
    reader_id: int,
    at: datetime,
) -> Worksheet:
    """Everything that the page of an attempt shows; `current` is the source of the step in hand, as it is."""
    told = gathered.cocktail
    rows = steps(attempt, told, current)
    return Worksheet(
        attempt=attempt,
        steps=rows,
        current=_current(attempt, rows),
        draws=queries.draws(attempt.id),
        close_calls=queries.close_calls(attempt.id),
        syringes=queries.syringes(attempt.id),
        until=until,
        told=told,
        names=accounts.person_names(_people(attempt)),
        releasers=accounts.staff_who_may(Permission.RELEASE, attempt.site_id, attempt.preparer_id),
        reader_id=reader_id,
        at=at,
    )


def _current(attempt: Attempt, rows: Sequence[Step]) -> Step | None:
    if attempt.state != "in_preparation":
        return None
    return next((step for step in rows if step.row.state == "planned"), None)


def _people(attempt: Attempt) -> set[int | None]:
    return {attempt.preparer_id, attempt.prescriber_id, attempt.verifier_id, attempt.releaser_id}
