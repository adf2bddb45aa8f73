"""D3: why more may have been given than is counted, or a session may have been that is not on record."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from formulary.rules.checklist.rule import Case
from formulary.rules.checklist.sessions import exposures, plain_session, sessions_of, under_way
from formulary.rules.checklist.substances import Substance
from formulary.rules.facts import Exposure, LimitPer
from formulary.rules.findings import joined
from formulary.rules.formulation import Ceiling


def doubts_about(
    case: Case, substance: Substance, counted: Sequence[Exposure], ceiling: Ceiling
) -> Iterator[str]:
    """Why more may have been given than is counted."""
    history, name, limit, most = case.cocktail.history, substance.name, ceiling.limit, ceiling.most
    if any(x.amount is None for x in counted):
        yield f"it got {name} once, and nobody noted how much"
    if any(
        x.amount is not None and most is not None and x.amount.dimension != most.dimension for x in counted
    ):
        yield f"it got {name} in units of another product, which do not add up with these"
    if any(x.basis != substance.basis for x in counted):
        yield f"it got {name} as another salt or base, which does not add up as it is"
    if history is not None and history.truncated:
        yield "more was given than was read"
    yield from _under_way(case, substance)
    if limit.per is not LimitPer.SESSION or _tops_up_elsewhere(case, substance):
        yield from _elsewhere(case)


def _tops_up_elsewhere(case: Case, substance: Substance) -> bool:
    """Whether it is called a top-up, and the session with it that it tops up is not on record here."""
    return case.cocktail.is_top_up and plain_session(case, {substance.ingredient.id}) is None


def _elsewhere(case: Case) -> Iterator[str]:
    """What other clinics gave is on no account of ours; only a plain no leaves it out."""
    said = None if case.cocktail.course is None else case.cocktail.course.elsewhere
    if said is None:
        yield "nobody knows whether other clinics gave any"
    elif said:
        yield "the patient was treated at another clinic"


def had_sessions(case: Case, substance: Substance) -> bool:
    """Whether an earlier session had it, as far as anybody knows; a patch test alone is no session."""
    return any(True for _ in sessions_of(exposures(case, {substance.ingredient.id})))


def doubts_of_sessions(case: Case, substance: Substance) -> Iterator[str]:
    """Why there may have been an earlier session with it that is not on record, or not yet."""
    history = case.cocktail.history
    if history is None:
        yield "nobody looked up what was given before"
    elif history.truncated:
        yield "more was given than was read"
    yield from _under_way(case, substance)
    yield from _elsewhere(case)


def _under_way(case: Case, substance: Substance) -> Iterator[str]:
    if codes := under_way(case, {substance.ingredient.id}):
        yield f"{joined(codes)} with {substance.name} is released or being given and not closed"
