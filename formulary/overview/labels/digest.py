"""Everything that a role has to do, gravest first, in groups that lead to the page where each is done."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from formulary.accounts import Role
from formulary.overview.labels import stores
from formulary.overview.labels.day import Day
from formulary.overview.labels.need import Duty, Need
from formulary.overview.labels.needs import DUTIES, NEVER
from formulary.web.states import state
from formulary.web.words import plural

GRAVITY = ("block", "stop", "expired", "held", "warn", "unknown", "live", "info", "pass")
ROLE_WORDS = {role: str(role).replace("_", " ") for role in Role}


@dataclass(frozen=True)
class Group:
    """The things of one kind: what they are, and the page that lists them all."""

    title: str
    needs: tuple[Need, ...]
    endpoint: str
    arguments: tuple[tuple[str, int | str], ...] = ()

    @property
    def count(self) -> int:
        """How many there are."""
        return sum(need.count for need in self.needs)

    @property
    def gravity(self) -> int:
        """How grave the gravest of them is; 0 is the gravest."""
        return min(grave(need) for need in self.needs)

    @property
    def until(self) -> datetime:
        """When the first of them stops being possible."""
        return min(need.until or NEVER for need in self.needs)


@dataclass(frozen=True)
class Digest:
    """One role's page, and the other roles of the same person that have one."""

    role: Role
    groups: list[Group]
    others: tuple[Role, ...]
    day: Day

    @property
    def count(self) -> int:
        """How many things there are to do."""
        return sum(group.count for group in self.groups)

    @property
    def heading(self) -> str:
        """ "12 things to do as pharmacist"."""
        counted = plural(self.count, "thing") if self.count else "Nothing"
        return f"{counted} to do as {ROLE_WORDS[self.role]}"

    @property
    def patients(self) -> int:
        """How many patients the page shows by name."""
        named = {need.patient for group in self.groups for need in group.needs} - {""}
        return len(named) if self.day.names_patients else 0


def digest(day: Day, role: Role) -> Digest:
    """What one of the roles of whoever asks has to do: the same as on their first page, all of it."""
    groups = sorted(_groups(day, role), key=lambda group: (group.gravity, group.until))
    others = tuple(other for other in Role if other in day.actor.roles and other != role)
    return Digest(role, groups, others, day)


def grave(need: Need) -> int:
    """The place of a thing among all degrees of gravity."""
    return GRAVITY.index(state(need.state).css)


def _groups(day: Day, role: Role) -> Iterator[Group]:
    for duty in DUTIES[role]:
        found = sorted(duty(day), key=lambda need: (grave(need), need.until or NEVER))
        if found:
            yield Group(PAGES[duty.__name__][0], tuple(found), PAGES[duty.__name__][1], _arguments(duty, day))


def _arguments(duty: Duty, day: Day) -> tuple[tuple[str, int | str], ...]:
    """What the page is asked for, so that it shows just these."""
    if duty is stores.expiring:
        return (("ahead", stores.NEAR_EXPIRY.days),)
    if duty is stores.quarantine and day.quarantine_id is not None:
        return (("place", day.quarantine_id),)
    return ()


PAGES: dict[str, tuple[str, str]] = {
    "verify": ("Prescriptions to verify", "cocktails.index"),
    "release": ("Preparations to release", "preparations.index"),
    "release_own": ("Your preparations to release", "preparations.index"),
    "prepare": ("Cocktails to prepare", "preparations.index"),
    "go_on": ("In your hands", "preparations.index"),
    "finish_drafts": ("Drafts to finish", "cocktails.index"),
    "give": ("Cocktails to give", "administrations.start"),
    "sign_emergencies": ("Recorded afterwards, to sign for", "afterwards.index"),
    "close_sessions": ("Sessions to close", "administrations.start"),
    "read_tests": ("Patch tests to read", "patch_tests.index"),
    "follow_up": ("Reactions to ask about", "reactions.index"),
    "open_vials": ("Open vials", "overview.vials"),
    "expiring": ("Lots that expire", "overview.expiry"),
    "quarantine": ("Lots in quarantine", "stock.index"),
    "explain_discrepancies": ("Discrepancies", "stock.discrepancies"),
    "look_at_discrepancies": ("Discrepancies", "stock.discrepancies"),
    "count_places": ("Counts", "stock.counts"),
    "watch_temperatures": ("Temperatures", "stock.temperatures"),
    "receive_transfers": ("Transfers from other sites", "stock.transfers"),
    "order": ("Below minimum", "stock.supplies"),
    "chase": ("Orders that are overdue", "stock.orders"),
    "answer_recalls": ("Recalled lots that came", "recalls.cases"),
    "follow_holds": ("Holds", "recalls.index"),
    "look_at_holds": ("Holds", "recalls.index"),
    "review_emergencies": ("Emergency accesses", "patients.emergencies"),
}
