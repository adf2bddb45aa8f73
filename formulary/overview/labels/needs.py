"""What needs doing, role by role, in the order in which it stops being possible."""

from datetime import UTC, datetime

from formulary.accounts import Role
from formulary.overview.labels import benches, stores, supply
from formulary.overview.labels.day import Day
from formulary.overview.labels.need import Duty, Need

DUTIES: dict[Role, tuple[Duty, ...]] = {
    Role.PHARMACIST: (
        benches.verify,
        benches.release,
        benches.release_own,
        benches.sign_emergencies,
        benches.go_on,
        stores.open_vials,
        stores.expiring,
        stores.receive_transfers,
        stores.quarantine,
        stores.order,
        supply.chase,
        stores.explain_discrepancies,
        stores.count_places,
        stores.watch_temperatures,
    ),
    Role.TECHNICIAN: (
        benches.prepare,
        benches.go_on,
        stores.open_vials,
        stores.receive_transfers,
        stores.order,
        supply.chase,
        stores.count_places,
    ),
    Role.PRACTITIONER: (
        benches.finish_drafts,
        benches.read_tests,
        benches.follow_up,
        benches.go_on,
        benches.release_own,
        benches.give,
        benches.close_sessions,
        benches.sign_emergencies,
    ),
    Role.RECALL_OFFICER: (stores.answer_recalls, stores.follow_holds),
    Role.ADMINISTRATOR: (stores.review_emergencies,),
    Role.AUDITOR: (stores.look_at_holds, stores.look_at_discrepancies),
}
NEVER = datetime(9999, 1, 1, tzinfo=UTC)


def needs(day: Day) -> list[Need]:
    """What the roles of whoever asks have to do; what has no hour stands last."""
    duties = dict.fromkeys(duty for role in Role if role in day.actor.roles for duty in DUTIES[role])
    return sorted((need for duty in duties for need in duty(day)), key=lambda need: need.until or NEVER)
