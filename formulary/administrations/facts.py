"""What the rules are told of a session: what was released, where it went, what is left."""

from dataclasses import replace
from datetime import datetime

from formulary.administrations.models import Administration
from formulary.preparations import facts as bench
from formulary.preparations import queries as preparations
from formulary.rules import checklist
from formulary.rules.facts import AdministeredFacts, Points, SitePolicies
from formulary.rules.findings import Finding, Result, Stage
from formulary.rules.units import VOLUME, Quantity


def administered(
    session: Administration, leftover: Quantity, dead_space: int, policies: SitePolicies
) -> AdministeredFacts:
    """The facts of rule R1."""
    return AdministeredFacts(
        released=Quantity(session.released, VOLUME),
        sites=tuple(Quantity(site.volume, VOLUME) for site in session.sites),
        leftover=leftover,
        policies=policies,
        dead_space=Quantity(dead_space, VOLUME),
    )


def places(session: Administration, at: datetime) -> tuple[Finding, ...]:
    """D4 about the points as they were recorded: what is above the most at one of them, or in one area.

    What was injected is recorded all the same: this is said, and stops nothing.
    """
    if not session.sites:
        return ()
    told = bench.gather_attempt(preparations.of_attempt(session.attempt_id), at=at).cocktail
    points = tuple(Points(s.area, s.points, Quantity(s.per_point, VOLUME)) for s in session.sites)
    answers = checklist.ask(replace(told, points=points), Stage.ADMINISTER, ("D4",)).answers
    return tuple(answer for answer in answers if answer.result is Result.FINDING)
