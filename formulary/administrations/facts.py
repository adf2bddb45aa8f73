"""What the rules are told when a session closes: what was released, where it went, what is left."""

from formulary.administrations.models import Administration
from formulary.rules.facts import AdministeredFacts, SitePolicies
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
