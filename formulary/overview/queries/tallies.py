"""The figures in the navigation: what waits in each room for whoever asks; two queries on every page, and as
few more at any number of open vials while one of them may have lapsed.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import Date, Integer, ScalarSelect, bindparam, func
from sqlalchemy.orm import aliased

from formulary.accounts import Actor, Permission, Role
from formulary.accounts import queries as accounts
from formulary.accounts.permissions import ALLOWED
from formulary.administrations.queries import reactions
from formulary.cocktails.models import Cocktail, Revision
from formulary.db import UtcDateTime, db
from formulary.overview.queries.lapsed import MAY_HAVE_LAPSED, lapsed
from formulary.patch_tests.models import PatchTest, PatchTestItem, PatchTestReading
from formulary.preparations.models import Attempt
from formulary.rules import facts
from formulary.rules.patch_test import FIRST, SECOND, guideline, outcome
from formulary.stock.models import Balance, Hold, Place

TO_READ = (FIRST, SECOND)
"""The readings without which a test does not conclude."""
SITE, PERSON = bindparam("site_id", type_=Integer), bindparam("person_id", type_=Integer)
Later = aliased(PatchTestReading)
OPEN_TESTS = (
    db.select(
        PatchTest.id.label("test_id"), PatchTestItem.id.label("item_id"), PatchTest.guideline,
        PatchTest.applied_at, PatchTestReading.grade, PatchTestReading.read_at,
    )
    .join(PatchTestItem, db.and_(PatchTestItem.test_id == PatchTest.id, PatchTestItem.role == "test"))
    .outerjoin(
        PatchTestReading,
        db.and_(
            PatchTestReading.item_id == PatchTestItem.id,
            ~db.select(Later.id).where(Later.corrects_id == PatchTestReading.id).exists(),
        ),
    )
    .where(
        PatchTest.site_id == SITE,
        PatchTest.state == "applied",
        PatchTest.applied_at >= bindparam("since", type_=UtcDateTime),
    )
)  # fmt: skip
"""The spots of the tests of a site that may still be read, each with its readings that no other corrects."""
TODAY = bindparam("today", type_=Date)
OPEN_TOO_LONG = "open too long"
"""No room's: the vials that the rules are asked about."""


def tallies(actor: Actor, at: datetime, today: date | None = None) -> dict[str, int]:
    """What waits, by the endpoint of the room's first page; rooms closed to the actor are left out.

    Whoever knows the day that the site's calendar shows hands `today` on; else it is asked for.
    """
    endpoints, asked = _asked(actor.roles)
    told = {"site_id": actor.site_id, "person_id": actor.person_id, "at": at}
    day = today or accounts.day_at(actor.site_id, at)
    row = db.session.execute(asked, told | {"today": day}).one() if endpoints else ()
    found = {endpoint: int(count or 0) for endpoint, count in zip(endpoints, row, strict=True)}
    if found.pop(OPEN_TOO_LONG, 0):
        found["stock.index"] += lapsed(actor.site_id, at, day)
    if actor.may(Permission.TEST_PATIENTS):
        found["patch_tests.index"] = readings_due(actor.site_id, at)
    return found


def readings_due(site_id: int, at: datetime) -> int:
    """How many tests have a reading open now without which they do not conclude, as the rules tell it.

    A reading that was corrected does not count. A positive test is concluded, but for an early wheal that
    must be looked at again.
    """
    longest = max(window.closes for window in TO_READ)
    asked = {"site_id": site_id, "since": at - longest}
    spots: dict[tuple[int, int], list[Any]] = {}
    for row in db.session.execute(OPEN_TESTS, asked):
        spots.setdefault((row.test_id, row.item_id), []).append(row)
    return len({test_id for (test_id, _), rows in spots.items() if _is_due(rows, at)})


def _is_due(rows: Sequence[Any], at: datetime) -> bool:
    """Whether one spot is to be looked at now, by its readings that stand."""
    readings = tuple(facts.Reading(row.grade, row.read_at) for row in rows if row.grade is not None)
    word = rows[0].guideline
    told = {"kind": guideline(word).kind, "guideline": word, "readings": readings}
    spot = facts.PatchTest(rows[0].item_id, rows[0].item_id, None, rows[0].applied_at, **told)
    due = outcome(spot, at=at, policy=facts.PatchTestPolicy()).due
    return any(one.window.required and one.state == "due" for one in due)


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
        yield "stock.index", _in_quarantine()
        yield OPEN_TOO_LONG, _scalar(db.select(func.count()).select_from(MAY_HAVE_LAPSED.subquery()))
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


def _in_quarantine() -> ScalarSelect[int]:
    count = db.select(func.count(Balance.lot_id.distinct())).join(Place, Place.id == Balance.place_id)
    here = (Place.site_id == SITE, Place.kind == "quarantine", Balance.quantity > 0)
    return _scalar(count.where(*here, Balance.vial_id.is_(None)))


def _scalar(query: Any) -> ScalarSelect[int]:
    counted: ScalarSelect[int] = query.scalar_subquery()
    return counted
