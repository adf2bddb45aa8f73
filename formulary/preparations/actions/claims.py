"""Claiming a verified cocktail: the worksheet is planned, vials are reserved, and nobody else prepares it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from fractions import Fraction

from formulary.accounts import Actor, Permission
from formulary.audit import record
from formulary.catalogue import queries as catalogue
from formulary.cocktails import actions as cocktails
from formulary.cocktails import queries as cocktail_queries
from formulary.cocktails.actions.reserving import allocate_line, keep
from formulary.cocktails.models import Cocktail, Revision
from formulary.db import db, once
from formulary.preparations import queries
from formulary.preparations.models import Attempt, PlannedDraw
from formulary.rules import allocation, checklist, formulation
from formulary.rules.facts import SitePolicies
from formulary.rules.findings import Level, Refused, Report, Stage
from formulary.rules.formulation.solution import Solved
from formulary.rules.units import Quantity
from formulary.stock import queries as shelf

EXACT = Fraction(0)


@dataclass(frozen=True)
class Planned:
    """One line with the vials chosen for it."""

    solved: Solved
    allocation: allocation.Allocation


@once
def claim(cocktail_id: int, *, at: datetime, by: Actor) -> Attempt:
    """Start preparing: checks stock, holds, expiry and patch test again, plans each draw and reserves its
    vial.

    Refused when something has come up that nobody answered for, or when another person was first.
    """
    by.must(Permission.PREPARE)
    cocktail = cocktail_queries.locked(cocktail_id, by)
    cocktails.move(cocktail, "in_preparation", at=at, by=by)
    checked = cocktails.check(cocktail, Stage.CLAIM, at=at)
    facts = checked.gathered.cocktail
    plan = [
        Planned(s, allocate_line(facts, s, at=at))
        for s in formulation.solve_cocktail(facts).or_refuse().lines
    ]
    picked = replace(facts, picked=tuple(pick.stock for step in plan for pick in step.allocation.picks))
    must_be_answered(checklist.run(picked, Stage.CLAIM), checked.revision)
    attempt = _attempt(cocktail, checked.revision, at=at, by=by)
    db.session.add(attempt)
    db.session.flush()
    attempt.planned = list(_steps(plan, facts.policies))
    db.session.flush()
    keep(cocktail, [step.allocation for step in plan], at=at, by=by)
    record(
        "preparations.claim",
        attempt,
        by=by,
        at=at,
        new={"cocktail": cocktail.code, "attempt": attempt.number},
    )
    return attempt


def must_be_answered(report: Report, revision: Revision) -> None:
    """Refuse on a STOP or BLOCK that was not answered for when the cocktail was signed."""
    answered = cocktail_queries.overrides(revision.id, revision.inputs_hash)
    blocking = [f for f in report.at_least(Level.STOP) if f.level is Level.BLOCK or f.key not in answered]
    if blocking:
        raise Refused(*blocking)


def _attempt(cocktail: Cocktail, revision: Revision, *, at: datetime, by: Actor) -> Attempt:
    return Attempt(
        cocktail_id=cocktail.id,
        revision_id=revision.id,
        patient_id=cocktail.patient_id,
        site_id=cocktail.site_id,
        place_id=shelf.place(cocktail.site_id, "preparation").id,
        number=queries.numbers(cocktail.id) + 1,
        prescriber_id=revision.prescriber_id,
        verifier_id=revision.verifier_id,
        self_verified=revision.self_checked,
        preparer_id=by.person_id,
        claimed_at=at,
    )


def _steps(plan: list[Planned], policies: SitePolicies) -> Iterator[PlannedDraw]:
    devices = {device.name: device.id for device in catalogue.devices()}
    position = 0
    for step in sorted(plan, key=lambda p: (p.solved.to_mark, p.solved.number)):
        for pick in step.allocation.picks:
            position += 1
            yield _step(position, step.solved, pick, policies, devices)


def _step(
    position: int, solved: Solved, pick: allocation.Pick, policies: SitePolicies, devices: dict[str, int]
) -> PlannedDraw:
    share = Fraction(pick.quantity.steps, 1) / solved_amount(solved).steps
    volume = (solved.achieved_volume * share).whole()
    spread = int(volume * (policies.volume_tolerance or EXACT))
    return PlannedDraw(
        position=position,
        line_number=solved.number,
        product_id=solved.line.product.id,
        lot_id=pick.stock.lot_id,
        vial_id=pick.stock.vial_id,
        place_id=pick.stock.place_id,
        volume=volume,
        quantity=pick.quantity.whole(),
        allowed_low=volume - spread,
        allowed_high=volume + spread,
        device_id=devices.get(solved.syringe.name) if solved.syringe else None,
        is_qs=solved.to_mark,
        why=pick.why[:200],
    )


def solved_amount(solved: Solved) -> Quantity:
    """What a line takes from the ledger in all: volume, or the mass of a powder."""
    strength = formulation.strength_of(solved.line)
    return formulation.ledger_amount(
        solved.achieved_volume, strength, is_powder=solved.line.product.is_powder
    )
