"""What every act at the bench begins and ends with: the step in hand, findings answered, stock kept."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from formulary.accounts import Actor, Permission
from formulary.accounts import queries as accounts
from formulary.accounts.facts import site_policies
from formulary.cocktails.facts import reservation_ref
from formulary.db import db
from formulary.preparations import queries
from formulary.preparations.models import Attempt, PlannedDraw
from formulary.rules.allocation import containers_for, is_shared
from formulary.rules.facts import Container
from formulary.rules.findings import Finding, Level, joined, refuse
from formulary.stock import actions as stock
from formulary.stock import queries as shelf

BY_DEVIATION = frozenset(
    {"dose.off_plan", "dose.tolerance_undecided", "volume.off_target", "volume.tolerance_undecided"}
)
"""What the final check finds where a draw was kept outside the tolerance, which was co-signed then."""


@dataclass(frozen=True)
class Shown:
    """What a scanner delivered, or what was typed twice where no code could be read."""

    raw: str
    gtin: str | None = None
    lot: str | None = None
    expires_on: date | None = None
    serial: str | None = None
    vial: str | None = None
    typed_again: tuple[str, date] | None = None
    second_person: Actor | None = None

    @property
    def is_manual(self) -> bool:
        """Whether it was typed, twice."""
        return self.typed_again is not None


@dataclass(frozen=True)
class Deviation:
    """Why a measured volume outside the tolerance is kept, and who else answers for it."""

    reason: str
    cosigner: Actor

    def is_signed(self, by: Actor) -> bool:
        """Whether there is a reason, and another person with the right to co-sign stands behind it.

        Who works alone stands behind it alone, SELF-CHECKED.
        """
        other = self.is_by_another(by) or accounts.site(by.site_id).solo
        return other and bool(self.reason.strip()) and self.cosigner.may(Permission.COSIGN)

    def is_by_another(self, by: Actor) -> bool:
        """Whether it is another person, whatever account they use."""
        return self.cosigner.person_id != by.person_id


def step_in_hand(attempt_id: int, position: int, by: Actor) -> tuple[Attempt, PlannedDraw]:
    """An attempt under way with one of its open steps, for its preparer."""
    attempt = under_way(attempt_id, by)
    step = queries.planned(attempt, position)
    if step.state != "planned":
        raise refuse(
            "step.done",
            f"step {position}",
            "This step is done already, on this page or on another one.",
            "Go on with the step that is shown now.",
        )
    return attempt, step


def under_way(attempt_id: int, by: Actor) -> Attempt:
    """An attempt that is being prepared, locked, for its preparer."""
    by.must(Permission.PREPARE)
    attempt = queries.locked(attempt_id, by)
    if attempt.state != "in_preparation":
        raise refuse(
            "attempt.not_under_way",
            attempt.cocktail.code,
            f"{attempt.cocktail.code} is not being prepared any more: it is {words(attempt.state)}.",
            "Load the page again to see what it waits for.",
        )
    if attempt.preparer_id != by.person_id:
        name = accounts.person_names([attempt.preparer_id])[attempt.preparer_id]
        raise refuse(
            "attempt.other_preparer",
            attempt.cocktail.code,
            f"{name} is preparing {attempt.cocktail.code}.",
            f"{name} can give it back as long as nothing is drawn, and then anybody can start.",
        )
    return attempt


def words(state: str) -> str:
    """A state as people say it."""
    return state.replace("_", " ")


def keep_rest(attempt: Attempt, *, at: datetime, by: Actor) -> None:
    """Keep what the remaining steps need, and nothing more: whole containers where nobody shares a rest."""
    by_source: dict[tuple[int, int, int | None], list[int]] = {}
    for step in queries.steps(attempt):
        if step.state == "planned" and step.lot_id and step.place_id:
            by_source.setdefault((step.lot_id, step.place_id, step.vial_id), []).append(step.quantity)
    db.session.flush()
    whole = _whole_containers(attempt, by_source, at)
    picks = [
        stock.Pick(lot_id, sum(quantities), place_id, vial_id, whole.get((lot_id, place_id, vial_id), 0))
        for (lot_id, place_id, vial_id), quantities in by_source.items()
    ]
    stock.reserve(reservation_ref(attempt.cocktail), picks, at=at, by=by)


def _whole_containers(
    attempt: Attempt, by_source: Mapping[tuple[int, int, int | None], list[int]], at: datetime
) -> dict[tuple[int, int, int | None], int]:
    """What the containers hold that are still to be opened, of those that serve one patient."""
    lots = shelf.lots_by_id({key[0] for key in by_source if key[2] is None})
    if not lots:
        return {}
    sealed = {key: lots[key[0]].product for key in by_source if key[2] is None}
    policies = site_policies(accounts.site(attempt.site_id), at)
    return {
        key: product.content * containers_for(by_source[key], product.content)
        for key, product in sealed.items()
        if product.content and not is_shared(Container(product.container), policies)
    }


def answered_by_deviation(attempt: Attempt, findings: Iterable[Finding]) -> frozenset[str]:
    """The keys of those findings that a co-signed deviation of a draw has answered for already."""
    kept = {draw.line_number for draw in queries.draws(attempt.id) if draw.deviation_reason}
    answered = (f for f in findings if f.code in BY_DEVIATION and kept and (f.line is None or f.line in kept))
    return frozenset(f.key for f in answered)


def formula_findings(attempt: Attempt) -> tuple[Finding, ...]:
    """What stops the next opening and the next draw of an attempt by its formula: a hold on the version."""
    holds = shelf.holds_on_formula(queries.revision(attempt).formula_version_id)
    if not holds:
        return ()
    why = f"The formula it follows is held: {joined(holds)}."
    remedy = "Draw nothing further by it; whoever placed the hold releases it."
    return (Finding("formula.held", "formula", why, remedy, level=Level.BLOCK),)
