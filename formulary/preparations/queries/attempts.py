"""Attempts of the asker's site: what waits, each one's steps and draws, what was refused, what was made."""

from sqlalchemy import Integer, Select, bindparam
from sqlalchemy.orm import lazyload, selectinload

from formulary.accounts import Actor, Permission
from formulary.audit.models import AuditEntry
from formulary.catalogue.models import Device
from formulary.cocktails import queries as cocktails
from formulary.cocktails.models import Cocktail, CocktailLine, Revision
from formulary.db import FRESH, Missing, db, read_once
from formulary.preparations.models import Attempt, CloseCall, Draw, PlannedDraw, Syringe

SEEING = (Permission.PREPARE, Permission.RELEASE, Permission.ADMINISTER)
AT_BENCH = ("verified", "in_preparation", "prepared", "released")
WHOLE = (selectinload(Attempt.planned), selectinload(Attempt.draws))
MOST = 100


def visible(by: Actor) -> Select[tuple[Attempt]]:
    """The attempts of the asker's site, for those who prepare, release or give."""
    query = db.select(Attempt).where(Attempt.site_id == by.site_id)
    return query if any(by.may(p) for p in SEEING) else query.where(db.false())


def attempt(attempt_id: int, by: Actor) -> Attempt:
    """One attempt with its planned draws and draws; Missing for strangers."""
    return _one(visible(by).where(Attempt.id == attempt_id), f"No preparation {attempt_id}")


def latest(cocktail_id: int, by: Actor) -> Attempt:
    """The attempt under way, or the last one, of a cocktail."""
    query = visible(by).where(Attempt.cocktail_id == cocktail_id).order_by(Attempt.number.desc())
    return _one(query.limit(1), f"Cocktail {cocktail_id} was not prepared")


def locked(attempt_id: int, by: Actor) -> Attempt:
    """One attempt as it is once its cocktail is locked: the first lock of every act at the bench."""
    told = {"key": attempt_id, "site": by.site_id}
    of = db.session.scalar(COCKTAIL_OF, told) if any(by.may(p) for p in SEEING) else None
    if of is None:
        raise Missing(f"No preparation {attempt_id}")
    cocktails.locked(of, by)
    return db.session.scalars(AS_IT_IS, told).one()


OWN = db.select(Attempt).where(
    Attempt.id == bindparam("key", type_=Integer), Attempt.site_id == bindparam("site", type_=Integer)
)
COCKTAIL_OF = OWN.with_only_columns(Attempt.cocktail_id)
AS_IT_IS = OWN.options(lazyload(Attempt.cocktail), selectinload(Attempt.planned)).execution_options(**FRESH)
"""Made once: every act at the bench begins with them."""


def _one(query: Select[tuple[Attempt]], otherwise: str) -> Attempt:
    found = db.session.scalars(query.options(*WHOLE)).first()
    if found is None:
        raise Missing(otherwise)
    return found


def of_attempt(attempt_id: int) -> Attempt:
    """An attempt that somebody was already allowed to see, as another room names it."""
    return db.session.get_one(Attempt, attempt_id)


def at_bench(by: Actor) -> list[tuple[Cocktail, Attempt | None]]:
    """The cocktails that wait, are prepared, or are ready, each with its newest attempt: the newest first,
    MOST of them.
    """
    wanted_for = db.func.coalesce(Cocktail.planned_for, Cocktail.created_at)
    newest_first = _at_bench(by).order_by(wanted_for.desc(), Cocktail.id.desc())
    waiting = list(db.session.scalars(newest_first.limit(MOST)))
    newest = visible(by).where(Attempt.cocktail_id.in_([c.id for c in waiting])).order_by(Attempt.number)
    attempts = {row.cocktail_id: row for row in db.session.scalars(newest)}
    return [(cocktail, attempts.get(cocktail.id)) for cocktail in waiting]


def at_bench_in_all(by: Actor) -> int:
    """How many wait, are prepared, or are ready, shown or not."""
    return db.session.scalar(db.select(db.func.count()).select_from(_at_bench(by).subquery())) or 0


def _at_bench(by: Actor) -> Select[tuple[Cocktail]]:
    return db.select(Cocktail).where(Cocktail.site_id == by.site_id, Cocktail.state.in_(AT_BENCH))


def numbers(cocktail_id: int) -> int:
    """How many attempts a cocktail has had."""
    made = db.select(db.func.count()).select_from(Attempt).filter_by(cocktail_id=cocktail_id)
    return db.session.scalar(made) or 0


