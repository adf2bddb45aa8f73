"""One session as its page shows it: sites, what was given, what should be left, and why."""

from dataclasses import dataclass
from datetime import datetime

from formulary.accounts import queries as accounts
from formulary.administrations import queries
from formulary.administrations.labels.how import Numb, how, numb
from formulary.administrations.labels.until import Until, until
from formulary.administrations.models import Administration, InjectionSite, SessionPause
from formulary.preparations import queries as preparations
from formulary.preparations.models import Attempt
from formulary.rules.units import VOLUME, Quantity, show
from formulary.stock.models import Lot

MINUS, TIMES = "\N{MINUS SIGN}", "\N{MULTIPLICATION SIGN}"


@dataclass(frozen=True)
class SiteRow:
    """One area with its points; `words` is how its volume comes about, `how` how the points were given."""

    row: InjectionSite
    per_point: Quantity
    volume: Quantity
    words: str
    how: str


@dataclass(frozen=True)
class LotRow:
    """How much of a lot reached the patient, and how much did not; None for what cannot be told apart."""

    lot: Lot
    given: Quantity
    wasted: Quantity
    via: str


@dataclass(frozen=True)
class Session:
    """A session ready to print; `left` is what is still in the syringe by what was recorded."""

    row: Administration
    attempt: Attempt
    sites: list[SiteRow]
    lots: list[LotRow]
    is_dead_space_known: bool
    names: dict[int, str]
    mark: str
    until: Until
    numb: Numb

    @property
    def paused(self) -> SessionPause | None:
        """The pause that goes on, if one does; closing ends it."""
        return self.row.pause if self.row.state == "started" else None

    @property
    def outcome_state(self) -> str:
        """How it ended, as a state that the pages draw."""
        return self.row.outcome

    @property
    def released(self) -> Quantity:
        """What was released for it."""
        return Quantity(self.row.released, VOLUME)

    @property
    def given(self) -> Quantity:
        """All that was injected: by the sites, or as it was said where it was recorded afterwards."""
        return Quantity(self.row.given if self.row.state == "closed" else self.row.recorded, VOLUME)

    @property
    def dead_space(self) -> Quantity | None:
        """What stays in needle and hub; None while that is not on record, which counts as nothing."""
        return Quantity(self.row.dead_space, VOLUME) if self.is_dead_space_known else None

    @property
    def leftover(self) -> Quantity:
        """What was left in the end, and wasted."""
        return Quantity(self.row.leftover, VOLUME)

    @property
    def difference(self) -> Quantity:
        """What is not accounted for in the end; below nothing where more was recorded than released."""
        return Quantity(self.row.difference, VOLUME)

    @property
    def left(self) -> Quantity:
        """What should still be in the syringe by what was recorded."""
        return self.released - self.given - Quantity(self.row.dead_space, VOLUME)

    @property
    def is_over(self) -> bool:
        """Whether more was recorded than was released."""
        return self.left.steps < 0

    @property
    def missing(self) -> Quantity:
        """How far the volumes are apart, whichever way."""
        return abs(self.difference if self.row.state == "closed" else self.left)

    @property
    def left_words(self) -> str:
        """Why so much should be left."""
        counted = [q for q in (self.released, self.given, self.dead_space) if q is not None]
        words = f" {MINUS} ".join(show(q, mark=self.mark) for q in counted)
        unknown = "" if self.is_dead_space_known else "; what needle and hub keep is not on record"
        return f"{words} = {show(self.left, mark=self.mark)}{unknown}"

    @property
    def given_words(self) -> str:
        """The areas that the volume given is the sum of."""
        parts = [show(site.volume, mark=self.mark) for site in self.sites]
        return (
            f"{' + '.join(parts)} = {show(self.given, mark=self.mark)}" if parts else "No site is recorded."
        )


def session(row: Administration, *, mark: str, at: datetime) -> Session:
    """Everything that the page of a session shows."""
    attempt = preparations.of_attempt(row.attempt_id)
    return Session(
        row=row,
        attempt=attempt,
        sites=[_site(site, mark) for site in row.sites],
        lots=[LotRow(lot, lot.quantity(g.given), lot.quantity(g.wasted), g.via) for g, lot, _ in _lots(row)],
        is_dead_space_known=all(s.dead_space is not None for s in preparations.syringes(attempt.id)),
        names=accounts.person_names(_people(row)),
        mark=mark,
        until=until(attempt, at),
        numb=numb(row, at),
    )


def _people(row: Administration) -> set[int | None]:
    paused = {who for pause in row.pauses for who in (pause.paused_by_id, pause.resumed_by_id)}
    return {row.started_by_id, row.closed_by_id} | paused


def _lots(row: Administration):  # type: ignore[no-untyped-def]
    return queries.given_lots(row.id) if row.state == "closed" else []


def _site(site: InjectionSite, mark: str) -> SiteRow:
    each, volume = Quantity(site.per_point, VOLUME), Quantity(site.volume, VOLUME)
    words = f"{site.points} {TIMES} {show(each, mark=mark)} = {show(volume, mark=mark)}"
    return SiteRow(site, each, volume, words, how(site, mark))
