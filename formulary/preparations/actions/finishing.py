"""From the last draw to the label: finished, released, reworked, given back or wasted; each writes its
whole step.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime

from formulary.accounts import Actor, Permission
from formulary.accounts import actions as accounts_actions
from formulary.accounts import queries as accounts
from formulary.audit import record
from formulary.cocktails.actions import move
from formulary.cocktails.actions.reserving import release_reservations
from formulary.cocktails.models import Revision
from formulary.db import db, once
from formulary.preparations import facts, queries
from formulary.preparations.actions.claims import must_be_answered
from formulary.preparations.models import Attempt, Draw, Syringe
from formulary.rules import checklist
from formulary.rules.beyond_use import BeyondUse
from formulary.rules.findings import Refused, Stage, inputs_hash, refuse
from formulary.stock import actions as stock
from formulary.stock import queries as shelf
from formulary.stock.models import Lot, Movement, Place

INSPECTED = ("clear", "free of particles", "colour as expected", "container and label whole")


@once
def finish(attempt_id: int, *, waste_rest: Iterable[int] = (), at: datetime, by: Actor) -> Attempt:
    """Close the bench work: every step drawn, beyond-use date computed with the limit that decides.

    `waste_rest` are the single-dose vials whose remainder is discarded now. Refused while a step is open or
    the
    beyond-use date cannot be known.
    """
    attempt = _under_way(attempt_id, by)
    if open_step := queries.next_step(attempt):
        raise refuse(
            "attempt.step_open",
            attempt.cocktail.code,
            f"Step {open_step.position} is not drawn.",
            "Draw it, then finish.",
        )
    until = facts.beyond_use(attempt, facts.gather_attempt(attempt, at=at))
    if until.at is None or until.limited_by is None:
        raise Refused(*until.unknown)
    attempt.beyond_use_at, attempt.beyond_use_limit = until.at, until.limited_by.name[:200]
    attempt.beyond_use_terms = terms_of(until)
    attempt.prepared_at, attempt.state = at, "prepared"
    attempt.total = sum(draw.volume for draw in queries.draws(attempt.id) if draw.via != "diluent")
    move(attempt.cocktail, "prepared", at=at, by=by)
    release_reservations(attempt.cocktail, why="prepared", at=at)
    _waste_rests(attempt, set(waste_rest), at=at, by=by)
    accounts_actions.sign(by, meaning="prepared", subject=attempt, signed_hash=content_hash(attempt), at=at)
    record(
        "preparations.finish",
        attempt,
        by=by,
        at=at,
        new={"until": attempt.beyond_use_at.isoformat(), "total_nL": attempt.total},
    )
    return attempt


@once
def release(attempt_id: int, *, inspection: Mapping[str, bool], at: datetime, by: Actor) -> Attempt:
    """Release for giving: the checks run again on what was really drawn, and everything was looked at.

    Refused for the preparer (where the site asks for a second person), for what was not inspected, for a
    hold placed
    meanwhile, and for a finding nobody answered for.
    """
    by.must(Permission.RELEASE)
    attempt = queries.locked(attempt_id, by)
    alone = _may_release(attempt, by)
    if missing := [what for what in INSPECTED if not inspection.get(what)]:
        raise refuse(
            "release.not_inspected",
            attempt.cocktail.code,
            f"Not confirmed: {', '.join(missing)}.",
            "Look at it; what is not as it should be is not released.",
            field="inspection",
        )
    move(attempt.cocktail, "released", at=at, by=by, self_checked=alone)
    _check_again(attempt, at=at)
    attempt.releaser_id, attempt.released_at, attempt.self_released = by.person_id, at, alone
    attempt.state, attempt.inspection = "released", {what: True for what in INSPECTED}
    db.session.add_all(_containers(attempt))
    accounts_actions.sign(
        by, meaning="released", subject=attempt, signed_hash=content_hash(attempt), at=at, self_checked=alone
    )
    record("preparations.release", attempt, by=by, at=at, new={"self_checked": alone})
    return attempt


@once
def give_back(attempt_id: int, *, reason: str, at: datetime, by: Actor) -> Attempt:
    """Leave a claimed cocktail to others, before anything was drawn for it."""
    attempt = _under_way(attempt_id, by)
    if queries.draws(attempt.id):
        raise refuse(
            "attempt.drawn", attempt.cocktail.code, "Something was drawn for it.", "Waste it, or finish it."
        )
    attempt.state, attempt.ended_reason = "cancelled", reason
    move(attempt.cocktail, "verified", at=at, by=by, reason=reason)
    release_reservations(attempt.cocktail, why="given back", at=at)
    record("preparations.give_back", attempt, by=by, at=at, reason=reason)
    return attempt


@once
def waste(attempt_id: int, *, reason: str, again: bool = False, at: datetime, by: Actor) -> Attempt:
    """Discard what was mixed: every lot in it goes to waste. `again` leaves the cocktail verified for
    another attempt.
    """
    attempt = queries.locked(attempt_id, by)
    before = attempt.cocktail.state
    if again and before == "prepared":
        move(attempt.cocktail, "in_preparation", at=at, by=by, reason=reason)
    move(attempt.cocktail, "verified" if again else "wasted", at=at, by=by, reason=reason)
    attempt.state, attempt.ended_reason = "wasted", reason
    movements = waste_draws(attempt, queries.draws(attempt.id), "not_given", at=at, by=by)
    release_reservations(attempt.cocktail, why="wasted", at=at)
    record(
        "preparations.waste", attempt, by=by, at=at, old={"state": before}, reason=reason, movements=movements
    )
    return attempt


def waste_draws(
    attempt: Attempt, draws: Iterable[Draw], reason: str, *, at: datetime, by: Actor
) -> list[Movement]:
    """Move all that these draws brought from the preparation to waste; one row per draw."""
    source, target = db.session.get_one(Place, attempt.place_id), shelf.place(attempt.site_id, "waste")
    return [
        stock.post(
            lot=db.session.get_one(Lot, draw.lot_id),
            source=source,
            target=target,
            quantity=draw.quantity,
            reason=reason,
            document=("attempt", attempt.id),
            occurred_at=at,
            at=at,
            by=by,
        )
        for draw in draws
    ]


def terms_of(until: BeyondUse) -> list[dict[str, str]]:
    """Every term of a beyond-use date, as the page explains it later."""
    return [
        {"name": t.name, "at": t.at.isoformat(), "formula": t.formula, "source": t.source}
        for t in until.terms
    ] + [{"name": note, "at": "", "formula": "", "source": ""} for note in until.notes]


def content_hash(attempt: Attempt) -> str:
    """What a signature on an attempt is bound to: what was drawn, from which lots, until when it may be
    used.
    """
    draws = [[d.lot_id, d.vial_id, d.volume, d.quantity] for d in queries.draws(attempt.id)]
    return inputs_hash(attempt.revision_id, attempt.number, draws, str(attempt.beyond_use_at))


def _under_way(attempt_id: int, by: Actor) -> Attempt:
    by.must(Permission.PREPARE)
    attempt = queries.locked(attempt_id, by)
    if attempt.preparer_id != by.person_id:
        raise refuse(
            "attempt.other_preparer",
            attempt.cocktail.code,
            "Somebody else is preparing it.",
            "They can give it back.",
        )
    return attempt


def _may_release(attempt: Attempt, by: Actor) -> bool:
    """Whether the release is self-checked; refused for the preparer where the site asks for a second
    person.
    """
    if attempt.preparer_id != by.person_id:
        return False
    if accounts.site(attempt.site_id).release:
        raise refuse(
            "release.own_preparation",
            attempt.cocktail.code,
            "You prepared this cocktail, so another person releases it.",
            "A pharmacist or another practitioner of this site may.",
        )
    return True


def _check_again(attempt: Attempt, *, at: datetime) -> None:
    gathered = facts.gather_attempt(attempt, at=at)
    revision = db.session.get_one(Revision, attempt.revision_id)
    must_be_answered(checklist.run(gathered.cocktail, Stage.FINAL), revision)


def _containers(attempt: Attempt) -> list[Syringe]:
    """The final containers: one syringe that holds all, or as many of the largest as it takes, filled
    alike.
    """
    total = attempt.total or 0
    device, count = queries.final_device(total)
    even, rest = divmod(total, count)
    return [
        Syringe(
            attempt_id=attempt.id,
            number=k,
            of=count,
            code=f"{attempt.cocktail.code}/{attempt.number}.{k}",
            device_id=device.id if device else None,
            volume=even + (rest if k == count else 0),
            dead_space=device.dead_space if device else None,
        )
        for k in range(1, count + 1)
    ]


def _waste_rests(attempt: Attempt, vial_ids: set[int], *, at: datetime, by: Actor) -> None:
    for vial in queries.open_rests(attempt):
        if vial.id in vial_ids:
            stock.waste_vial(vial, reason="left_over", at=at, by=by)
