"""Closing a session: what was given reaches the patient in the ledger, the rest is wasted, lot by lot,
exactly.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from formulary.accounts import Actor
from formulary.accounts import queries as accounts
from formulary.accounts.facts import site_policies
from formulary.administrations import facts
from formulary.administrations.actions.giving import under_way
from formulary.administrations.models import Administration, GivenLot
from formulary.audit import record
from formulary.cocktails.actions import move
from formulary.db import db, once
from formulary.preparations import queries as preparations
from formulary.preparations.actions import Deviation
from formulary.preparations.models import Attempt, Draw
from formulary.rules import checklist
from formulary.rules.findings import Finding, Level, Refused, refuse
from formulary.rules.units import Quantity, Rounding, round_fraction
from formulary.stock import actions as stock
from formulary.stock import queries as shelf
from formulary.stock.models import Lot, Movement, Place

REST = {"given": "left_over", "partly_given": "left_over", "not_given": "not_given"}


@dataclass(frozen=True)
class Share:
    """What became of one draw: so much given, so much wasted, in its lot's steps."""

    draw: Draw
    given: int
    wasted: int


@once
def close(
    administration_id: int,
    *,
    outcome: str,
    leftover: Quantity,
    reason: str = "",
    difference: Deviation | None = None,
    at: datetime,
    by: Actor,
) -> Administration:
    """Close a session: given, partly given (why), or not given (why). It can always be closed.

    Where sites, leftover and dead space do not add up to what was released it says by how much, and wants a
    reason that
    another person answers for.
    """
    administration = under_way(administration_id, by)
    given = facts.given_volume(administration.sites)
    _consistent(outcome, given, reason)
    policies = site_policies(accounts.site(administration.site_id), at)
    released, dead_space = administration.released, administration.dead_space if given else 0
    found = checklist.check_given(
        facts.administered(released, administration.sites, leftover.whole(), dead_space, policies)
    )
    _answered(found, difference, by)
    administration.outcome, administration.state = outcome, "closed"
    administration.given, administration.leftover, administration.dead_space = (
        given,
        leftover.whole(),
        dead_space,
    )
    administration.difference = released - given - leftover.whole() - dead_space
    administration.closed_at, administration.closed_by_id = at, by.person_id
    administration.reason = difference.reason if difference else reason
    attempt = preparations.locked(administration.attempt_id, by)
    attempt.state = "administered"
    move(attempt.cocktail, "administered", at=at, by=by, reason=administration.reason)
    shares = split(preparations.draws(attempt.id), min(given, released), released)
    movements = _post(administration, attempt, shares, at=at, by=by)
    new = {"outcome": outcome, "given_nL": given, "leftover_nL": administration.leftover}
    record("administrations.close", administration, by=by, at=at, new=new, reason=reason, movements=movements)
    return administration


def split(draws: Sequence[Draw], given: int, released: int) -> list[Share]:
    """Each draw's share that reached the patient: its quantity times given over released, rounded to one
    step.
    """
    part = Fraction(given, released) if released else Fraction(0)
    reached = [round_fraction(draw.quantity * part, Rounding.HALF_EVEN) for draw in draws]
    return [Share(draw, steps, draw.quantity - steps) for draw, steps in zip(draws, reached, strict=True)]


def _post(
    administration: Administration, attempt: Attempt, shares: Sequence[Share], *, at: datetime, by: Actor
) -> list[Movement]:
    patient, waste = (shelf.place(attempt.site_id, kind) for kind in ("patient", "waste"))
    movements = []
    for share in shares:
        if share.given:
            movements.append(_move(attempt, share.draw, patient, share.given, "administered", at=at, by=by))
        if share.wasted:
            reason = REST[administration.outcome]
            movements.append(_move(attempt, share.draw, waste, share.wasted, reason, at=at, by=by))
        db.session.add(_given_lot(administration, share, at))
    return movements


def _move(
    attempt: Attempt, draw: Draw, target: Place, steps: int, reason: str, *, at: datetime, by: Actor
) -> Movement:
    return stock.post(
        lot=db.session.get_one(Lot, draw.lot_id),
        source=db.session.get_one(Place, attempt.place_id),
        target=target,
        quantity=steps,
        reason=reason,
        document=("attempt", attempt.id),
        occurred_at=at,
        at=at,
        by=by,
    )


def _given_lot(administration: Administration, share: Share, at: datetime) -> GivenLot:
    draw = share.draw
    return GivenLot(
        administration_id=administration.id,
        draw_id=draw.id,
        lot_id=draw.lot_id,
        patient_id=administration.patient_id,
        cocktail_id=administration.cocktail_id,
        grade=draw.grade,
        via=draw.via,
        given=share.given,
        wasted=share.wasted,
        at=at,
    )


def _consistent(outcome: str, given: int, reason: str) -> None:
    if outcome not in REST:
        raise refuse(
            "administration.outcome_missing",
            "outcome",
            "No outcome was chosen.",
            "Choose one.",
            field="outcome",
        )
    if (outcome == "not_given") == bool(given):
        words = (
            "Sites are recorded, and it says not given."
            if given
            else "It says given, and no site is recorded."
        )
        raise refuse(
            "administration.outcome_differs", "outcome", words, "Correct one of the two.", field="outcome"
        )
    if outcome != "given" and not reason.strip():
        raise refuse(
            "administration.reason_missing", "reason", "It was not given whole.", "Say why.", field="reason"
        )


def _answered(found: tuple[Finding, ...], difference: Deviation | None, by: Actor) -> None:
    stops = [f for f in found if (f.level or Level.INFO) >= Level.STOP]
    answered = difference is not None and difference.reason and difference.cosigner.person_id != by.person_id
    if stops and not answered:
        raise Refused(*stops)