def revision(attempt: Attempt) -> Revision:
    """What is being prepared: the revision as it was signed."""
    return db.session.get_one(Revision, attempt.revision_id)


def signed(attempt: Attempt) -> Revision:
    """The same with its lines and without their products, for an act that asks the catalogue for those."""
    return db.session.scalars(SIGNED, {"key": attempt.revision_id}).one()


SIGNED = (
    db.select(Revision)
    .where(Revision.id == bindparam("key", type_=Integer))
    .options(lazyload(Revision.cocktail), lazyload(Revision.formula_version))
    .options(selectinload(Revision.lines).lazyload(CocktailLine.product))
)


def prepared_volume(attempt: Attempt) -> int | None:
    """What the lines are to come to, in nL: the volume prescribed with its overfill; None where none was."""
    signed = revision(attempt)
    return None if signed.target is None else signed.target + signed.overfill


def is_to_mark(step: PlannedDraw, whole: int | None) -> bool:
    """Whether a step is drawn up to the mark of the syringe that holds the whole preparation."""
    if not step.is_qs or step.device_id is None or whole is None:
        return False
    return db.session.get_one(Device, step.device_id).capacity >= whole


def steps(attempt: Attempt) -> list[PlannedDraw]:
    """The worksheet in the order of work: line by line, what is made up to the mark last."""
    kept = (step for step in attempt.planned if step.state != "dropped")
    return sorted(kept, key=lambda step: (step.is_qs, step.line_number, step.position))


def planned(attempt: Attempt, position: int) -> PlannedDraw:
    """One step of the worksheet; Missing when there is none of this number."""
    found = next((step for step in attempt.planned if step.position == position), None)
    if found is None:
        raise Missing(f"No step {position}")
    return found


def next_step(attempt: Attempt) -> PlannedDraw | None:
    """The first step that is not drawn yet, or None when all are."""
    return next((step for step in steps(attempt) if step.state == "planned"), None)


def draws(attempt_id: int) -> list[Draw]:
    """What was drawn for an attempt and not undone, in order."""
    told = {"attempt": attempt_id}
    return list(read_once(Draw, attempt_id, lambda: db.session.scalars(DRAWS, told).all()))


DRAWS = (
    db.select(Draw)
    .where(Draw.attempt_id == bindparam("attempt", type_=Integer), Draw.undone.is_(False))
    .order_by(Draw.id)
)


def mixers(attempt: Attempt) -> set[int]:
    """Who reconstituted a powder for an attempt, also before it was handed over."""
    query = db.select(AuditEntry.person_id).where(AuditEntry.action == "preparations.mix")
    query = query.where(AuditEntry.outcome == "done", AuditEntry.object_kind == "attempt")
    found = db.session.scalars(query.where(AuditEntry.object_id == attempt.id))
    return {person for person in found if person is not None}


def draw(draw_id: int, by: Actor) -> Draw:
    """One draw of an attempt that the asker may see."""
    mine = visible(by).with_only_columns(Attempt.id)
    found = db.session.scalars(db.select(Draw).where(Draw.id == draw_id, Draw.attempt_id.in_(mine))).first()
    if found is None:
        raise Missing(f"No draw {draw_id}")
    return found


def close_calls(attempt_id: int) -> list[CloseCall]:
    """The scans that were refused for an attempt, newest first."""
    query = db.select(CloseCall).filter_by(attempt_id=attempt_id).order_by(CloseCall.id.desc())
    return list(db.session.scalars(query))


def syringes(attempt_id: int) -> list[Syringe]:
    """The final containers of a released attempt."""
    query = db.select(Syringe).filter_by(attempt_id=attempt_id).order_by(Syringe.number)
    return list(db.session.scalars(query))


def printable(attempt: Attempt) -> list[Syringe]:
    """The same, to be labelled; Missing before release."""
    if found := syringes(attempt.id):
        return found
    raise Missing(f"{attempt.cocktail.code} is not released")


def syringe(code: str, by: Actor) -> Syringe:
    """The container whose label was scanned; Missing for strangers and unknown codes."""
    query = db.select(Syringe).join(Attempt, Syringe.attempt_id == Attempt.id)
    found = db.session.scalars(query.where(Syringe.code == code, Attempt.site_id == by.site_id)).first()
    if found is None:
        raise Missing(f"No label {code}")
    return found
