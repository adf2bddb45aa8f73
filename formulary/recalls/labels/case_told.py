"""The page of a case: what it covers and touches, what it stopped, whom it reached, and what comes next."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from formulary.accounts import Actor
from formulary.recalls import queries
from formulary.recalls.labels.case_words import BESIDES
from formulary.recalls.labels.tiles import Tile, tiles
from formulary.recalls.models import RecallCase, RecallEvent, RecallScope, RecallStopped
from formulary.recalls.queries import Apart, CaseHold, CaseLot, CaseSheet, Effect, FoundLot
from formulary.rules.units import Quantity
from formulary.web.paging import Page

NEXT = {
    "draft": "open",
    "open": "contain",
    "contained": "notify",
    "notified": "reconcile",
    "reconciled": "close",
    "closed": "reopen",
}
VERBS = {
    "open": "Freeze the list",
    "contain": "Stop its lots",
    "add": "Add the differences to the list",
    "notify": "Patients are notified",
    "reconcile": "The balance is reconciled",
    "close": "Close the case",
    "reopen": "Reopen it",
    "release": "Release its holds",
    "file": "File the drill",
}


@dataclass(frozen=True)
class StoppedLine:
    """Something that containment met."""

    row: RecallStopped
    lot: FoundLot | None
    quantity: Quantity | None


@dataclass(frozen=True)
class CaseTold:
    """A case as its page shows it, to whoever asks: nobody's name stands here.

    `made` is the first page of the cocktails of what was done, `cocktails` counts them; `nowhere` is what its
    lines name and nothing of ours is called, `besides` are lots on hold that are not in it, and why.
    """

    lots: Sequence[CaseLot]
    lines: Sequence[RecallScope]
    tiles: Sequence[Tile]
    holds: Sequence[CaseHold]
    stopped: Sequence[StoppedLine]
    listed: RecallEvent | None
    difference: Apart
    effect: Effect
    sheets: Sequence[CaseSheet]
    events: Sequence[tuple[RecallEvent, str]]
    steps: tuple[str, ...]
    made: Page
    cocktails: int
    nowhere: tuple[str, ...]
    besides: Sequence[tuple[FoundLot, str]]
    named: Mapping[str, Mapping[int, str]]

    verbs = VERBS

    @property
    def of_draws(self) -> bool:
        """Whether a line means what was done, and no whole lot."""
        return any(queries.as_scope(line).is_of_draws for line in self.lines)

    @property
    def proposed(self) -> list[CaseLot]:
        """The lots that a person must decide on."""
        return [one for one in self.lots if one.row.decision == "proposed"]

    @property
    def is_reaching(self) -> bool:
        """Whether patients are to be notified next, and fewer are answered for than its level asks."""
        return self.steps[:1] == ("notify",) and not self.effect.is_enough

    @property
    def standing(self) -> list[CaseHold]:
        """The holds of the case that stand."""
        return [hold for hold in self.holds if hold.released_at is None]


def case_told(row: RecallCase, *, at: datetime, by: Actor) -> CaseTold:
    """Everything that the page of a case shows."""
    lots, lots_in = queries.case_lots(row.id), queries.lots_in(row.id)
    holds = queries.case_holds(row.id)
    frozen = queries.last_event(row.id, "add_differences") or queries.last_event(row.id, "open_case")
    differs = queries.apart(row.id, lots_in) if frozen else Apart()
    lines, meant = queries.scope_of(row.id), queries.draws_of_case(row.id)
    return CaseTold(
        lots,
        lines,
        tiles(queries.look_up_lots(lots_in, at=at, by=by)) if lots_in else [],
        holds,
        _stopped(row.id),
        frozen,
        differs,
        queries.effect(row, queries.reachable(row.id)),
        queries.sheet_of(row, lots_in),
        queries.events(row.id),
        tuple(_steps(row, lots_in, holds, differs)),
        queries.made(meant),
        queries.made_count(meant),
        tuple(name for line in lines for name in queries.found_nowhere(queries.as_scope(line))),
        _besides(row.id, lots, holds),
        queries.named_in(lines),
    )


def _besides(case_id: int, lots: Sequence[CaseLot], holds: Sequence[CaseHold]) -> list[tuple[FoundLot, str]]:
    """The lots that the case holds and that are not in it, and why."""
    known = {one.lot.id for one in lots if one.row.decision != "out"}
    stand = (hold.lot_id for hold in holds if hold.released_at is None and hold.kind == "lot")
    held = queries.lots_by_key(lot_id for lot_id in stand if lot_id not in known)
    return [(held[lot_id], BESIDES[queries.why_besides(case_id, lot_id)]) for lot_id in sorted(held)]


def _stopped(case_id: int) -> list[StoppedLine]:
    rows = queries.stopped(case_id)
    lots = queries.lots_by_key(row.lot_id for row in rows)
    return [StoppedLine(row, lots.get(row.lot_id or 0), _quantity(row, lots)) for row in rows]


def _quantity(row: RecallStopped, lots: dict[int, FoundLot]) -> Quantity | None:
    lot = lots.get(row.lot_id or 0)
    return None if row.quantity is None or lot is None else lot.quantity(row.quantity)


def _steps(row: RecallCase, lots: Sequence[int], holds: Sequence[CaseHold], differs: Apart) -> list[str]:
    """What may be done next, the plain way first."""
    if row.is_drill and row.state in ("contained", "closed"):
        return ["file"] if row.state == "contained" else []
    of_draws = queries.draws_of_case(row.id) is not None
    found = [NEXT[row.state]] if lots or of_draws or row.state != "draft" else ["close"]
    goes_on = row.state in ("contained", "notified", "reconciled")
    if goes_on and (queries.not_held(row, lots) or (not row.is_drill and queries.vials_not_held(row.id))):
        found.insert(0, "contain")
    if differs.new and row.state not in ("draft", "closed"):
        found.insert(0, "add")
    if any(hold.released_at is None for hold in holds):
        found.append("release")
    return found
