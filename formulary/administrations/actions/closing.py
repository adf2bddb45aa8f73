"""Closing a session: what was given reaches the patient in the ledger, the rest is wasted, lot by lot,
exactly.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from formulary.accounts import Actor
from formulary.accounts import queries as accounts
from formulary.accounts.facts import site_policies
from formulary.administrations import facts
from formulary.administrations.actions.exposing import expose
from formulary.administrations.actions.keeping import keep_appointment
from formulary.administrations.actions.recording import under_way
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
from formulary.stock.models import Movement

REST = {"given": "left_over", "partly_given": "left_over", "not_given": "not_given"}


@dataclass(frozen=True)
class Share:
    """What became of one draw, in its lot's steps: the four add up to what was drawn.

    `missing` is what nobody can account for, where a second person has answered for that.
    """

    draw: Draw
    given: int
    wasted: int
    dead: int = 0
    missing: int = 0


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
    reason that another person answers for.
    """
    session = under_way(administration_id, by)
    consistent(outcome, session.recorded, reason)
    policies = site_policies(accounts.site(session.site_id), at)
    session.dead_space = session.dead_space if session.recorded else 0
    told = facts.administered(session, leftover, session.dead_space, policies)
    signed = _answered(checklist.check_given(told), difference, by)
    _close(session, outcome, leftover.whole(), signed.reason if signed else reason)
    session.closed_at, session.closed_by_id = at, by.person_id
    attempt = preparations.locked(session.attempt_id, by)
    attempt.state, attempt.cocktail.outcome = "administered", outcome
    move(attempt.cocktail, "administered", at=at, by=by, reason=session.reason)
    missing = max(session.difference, 0) if signed else 0
    shares = _shares(session, preparations.draws(attempt.id), missing)
    movements = [row for share in shares for row in post_share(session, attempt, share, at=at, by=by)]
    db.session.add_all([given_lot(session, share) for share in shares])
    given = [(preparations.lot(share.draw.lot_id), share.given) for share in shares]
    expose(session, given, is_top_up=attempt.cocktail.is_top_up)
    kept = keep_appointment(session, at=at, by=by)
    new = _told(session, shares, signed) | ({} if kept is None else {"appointment": kept.id})
    record("administrations.close", session, by=by, at=at, new=new, reason=reason, movements=movements)
    return session


def _shares(session: Administration, draws: Sequence[Draw], missing: int) -> list[Share]:
    given = min(session.given, session.released)
    return split(draws, given, session.released, dead=session.dead_space, missing=missing)


def _told(session: Administration, shares: Sequence[Share], signed: Deviation | None) -> dict[str, object]:
    """What the trail keeps of a closing: whom it reached, out of which draws, and how much."""
    told: dict[str, object] = {"outcome": session.outcome, "patient": session.patient_id}
    told |= {"given_nL": session.given, "leftover_nL": session.leftover}
    told["draws"] = [share.draw.id for share in shares]
    if signed:
        told |= {"difference_nL": session.difference, "cosigner": signed.cosigner.person_id}
    return told


def _close(session: Administration, outcome: str, leftover: int, reason: str) -> None:
    session.outcome, session.state, session.reason = outcome, "closed", reason
    session.given, session.leftover = session.recorded, leftover
    session.difference = session.released - session.given - leftover - session.dead_space


def split(
    draws: Sequence[Draw], given: int, released: int, *, dead: int = 0, missing: int = 0
) -> list[Share]:
    """Each draw's shares by volume: given, dead space, missing, the rest; rounded to a step, exact in all.

    Volumes are nL of what was `released`; each boundary is rounded half to even, so that nothing is lost.
    """
    bounds = [given, given + dead, given + dead + missing]
    parts = [Fraction(min(bound, released), released) if released else Fraction(0) for bound in bounds]
    return [_share(draw, parts) for draw in draws]


def _share(draw: Draw, parts: Sequence[Fraction]) -> Share:
    one, two, three = (round_fraction(draw.quantity * part, Rounding.HALF_EVEN) for part in parts)
    return Share(draw, one, draw.quantity - three, two - one, three - two)


def post_share(
    session: Administration, attempt: Attempt, share: Share, *, at: datetime, by: Actor
) -> Iterator[Movement]:
    """The rows of one draw: to the patient, to waste, and what is missing to lost-or-found.

    All of it happened at the session, however late that is closed.
    """
    ways = (
        ("patient", "administered", share.given),
        ("waste", "dead_space", share.dead),
        ("waste", REST[session.outcome], share.wasted),
        ("lost_or_found", "lost", share.missing),
    )
    for kind, reason, steps in ways:
        if steps:
            yield stock.post(
                lot=preparations.lot(share.draw.lot_id),
                source=preparations.place(attempt.place_id),
                target=shelf.place(attempt.site_id, kind),
                quantity=steps,
                reason=reason,
                document=("attempt", attempt.id),
                occurred_at=session.started_at,
                at=at,
                by=by,
            )


def given_lot(session: Administration, share: Share) -> GivenLot:
    """What became of one draw, as a recall reads it."""
    draw = share.draw
    return GivenLot(
        administration_id=session.id,
        draw_id=draw.id,
        lot_id=draw.lot_id,
        patient_id=session.patient_id,
        cocktail_id=session.cocktail_id,
        grade=draw.grade,
        via=draw.via,
        given=share.given,
        wasted=draw.quantity - share.given,
        at=session.started_at,
    )


def consistent(outcome: str, given: int, reason: str) -> None:
    """Refuse an outcome that the volume given (nL) speaks against, and less than all without a reason."""
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
        remedy = "Correct the outcome, or the sites."
        raise refuse("administration.outcome_differs", "outcome", words, remedy, field="outcome")
    if outcome != "given" and not reason.strip():
        words, remedy = "It was not given whole, and nobody said why.", "Say why in a few words."
        raise refuse("administration.reason_missing", "reason", words, remedy, field="reason")


def _answered(found: tuple[Finding, ...], difference: Deviation | None, by: Actor) -> Deviation | None:
    """The deviation where one is needed and signed; Refused with the difference otherwise."""
    stops = [f for f in found if (f.level or Level.INFO) >= Level.STOP]
    if stops and not (difference is not None and difference.is_signed(by)):
        raise Refused(*stops)
    return difference if stops else None
