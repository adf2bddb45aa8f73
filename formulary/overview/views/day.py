"""What a person's day is made from: read as far as their roles need it."""

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from flask import g

from formulary import clock
from formulary.accounts import Permission, Role
from formulary.accounts import queries as accounts
from formulary.accounts.facts import patch_test_policy
from formulary.administrations import queries as administrations
from formulary.administrations.labels import afterwards
from formulary.administrations.labels import reactions as felt
from formulary.administrations.labels.afterwards import AfterLine
from formulary.administrations.queries import reactions
from formulary.overview import labels, queries
from formulary.overview.labels import Day, FollowUp, Reading
from formulary.patch_tests import labels as test_labels
from formulary.patch_tests import queries as tests
from formulary.recalls import queries as recalls
from formulary.rules.lot_status import day_of
from formulary.stock import queries as stock
from formulary.stock.facts import supply

KEEPING = frozenset({Role.PHARMACIST, Role.TECHNICIAN})
"""Who is told of places that are due for a count: whoever counts them."""
WATCHING = frozenset({Role.PHARMACIST, Role.PRACTITIONER, Role.RECALL_OFFICER, Role.AUDITOR})
"""Who is told of holds on the first page: whoever decides what becomes of what is held, or looks it up."""


def the_day() -> Day:
    """Everything that the lists of what is to do are made from, read once."""
    actor, at, roles = g.actor, clock.now(), g.actor.roles
    until = day_of(at, g.site.zone) + labels.HORIZON
    told = supply.alerts(g.site.id, at) if roles & KEEPING else None
    benches = roles & {Role.PHARMACIST, Role.TECHNICIAN, Role.PRACTITIONER}
    return Day(
        actor, at, ZoneInfo(g.site.zone),
        waiting=tuple(queries.waiting(actor)) if benches else (),
        vials=tuple(queries.open_vials(g.site.id, at)) if benches else (),
        sealed=tuple(queries.sealed(g.site.id, until=until)) if Role.PHARMACIST in roles else (),
        readings=tuple(_readings(at)) if Role.PRACTITIONER in roles else (),
        follow_ups=tuple(_follow_ups(at)) if Role.PRACTITIONER in roles else (),
        holds=tuple(recalls.standing_holds()) if roles & WATCHING else (),
        came_in=tuple(recalls.came_in()) if Role.RECALL_OFFICER in roles else (),
        lookups=tuple(queries.recent_lookups(at)) if roles & {Role.RECALL_OFFICER, Role.AUDITOR} else (),
        discrepancies=stock.open_discrepancies(g.site.id) if roles & {Role.PHARMACIST, Role.AUDITOR} else 0,
        counts_due=tuple(stock.due_for_count(g.site.id, at)) if roles & KEEPING else (),
        transfers=tuple(stock.awaited(g.site.id)) if roles & KEEPING else (),
        short=tuple(told.short) if told else (),
        late=tuple(told.late) if told else (),
        warmth=tuple(stock.watched_places(g.site.id, at)) if Role.PHARMACIST in roles else (),
        emergencies=queries.emergencies_to_review() if actor.may(Permission.MANAGE_CLINIC) else 0,
        releases_alone=not g.site.release,
        unsigned=tuple(_unsigned(at)) if actor.may(Permission.COSIGN) else (),
    )  # fmt: skip


def _unsigned(at: datetime) -> Iterable[AfterLine]:
    """What was recorded afterwards that this person may sign for; one's own only where one works alone."""
    rows, me = administrations.unsigned_afterwards(g.actor), g.actor.person_id
    mine = [(r, p) for r, p in rows if g.site.solo or me not in r.own_people]
    return afterwards.after_lines(mine, afterwards.signed_within(g.site.id, at), ZoneInfo(g.site.zone), at)


def _readings(at: datetime) -> Iterable[Reading]:
    policy = patch_test_policy(accounts.policy(g.site.id, "patch_test", at))
    groups = test_labels.due_lines(tests.watched(by=g.actor, at=at), policy, ZoneInfo(g.site.zone), at)
    for line in (line for lines in groups.values() for line in lines if line.due.state == "due"):
        named = (line.test.id, line.test.code, line.patient.name, line.patient.code)
        yield Reading(*named, line.words, line.due.closes_at, line.state, line.spots)


def _follow_ups(at: datetime) -> Iterable[FollowUp]:
    today, zone = day_of(at, g.site.zone), ZoneInfo(g.site.zone)
    rows = [(r, p) for r, p in reactions.follow_ups_due(by=g.actor, at=at) if r.due_on and r.due_on <= today]
    for line, (row, patient) in zip(felt.lines([r for r, _ in rows], zone, at), rows, strict=True):
        yield FollowUp(
            row.id, row.code, patient.name, patient.code, line.told.kinds, line.due, line.due_state
        )
