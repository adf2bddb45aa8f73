"""The session: started, given in two areas, closed; what is left over is wasted lot by lot."""

from datetime import datetime
from random import Random
from typing import Any

from formulary.administrations.actions.closing import split
from formulary.administrations.models import Administration, GivenLot, InjectionSite
from formulary.bench.history.book import Purpose
from formulary.bench.history.exposing import expose
from formulary.bench.history.told import Told
from formulary.cocktails.models import Cocktail
from formulary.preparations.models import Attempt

POINT = 50_000
"""What one point is given, in nL."""
LEFT_OVER = (0, 0, 0, 2 * POINT, 4 * POINT)
AREAS = ("left cheek", "right cheek")


def start(told: Told) -> int:
    """The label is scanned, the patient identified; the session's key."""
    by, at = told.prescriber, told.tick()
    told.begun = at
    told.move("administering", by)
    told.book.change(Attempt, told.attempt, state="administering")
    key = told.book.add(
        Administration,
        attempt_id=told.attempt,
        cocktail_id=told.id,
        patient_id=told.person.id,
        site_id=by.site_id,
        state="started",
        started_at=at,
        started_by_id=by.person_id,
        identity={"label": told.label, "code": told.person.code},
        anything_new="asked: nothing new",
        released=told.person.recipe.target,
        outcome="",
        anaesthetic="",
        anaesthetic_what="",
        row_version=1,
    )
    new = {"cocktail": told.code, "label": told.label}
    told.book.note("administrations.start", Administration, key, by=by, at=at, new=new)
    return key


def close(told: Told, session: int, dice: Random) -> None:
    """Given, but for what is left over: each lot's share reaches the patient or waste."""
    by, at, released = told.prescriber, told.tick(), told.person.recipe.target
    given = (released - dice.choice(LEFT_OVER)) // POINT * POINT
    leftover = released - given
    _sites(told, session, given)
    told.move("administered", by)
    told.book.change(Cocktail, told.id, outcome="given")
    told.book.change(Attempt, told.attempt, state="administered")
    told.book.change(
        Administration,
        session,
        state="closed",
        outcome="given",
        given=given,
        leftover=leftover,
        closed_at=at,
        closed_by_id=by.person_id,
    )
    moved = _share_out(told, session, given, released)
    new: dict[str, Any] = {"outcome": "given", "patient": told.person.id, "given_nL": given}
    new |= {"leftover_nL": leftover, "draws": [drawn.id for drawn in told.draws]}
    told.book.note("administrations.close", Administration, session, by=by, at=at, new=new, movements=moved)
    told.vials.served({drawn.lot.id: drawn.lot for drawn in told.draws}.values(), at=at, by=by)


def _sites(told: Told, session: int, given: int) -> None:
    points = given // POINT
    for number, (area, part) in enumerate(zip(AREAS, (points // 2, points - points // 2), strict=True), 1):
        told.book.add(
            InjectionSite,
            administration_id=session,
            number=number,
            area=area,
            points=part,
            per_point=POINT,
            layer="dermis",
            depth_why="",
            angle="",
            device="syringe",
            technique="Point by point",
            map="",
            recorded_at=told.at,
            by_id=told.prescriber.person_id,
        )


def _share_out(told: Told, session: int, given: int, released: int) -> list[tuple[int, str]]:
    """The movements of closing: what was given of each draw, and what was wasted."""
    moved, document = [], ("attempt", told.attempt)
    reached = Purpose("preparation", "patient", "administered", document)
    wasted = Purpose("preparation", "waste", "left_over", document)
    for share in split(told.draws, given, released):  # type: ignore[arg-type]
        drawn: Any = share.draw
        for purpose, quantity in ((reached, share.given), (wasted, share.wasted)):
            if quantity:
                happened = {"by": told.prescriber, "at": told.at, "occurred_at": told.begun}
                moved.append(told.book.move(drawn.lot.id, None, purpose, quantity, **happened))
        told.book.add(
            GivenLot,
            administration_id=session,
            draw_id=drawn.id,
            lot_id=drawn.lot.id,
            patient_id=told.person.id,
            cocktail_id=told.id,
            grade="confirmed",
            via=drawn.via,
            given=share.given,
            wasted=share.wasted,
            at=told.begun,
        )
    _expose(told, session, given, released)
    return moved


def _expose(told: Told, session: int, given: int, released: int) -> None:
    """What reached the patient of each product: of one drawn twice, the sum."""
    taken: dict[int, int] = {}
    for share in split(told.draws, given, released):  # type: ignore[arg-type]
        drawn: Any = share.draw
        taken[drawn.lot.ware.id] = taken.get(drawn.lot.ware.id, 0) + share.given
    wares = {drawn.lot.ware.id: drawn.lot.ware for drawn in told.draws}
    for key, steps in taken.items():
        document = ("administration", session)
        expose(told.book, wares[key], steps, patient_id=told.person.id, document=document, at=_begun(told))


def _begun(told: Told) -> datetime:
    assert told.begun is not None  # noqa: S101 - a session that closes was begun
    return told.begun
