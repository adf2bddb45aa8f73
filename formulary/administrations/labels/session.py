"""One session as its page shows it: sites, what was given, what should be left."""

from dataclasses import dataclass
from datetime import datetime

from formulary.accounts import queries as accounts
from formulary.administrations import facts, queries
from formulary.administrations.models import Administration, InjectionSite
from formulary.preparations.models import Attempt
from formulary.rules.units import VOLUME, Quantity


@dataclass(frozen=True)
class SiteRow:
    """One area with its points."""

    row: InjectionSite
    per_point: Quantity
    volume: Quantity


@dataclass(frozen=True)
class Session:
    """A session ready to print; `left` is what is still in the syringe by what was recorded."""

    row: Administration
    attempt: Attempt
    sites: list[SiteRow]
    released: Quantity
    given: Quantity
    dead_space: Quantity
    left: Quantity
    names: dict[int, str]
    at: datetime

    @property
    def is_over(self) -> bool:
        """Whether more was recorded than was released."""
        return self.left.steps < 0


def session(row: Administration, *, at: datetime) -> Session:
    """Everything the page of a session shows."""
    released, given = Quantity(row.released, VOLUME), Quantity(facts.given_volume(row.sites), VOLUME)
    dead_space = Quantity(row.dead_space, VOLUME)
    sites = [
        SiteRow(site, Quantity(site.per_point, VOLUME), volume)
        for site, volume in zip(row.sites, facts.site_volumes(row.sites), strict=True)
    ]
    people = {row.started_by_id, row.closed_by_id}
    return Session(
        row=row,
        attempt=queries.attempt(row.attempt_id),
        sites=sites,
        released=released,
        given=given,
        dead_space=dead_space,
        left=released - given - dead_space,
        names=accounts.person_names({p for p in people if p is not None}),
        at=at,
    )
