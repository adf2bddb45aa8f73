"""The pages that nobody is called to and everybody may look at, those of one's roles first."""

from dataclasses import dataclass

from formulary.accounts import Actor, Role


@dataclass(frozen=True)
class Shortcut:
    """A page with a few words about it; shown to whoever may open it."""

    label: str
    endpoint: str
    words: str
    picture: str


OVERSIGHT = (
    Shortcut("Audit trail", "audit.trail", "who did what, and when", "list-check"),
    Shortcut("Who saw patients", "audit.access", "charts, searches, recall answers", "eye"),
    Shortcut("Emergency accesses", "patients.emergencies", "opened with a reason", "key"),
    Shortcut("Rules", "overview.governance", "how often shown and overridden", "speedometer2"),
)
CLINIC = (
    Shortcut("People", "accounts.people", "accounts, roles, one-time links", "people"),
    Shortcut("Clinic", "accounts.clinic", "sites, places, policies", "gear"),
    Shortcut("Rights", "accounts.rights", "which role may do what", "shield-check"),
)
STORES = (
    Shortcut("Open vials", "overview.vials", "what is left, until when", "droplet-half"),
    Shortcut("Expiry horizon", "overview.expiry", "what lapses in half a year", "calendar-event"),
    Shortcut("Reactions", "reactions.rates", "how often, of how many given", "heart-pulse"),
    Shortcut("Recorded afterwards", "afterwards.index", "emergencies, what came from paper", "clock-history"),
    Shortcut("Recalls", "recalls.index", "who was touched by a lot", "megaphone"),
    Shortcut("Catalogue", "catalogue.index", "ingredients, products, formulas", "journal-medical"),
)


def shortcuts(actor: Actor) -> list[Shortcut]:
    """What this person is offered: to whoever oversees, the trail first; to whoever runs it, the clinic."""
    if actor.roles & {Role.ADMINISTRATOR}:
        return [*CLINIC, *OVERSIGHT, *STORES]
    return [*OVERSIGHT, *STORES] if actor.roles & {Role.AUDITOR} else [*STORES, OVERSIGHT[0], OVERSIGHT[-1]]
