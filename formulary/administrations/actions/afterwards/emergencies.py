"""An emergency: given first, recorded after. Only the vial's identity is asked; it goes to review."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from formulary.accounts import Actor, Permission
from formulary.accounts.actions import next_code
from formulary.administrations.actions.afterwards.doubts import answered, looked_at_again
from formulary.administrations.actions.afterwards.reading import on_record
from formulary.administrations.actions.afterwards.sources import draw_from
from formulary.administrations.actions.afterwards.told import Past, Source
from formulary.administrations.actions.afterwards.writing import (
    Found,
    Gave,
    look,
    must_be_past,
    poured,
    told_of,
    write_session,
)
from formulary.administrations.models import EMERGENCY, AfterRecord
from formulary.audit import record
from formulary.cocktails.models import Cocktail, CocktailLine, Revision, Transition
from formulary.db import db, once
from formulary.patients import queries as patients
from formulary.preparations.models import Attempt
from formulary.rules.findings import Stage, refuse
from formulary.rules.units import show
from formulary.stock import queries as shelf

AT_ONCE = "emergency, recorded within the hour"


@dataclass(frozen=True)
class Emergency:
    """What was given for what: out of which vial, by which way, where, by whom, and what happened."""

    indication: str
    source: Source
    route: str
    area: str
    given_by_id: int
    words: str


@once
def record_emergency(
    patient_id: int,
    told: Emergency,
    *,
    done_at: datetime,
    reason: str = "",
    sure: str = "",
    at: datetime,
    by: Actor,
) -> AfterRecord:
    """Record what was given in an emergency: stock leaves, the patient's record and a recall know of it.

    Nothing that a session is asked stops it: no prescription, release, consent or test, no hold, expiry or
    limit. What the checks find is kept. Never left out: whose vial of which lot, who gave how much to whom,
    when. Refused for an instant to come, and without a reason for what was done long before. What is odd
    about time and volume is looked at again: `sure` says why it was so.
    """
    by.must(Permission.ADMINISTER)
    patient = patients.patient(patient_id, by=by, at=at)
    must_be_past(done_at, at, reason)
    _is_told(told)
    odd = looked_at_again([told.source], patient, done_at, site_id=by.site_id, sure=sure)
    past = Past(done_at, told.given_by_id, at, by, answered(reason.strip() or AT_ONCE, sure))
    told = replace(told, source=on_record(told.source, past))
    attempt = _chain(patient.id, told, past)
    drawn = draw_from(attempt, told.source, past)
    found = look(attempt, (Stage.FINAL, Stage.ADMINISTER), done_at, at) + odd
    gave = Gave("given", poured(attempt), told.given_by_id, told.words)
    identity = {"code": patient.code, "born_on": patient.born_on.isoformat(), "recorded": EMERGENCY}
    identity |= {"label": attempt.cocktail.code}
    session, given = write_session(attempt, gave, done_at=done_at, at=at, by=by, identity=identity)
    row = _record(attempt, session.id, told, found, past)
    new = told_of(row, attempt) | {"indication": told.indication}
    moved = [*drawn, *given]
    record(
        "administrations.record_emergency",
        session,
        by=by,
        at=at,
        new=new,
        reason=past.reason,
        movements=moved,
    )
    return row


def _is_told(told: Emergency) -> None:
    if not told.words.strip():
        reason, remedy = "Nobody said what happened.", "Say what was seen and what was done."
        raise refuse("emergency.no_words", "what happened", reason, remedy, field="words")


def _chain(patient_id: int, told: Emergency, past: Past) -> Attempt:
    """The rows on which a session rests; that nobody prescribed, verified or released it stays visible."""
    lot, by = shelf.lot(told.source.lot_id), past.by
    cocktail = Cocktail(
        code=next_code("C"),
        patient_id=patient_id,
        site_id=by.site_id,
        state="administered",
        recorded=EMERGENCY,
        is_direct=True,
        created_at=past.at,
        created_by_id=by.person_id,
    )
    db.session.add(cocktail)
    db.session.flush()
    db.session.add(_step(cocktail, told, past))
    revision = _revision(cocktail, told, lot.product_id, past)
    shown = {"target": show(told.source.volume), "route": told.route, "formula": ""}
    revision.snapshot = shown | {"lines": [_line(lot.product.name, told)], "emergency": told.indication}
    db.session.add(revision)
    db.session.flush()
    attempt = Attempt(
        cocktail_id=cocktail.id,
        revision_id=revision.id,
        patient_id=patient_id,
        site_id=by.site_id,
        place_id=shelf.place(by.site_id, "preparation").id,
        state="administered",
        prescriber_id=told.given_by_id,
        preparer_id=told.given_by_id,
        claimed_at=past.done_at,
        ended_reason=EMERGENCY,
    )
    db.session.add(attempt)
    db.session.flush()
    return attempt


def _step(cocktail: Cocktail, told: Emergency, past: Past) -> Transition:
    """The only way into its last state: no arrow of the state machine leads there from nothing."""
    return Transition(
        cocktail_id=cocktail.id,
        from_state=EMERGENCY,
        to_state="administered",
        revision_number=1,
        at=past.done_at,
        by_id=told.given_by_id,
        reason=past.reason,
    )


def _revision(cocktail: Cocktail, told: Emergency, product_id: int, past: Past) -> Revision:
    steps = told.source.volume.whole()
    revision = Revision(
        cocktail_id=cocktail.id,
        number=1,
        state="frozen",
        target=steps,
        route=told.route,
        area=told.area,
        saved_at=past.at,
        saved_by_id=past.by.person_id,
    )
    revision.lines = [CocktailLine(number=1, product_id=product_id, pin="volume", volume=steps, unit="mL")]
    return revision


def _line(product: str, told: Emergency) -> dict[str, Any]:
    """The line as a signed one is kept; no dose was prescribed."""
    volume = told.source.volume
    unknown = dict.fromkeys(("dose", "concentration", "dose_steps"), "")
    known = {"number": 1, "product": product, "pin": "volume", "volume": show(volume)}
    return known | unknown | {"volume_steps": str(volume.whole())}


def _record(attempt: Attempt, session_id: int, told: Emergency, found: Found, past: Past) -> AfterRecord:
    row = AfterRecord(
        kind=EMERGENCY,
        cocktail_id=attempt.cocktail_id,
        administration_id=session_id,
        patient_id=attempt.patient_id,
        site_id=attempt.site_id,
        done_at=past.done_at,
        given_by_id=told.given_by_id,
        prepared_by_id=told.given_by_id,
        recorded_at=past.at,
        recorded_by_id=past.by.person_id,
        indication=told.indication,
        reason=past.reason,
        then=list(found.then),
        now=list(found.now),
    )
    db.session.add(row)
    db.session.flush()
    return row
