"""The doors to administrations: labels, sessions of the asker's site, and what a session gave."""

from sqlalchemy import Select
from sqlalchemy.orm import joinedload, selectinload

from formulary.accounts import Actor
from formulary.administrations.models import Administration, GivenLot, InjectionSite
from formulary.cocktails import queries as cocktails
from formulary.db import Missing, db
from formulary.preparations import queries as preparations
from formulary.preparations.models import Attempt, Draw, Syringe
from formulary.stock.models import Lot

READY = ("released", "administering")
MOST = 50
SITES = selectinload(Administration.sites).selectinload(InjectionSite.spots)
WHOLE = (SITES, selectinload(Administration.pauses))


def container(label: str, by: Actor) -> Syringe:
    """The container that a label names; a cocktail's own code will do where it filled one container only.

    Missing for strangers, unknown codes, and a cocktail that is not released.
    """
    if "/" in label:
        return preparations.syringe(label, by)
    attempt = preparations.latest(cocktails.by_code(label, by).id, by)
    filled = preparations.syringes(attempt.id)
    if len(filled) != 1:
        raise Missing(f"{label} names {len(filled)} containers")
    return filled[0]


def administration(administration_id: int, by: Actor) -> Administration:
    """One session of the asker's site with its injection sites; Missing for strangers."""
    query = db.select(Administration).where(
        Administration.id == administration_id, Administration.site_id == by.site_id
    )
    found = db.session.scalars(query.options(*WHOLE)).first()
    if found is None:
        raise Missing(f"No administration {administration_id}")
    return found


def locked(administration_id: int, by: Actor) -> Administration:
    """One session as it is once its cocktail is locked: the first lock of every act on it."""
    cocktails.locked(administration(administration_id, by).cocktail_id, by)
    query = db.select(Administration).where(Administration.id == administration_id)
    fresh = query.options(*WHOLE).execution_options(populate_existing=True)
    return db.session.scalars(fresh).one()


def of_attempt(attempt_id: int, by: Actor) -> Administration | None:
    """The session in which an attempt is or was given, if there is one."""
    query = db.select(Administration).where(
        Administration.attempt_id == attempt_id, Administration.site_id == by.site_id
    )
    return db.session.scalars(query.options(*WHOLE)).first()


def of_patient(patient_id: int, limit: int = MOST) -> list[Administration]:
    """A patient's sessions, newest first."""
    query = db.select(Administration).filter_by(patient_id=patient_id)
    return list(db.session.scalars(query.order_by(Administration.started_at.desc()).limit(limit)))


def dead_space(attempt_id: int) -> int:
    """What the containers of an attempt keep in needle and hub, in nL; unknown counts as nothing."""
    query = db.select(db.func.sum(Syringe.dead_space)).where(Syringe.attempt_id == attempt_id)
    return int(db.session.scalar(query) or 0)


def given_lots(administration_id: int) -> list[tuple[GivenLot, Lot, Draw]]:
    """What became of each lot in a closed session, in the order in which it was drawn."""
    query = db.select(GivenLot, Lot, Draw).join(Lot, Lot.id == GivenLot.lot_id)
    query = query.join(Draw, Draw.id == GivenLot.draw_id).options(joinedload(Lot.product))
    rows = db.session.execute(query.where(GivenLot.administration_id == administration_id).order_by(Draw.id))
    return [(given, lot, draw) for given, lot, draw in rows]


def ready_in_all(by: Actor) -> int:
    """How many are released or being given at the asker's site, shown or not."""
    return db.session.scalar(db.select(db.func.count()).select_from(_ready(by).subquery())) or 0


def _ready(by: Actor) -> Select[tuple[Attempt]]:
    return db.select(Attempt).where(Attempt.site_id == by.site_id, Attempt.state.in_(READY))


def ready(by: Actor) -> list[tuple[Attempt, Administration | None]]:
    """What is released at the asker's site and waits, or is being given: the newest first, MOST of them."""
    newest = _ready(by).order_by(Attempt.released_at.desc(), Attempt.id.desc())
    found = list(db.session.scalars(newest.limit(MOST)))
    begun = db.select(Administration).where(Administration.attempt_id.in_([a.id for a in found]))
    sessions = {row.attempt_id: row for row in db.session.scalars(begun)}
    return [(attempt, sessions.get(attempt.id)) for attempt in found]
