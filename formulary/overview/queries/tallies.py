"""The figures in the navigation: what waits in each room for whoever asks; two queries on every page."""

from collections.abc import Iterator
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Date, Integer, ScalarSelect, bindparam, case, func

from formulary.accounts import Actor, Permission, Role
from formulary.accounts import queries as accounts
from formulary.accounts.permissions import ALLOWED
from formulary.administrations.queries import reactions
from formulary.cocktails.models import Cocktail, Revision
from formulary.db import UtcDateTime, db
from formulary.patch_tests.models import PatchTest, PatchTestItem, PatchTestReading
from formulary.preparations.models import Attempt
from formulary.rules.patch_test import FIRST, POSITIVE, SECOND, guideline
from formulary.stock.models import Balance, Hold, Place, Vial
from formulary.stock.queries import ON_ITS_WAY

TO_READ = (FIRST, SECOND)
"""The readings without which a test does not conclude."""
SITE, PERSON = bindparam("site_id", type_=Integer), bindparam("person_id", type_=Integer)
AT, TODAY = bindparam("at", type_=UtcDateTime), bindparam("today", type_=Date)


def tallies(actor: Actor, at: datetime) -> dict[str, int]:
    """What waits, by the endpoint of the room's first page; rooms closed to the actor are left out."""
    endpoints, asked = _asked(actor.roles)
    told = {"site_id": actor.site_id, "person_id": actor.person_id, "at": at}
    today = accounts.day_at(actor.site_id, at)
    row = db.session.execute(asked, told | {"today": today}).one() if endpoints else ()
    found = {endpoint: int(count or 0) for endpoint, count in zip(endpoints, row, strict=True)}
    if actor.may(Permission.TEST_PATIENTS):
        found["patch_tests.index"] = readings_due(actor.site_id, at)
    return found


def readings_due(site_id: int, at: datetime) -> int:
    """How many tests have a reading open that was not made, unless one was positive already."""
    latest = func.max(PatchTestReading.read_at)
    positive = func.max(case((PatchTestReading.grade.in_(POSITIVE), 1), else_=0))
    query = db.select(PatchTest.guideline, PatchTest.applied_at, latest, positive).join(
        PatchTestItem, db.and_(PatchTestItem.test_id == PatchTest.id, PatchTestItem.role == "test")
    )
    query = query.outerjoin(PatchTestReading, PatchTestReading.item_id == PatchTestItem.id)
    longest = max(window.closes for window in TO_READ)
    here = (PatchTest.site_id == site_id, PatchTest.state == "applied", PatchTest.applied_at >= at - longest)
    rows = db.session.execute(
        query.where(*here).group_by(PatchTest.id, PatchTest.guideline, PatchTest.applied_at)
    )
    return sum(_is_due(*told, at) for *told, found in rows if not found)


def _is_due(word: str, applied_at: datetime, read_at: datetime | None, at: datetime) -> bool:
    asked = (window for window in guideline(word).windows if window.required)
    open_now = [window for window in asked if window.holds(at - applied_at)]
    return any(read_at is None or read_at < applied_at + w.opens for w in open_now)


@cache
def _asked(roles: frozenset[Role]) -> tuple[tuple[str, ...], Any]:
    """The endpoints counted for these roles, and the one question: it takes longer to make than to answer."""
    counted = dict(_counted(roles))
    named = [count.label(endpoint.replace(".", "_")) for endpoint, count in counted.items()]
    return tuple(counted), db.select(*named)


def _counted(roles: frozenset[Role]) -> Iterator[tuple[str, Any]]:
    """One count per room that these roles may enter."""
    if roles & ALLOWED[Permission.COMPOSE]:
        yield "cocktails.index", _cocktails(roles)
    if roles & ALLOWED[Permission.PREPARE]:
        yield "preparations.index", _preparations(roles)
    if roles & ALLOWED[Permission.SEE_PATIENTS]:
        yield "reactions.index", _scalar(reactions.overdue(SITE, TODAY))
    if roles & ALLOWED[Permission.RECEIVE_STOCK]:
        yield "stock.index", _lapsed() + _in_quarantine()
    if roles & ALLOWED[Permission.RECALL_LOOKUP]:
        yield "recalls.index", _scalar(db.select(func.count(Hold.id)).where(Hold.released_at.is_(None)))


def _cocktails(roles: frozenset[Role]) -> Any:
    """What others signed and a pharmacist verifies; the drafts that a practitioner began."""
    counts = []
    if Role.PHARMACIST in roles:
        counts.append(_in_state("prescribed"))
    if Role.PRACTITIONER in roles:
        mine = db.select(func.count(Cocktail.id)).join(Revision, Revision.cocktail_id == Cocktail.id)
        current = (Revision.number == Cocktail.revision_number, Revision.saved_by_id == PERSON)
        here = (Cocktail.site_id == SITE, Cocktail.state == "draft")
        counts.append(_scalar(mine.where(*here, *current)))
    return sum(counts[1:], counts[0])


def _preparations(roles: frozenset[Role]) -> Any:
    """What waits for a technician's hands, a pharmacist's release, a practitioner's needle."""
    states = {
        Role.TECHNICIAN: ("verified",),
        Role.PHARMACIST: ("prepared",),
        Role.PRACTITIONER: ("released",),
    }
    waiting = [state for role, some in states.items() if role in roles for state in some]
    in_hand = db.select(func.count(Attempt.id)).where(
        Attempt.site_id == SITE,
        Attempt.state == "in_preparation",
        Attempt.preparer_id == PERSON,
    )
    return _in_state(*waiting) + _scalar(in_hand)


def _in_state(*states: str) -> ScalarSelect[int]:
    count = db.select(func.count(Cocktail.id))
    return _scalar(count.where(Cocktail.site_id == SITE, Cocktail.state.in_(states)))


def _lapsed() -> ScalarSelect[int]:
    here = (Vial.site_id == SITE, Vial.state == "open", Vial.beyond_use_at <= AT)
    return _scalar(db.select(func.count(Vial.id)).where(*here, ~ON_ITS_WAY))


def _in_quarantine() -> ScalarSelect[int]:
    count = db.select(func.count(Balance.lot_id.distinct())).join(Place, Place.id == Balance.place_id)
    here = (Place.site_id == SITE, Place.kind == "quarantine", Balance.quantity > 0)
    return _scalar(count.where(*here, Balance.vial_id.is_(None)))


def _scalar(query: Any) -> ScalarSelect[int]:
    counted: ScalarSelect[int] = query.scalar_subquery()
    return counted
