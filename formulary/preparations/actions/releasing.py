"""Release: another person looks at it, the checks run on what was drawn, each container gets a code."""

from collections.abc import Mapping
from datetime import datetime
from fractions import Fraction

from formulary.accounts import Actor, Permission
from formulary.accounts import actions as accounts_actions
from formulary.accounts import queries as accounts
from formulary.accounts.facts import site_policies
from formulary.audit import record
from formulary.cocktails.actions import is_apart, move, must_be_answered, not_too_soon
from formulary.cocktails.labels import way
from formulary.db import db, once
from formulary.preparations import facts, queries
from formulary.preparations.actions.acts import answered_by_deviation
from formulary.preparations.actions.finishing import content_hash, content_words
from formulary.preparations.actions.pictures import photos_opened
from formulary.preparations.models import Attempt, Syringe
from formulary.rules import checklist
from formulary.rules.findings import Level, Stage, joined, refuse
from formulary.rules.units import Quantity

INSPECTED = ("clear", "free of particles", "colour as expected", "container and label whole")


@once
def release(
    attempt_id: int,
    *,
    inspection: Mapping[str, bool],
    total: Quantity | None = None,
    screen_of: int | None = None,
    at: datetime,
    by: Actor,
) -> Attempt:
    """Release for giving: the checks run again on what was really drawn, and everything was looked at.

    Refused for the preparer (where the site asks for a second person; who works alone reads the `total` off
    the syringe anew, after a delay), for what was not inspected, for a photo of a draw that neither they
    nor the person whose screen they sign on (`screen_of`) has opened, for a hold placed meanwhile, and for
    a finding nobody answered for.
    """
    by.must(Permission.RELEASE)
    attempt = queries.locked(attempt_id, by)
    alone = _may_release(attempt, by)
    reads_anew = alone and accounts.site(attempt.site_id).solo
    if reads_anew:
        _seen_anew(attempt, total, at)
    _inspected(attempt, inspection)
    pictures = photos_opened(attempt, {by.person_id, screen_of or by.person_id}, withheld=reads_anew)
    move(attempt.cocktail, "released", at=at, by=by, self_checked=alone)
    _check_again(attempt, at)
    attempt.releaser_id, attempt.released_at, attempt.self_released = by.person_id, at, alone
    attempt.state, attempt.inspection = "released", {what: True for what in INSPECTED}
    db.session.add_all(_containers(attempt))
    signed = {"subject": attempt, "signed_hash": content_hash(attempt), "self_checked": alone}
    signed["shown"] = content_words(attempt) | {"inspected": list(INSPECTED)} | pictures
    accounts_actions.sign(by, meaning="released", at=at, **signed)
    record("preparations.release", attempt, by=by, at=at, new={"self_checked": alone} | pictures)
    return attempt


def _may_release(attempt: Attempt, by: Actor) -> bool:
    """Whether the release is self-checked; refused for the preparer where the site asks for a second
    person.
    """
    arrow, site = way("prepared", "released"), accounts.site(attempt.site_id)
    drew = {attempt.preparer_id, *(draw.by_id for draw in queries.draws(attempt.id))}
    drew |= queries.mixers(attempt)
    if arrow is None or not all(is_apart(arrow, site, person, by) for person in drew):
        others = accounts.staff_who_may(Permission.RELEASE, attempt.site_id, by.person_id)
        raise refuse(
            "release.own_preparation",
            attempt.cocktail.code,
            "You prepared this cocktail, so another person releases it.",
            f"{joined(others)} may." if others else "Nobody else at this site may release yet.",
        )
    return by.person_id in drew


def _seen_anew(attempt: Attempt, total: Quantity | None, at: datetime) -> None:
    """Who prepared it alone looks again later, and reads off the syringe what is in it without being told."""
    site, code = accounts.site(attempt.site_id), attempt.cocktail.code
    not_too_soon(site, attempt.prepared_at, verb="release", code=code, at=at)
    made = attempt.total or 0
    tolerance = site_policies(site, at).volume_tolerance
    if total is None or abs(total.steps - made) > _readable(made, tolerance):
        differs, unread = "What was read off the syringe is not what was drawn.", "Nothing was read off yet."
        if tolerance is None:
            differs += " Which difference this site accepts is unknown, so half a mark of the syringe is."
        reason = unread if total is None else differs
        remedy = "Read the syringe again; if it stays so, waste it and prepare it anew."
        raise refuse("release.total_differs", code, reason, remedy, field="total")


def _readable(made: int, tolerance: Fraction | None) -> Fraction:
    """How far a reading may be from what was made, in nL: the site's tolerance, at least half a mark each."""
    device, count = queries.final_device(made)
    half_marks = Fraction(device.graduation * count, 2) if device else Fraction(0)
    return max(half_marks, made * (tolerance or Fraction(0)))


def _inspected(attempt: Attempt, inspection: Mapping[str, bool]) -> None:
    if missing := [what for what in INSPECTED if not inspection.get(what)]:
        raise refuse(
            "release.not_inspected",
            attempt.cocktail.code,
            f"Not confirmed: {joined(missing)}.",
            "Look at it; what is not as it should be is not released.",
            field="inspection",
        )


def _check_again(attempt: Attempt, at: datetime) -> None:
    report = checklist.run(facts.gather_attempt(attempt, at=at).cocktail, Stage.FINAL)
    deviations = answered_by_deviation(attempt, report.at_least(Level.STOP))
    must_be_answered(report, queries.revision(attempt), deviations)


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
