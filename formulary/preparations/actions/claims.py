"""Claiming a verified cocktail: the worksheet is planned, vials are reserved, and nobody else prepares it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from formulary.accounts import Actor, Permission
from formulary.accounts import queries as accounts
from formulary.audit import record
from formulary.cocktails import actions as cocktails
from formulary.cocktails import queries as cocktail_queries
from formulary.cocktails.labels.sources import allocate_line, allocate_lines, work_order
from formulary.cocktails.models import Cocktail, Revision
from formulary.db import db, once
from formulary.preparations import queries
from formulary.preparations.actions.acts import keep_rest
from formulary.preparations.actions.doses import allocate_dose, differ
from formulary.preparations.actions.planning import Part, follow, parts, planned_draw
from formulary.preparations.models import Attempt, PlannedDraw
from formulary.rules import checklist, facts, formulation
from formulary.rules.allocation import Allocation, Pick
from formulary.rules.facts import Pin
from formulary.rules.findings import Refused, Stage, refuse
from formulary.rules.formulation import Solved
from formulary.stock import queries as shelf
from formulary.stock.labels.taken import or_the_next_best


@dataclass(frozen=True)
class Planned:
    """One line with the vials chosen for it, and the draws that makes."""

    solved: Solved
    allocation: Allocation
    parts: list[Part]


@once
def claim(cocktail_id: int, *, at: datetime, by: Actor) -> Attempt:
    """Start preparing: checks stock, holds, expiry and patch test again, plans each draw and reserves its
    vial.

    Refused when something has come up that nobody answered for, or when another person was first.
    """
    by.must(Permission.PREPARE)
    cocktail = cocktail_queries.locked(cocktail_id, by)
    _nobody_was_first(cocktail, by)
    cocktails.move(cocktail, "in_preparation", at=at, by=by)
    checked = cocktails.check(cocktail, Stage.CLAIM, at=at, by=by)
    cocktails.must_be_answered(checked.report, checked.revision)
    told = checked.gathered.cocktail
    chosen = _chosen(told, at)
    picked = tuple(pick.stock for each in chosen for pick in each.allocation.picks)
    cocktails.must_be_answered(checklist.run(replace(told, picked=picked), Stage.CLAIM), checked.revision)
    _diluents_go_with(replace(told, picked=picked), checked.revision)
    _complete(chosen, told.policies.decimal_mark)
    attempt = _attempt(cocktail, checked.revision, at=at, by=by)
    db.session.add(attempt)
    db.session.flush()
    attempt.planned = list(_steps(chosen, told))
    db.session.flush()
    follow(attempt, told.policies)
    with or_the_next_best(each.allocation for each in chosen):
        keep_rest(attempt, at=at, by=by)
    new = {"cocktail": cocktail.code, "attempt": attempt.number, "steps": len(attempt.planned)}
    record("preparations.claim", attempt, by=by, at=at, new=new)
    return attempt


def _diluents_go_with(told: facts.Cocktail, revision: Revision) -> None:
    """What is in an open vial beside its powder goes together with the other lines."""
    cocktails.must_be_answered(checklist.ask(told, Stage.CLAIM, ["C4"]), revision)


def _nobody_was_first(cocktail: Cocktail, by: Actor) -> None:
    if cocktail.state != "in_preparation":
        return
    attempt = queries.latest(cocktail.id, by)
    name = accounts.person_names([attempt.preparer_id]).get(attempt.preparer_id, "Somebody")
    raise refuse(
        "cocktail.claimed",
        cocktail.code,
        f"{name} has {cocktail.code} in hand already. Nothing was reserved for you.",
        "Take another one, or follow this one from the bench.",
    )


def _chosen(told: facts.Cocktail, at: datetime) -> list[Planned]:
    """Lines with their vials, in the order of work; what the draws of one take is gone for the next.

    Where the one lot chosen was assayed, the volume is that of its own strength.
    """
    if assayed := _assayed(told, at):
        lines = (replace(x, strength=assayed.get(x.number, x.strength)) for x in told.lines)
        told = replace(told, lines=tuple(lines))
    chosen = list[Planned]()
    for solved in sorted(_solved(told), key=work_order):
        taken = [replace(p.pick, quantity=p.quantity) for each in chosen for p in each.parts]
        chosen.append(_planned(solved, told, taken, at))
    return chosen


def _solved(told: facts.Cocktail) -> list[Solved]:
    solution = formulation.solve_cocktail(told).or_refuse()
    return [solved for solved in solution.lines if solved.achieved_volume.steps > 0]


def _assayed(told: facts.Cocktail, at: datetime) -> dict[int, facts.Strength]:
    """The strengths, by line, of the assayed lots that solutions come from as they are planned."""
    if all(stock.strength is None for stock in told.stock):
        return {}
    lines = _solved(told)
    found = zip(lines, allocate_lines(told, lines, at=at).lines, strict=True)
    by_line = {solved.number: _assay(solved.line, each.picks) for solved, each in found}
    return {number: strength for number, strength in by_line.items() if strength is not None}


def _planned(solved: Solved, told: facts.Cocktail, taken: Sequence[Pick], at: datetime) -> Planned:
    """A line with its vials; one of another strength than it was planned with gives its own volume."""
    found, line = allocate_line(told, solved, at=at, taken=taken), solved.line
    strength = formulation.strength_of(line)
    dose = formulation.amount(solved.draw_volume, strength)
    if dose is not None and differ([pick.stock for pick in found.picks], line, strength):
        own = [s for s in told.stock if s.product_id == line.product.id]
        found = allocate_dose(dose, own, line, told, taken)
    return Planned(solved, found, parts(solved, found.picks, told))


def _assay(line: facts.Line, picks: Sequence[Pick]) -> facts.Strength | None:
    """The strength of the one assayed lot that a solution comes from, where its line is not pinned to it."""
    found = {pick.stock.strength for pick in picks}
    if line.product.is_powder or line.strength is not None or len(found) != 1:
        return None
    return found.pop()


def _complete(chosen: list[Planned], mark: str) -> None:
    """Every line has its vials, or none is drawn."""
    short = [replace(f, line=p.solved.number) for p in chosen if (f := p.allocation.shortage(mark))]
    if short:
        raise Refused(*short)


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


def _steps(chosen: list[Planned], told: facts.Cocktail) -> Iterator[PlannedDraw]:
    """The draws in the order of work: what is made up comes last."""
    position = 0
    for line in chosen:
        is_qs, product = line.solved.line.pin is Pin.QS, line.solved.line.product
        for part in line.parts:
            position += 1
            yield planned_draw(position, line.solved.number, product.id, part, told.policies, is_qs=is_qs)
