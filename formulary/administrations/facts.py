"""What the rules are told when a session closes: what was released, where it went, what is left."""

from collections.abc import Sequence

from formulary.administrations.models import InjectionSite
from formulary.rules.facts import AdministeredFacts, SitePolicies
from formulary.rules.units import VOLUME, Quantity


def site_volumes(sites: Sequence[InjectionSite]) -> tuple[Quantity, ...]:
    """The volume at each site: points times volume per point."""
    return tuple(Quantity(site.points * site.per_point, VOLUME) for site in sites)


def given_volume(sites: Sequence[InjectionSite]) -> int:
    """All that was injected, in nL."""
    return sum(site.points * site.per_point for site in sites)


def administered(
    released: int, sites: Sequence[InjectionSite], leftover: int, dead_space: int, policies: SitePolicies
) -> AdministeredFacts:
    """The facts of rule R1."""
    return AdministeredFacts(
        released=Quantity(released, VOLUME),
        sites=site_volumes(sites),
        leftover=Quantity(leftover, VOLUME),
        policies=policies,
        dead_space=Quantity(dead_space, VOLUME),
    )
