"""The wash-outs of the catalogue: what binds of each kind before what, and all that is said of it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from formulary.catalogue.models import MedicineKind, WashoutDecision
from formulary.catalogue.queries import washouts_of
from formulary.rules import facts
from formulary.rules.schedule import Stated, contradict, strictest
from formulary.rules.washouts import NO_TIME, SESSION, counted, longest_words, time_words

BEFORE_WORDS = {
    SESSION: "a session",
    "prick": "a prick test",
    "intradermal": "an intradermal test, that of a label too",
    "patch": "a patch test",
}
EFFECTS = {"avoid": "left off", "hides": "hides a reaction", "ask": "the prescriber confirms"}


@dataclass(frozen=True)
class WashoutLine:
    """One kind before one thing: what binds, whether sources differ, and each with what it says.

    `own` are the versions of a time of the clinic's own, the newest first; `waiting` is the one that waits
    for another person. Where all is a prescriber's to confirm no time is anybody's to decide.
    """

    kind: MedicineKind
    before: str
    before_words: str
    effect: str
    holds: str
    state: str
    words: str
    stated: list[tuple[str, str, str]]
    own: list[WashoutDecision]
    waiting: WashoutDecision | None
    may_decide: bool


def washout_lines(kinds: Iterable[MedicineKind]) -> list[WashoutLine]:
    """Every kind before everything that a source names it for."""
    return [line for kind in kinds for line in _lines(kind)]


def _lines(kind: MedicineKind) -> Iterator[WashoutLine]:
    order = list(BEFORE_WORDS)
    rows = sorted(washouts_of(kind), key=lambda row: order.index(row.before))
    for before, same in groupby(rows, key=lambda row: row.before):
        yield _line(kind, before, list(same))


def _line(kind: MedicineKind, before: str, rows: list[facts.Washout]) -> WashoutLine:
    counting = [_stated(row) for row in rows if not row.lifted]
    binding = strictest(counting)
    own = sorted((row for row in kind.decisions if row.before == before), key=lambda r: -r.version)
    waiting = next((row for row in own if row.status == "proposed"), None)
    state, words = _state(rows, binding)
    return WashoutLine(
        kind, before, BEFORE_WORDS[before],
        effect=EFFECTS[rows[0].effect] if counting else "",
        holds="does not matter" if not counting else longest_words(binding) if binding else NO_TIME,
        state="in_review" if waiting else state,
        words=f"{words}; a time of our own waits for approval" if waiting else words,
        stated=[(time_words(row), row.said, row.source) for row in rows],
        own=own,
        waiting=waiting,
        may_decide=any(row.is_about_time for row in kind.statements if row.before == before),
    )  # fmt: skip


def _stated(row: facts.Washout) -> Stated:
    return Stated(row.least, row.most, row.unit, row.source, row.lifted)


def _state(rows: list[facts.Washout], binding: Stated | None) -> tuple[str, str]:
    if any(row.decided_at is not None for row in rows):
        return "approved", "a time of our own too"
    if binding is None and not all(row.lifted for row in rows):
        return "unknown", "the prescriber decides"
    differ = contradict([_stated(row) for row in rows])
    return ("warn", "sources differ: the strictest") if differ else ("info", "as stated")


def own_words(row: WashoutDecision) -> str:
    """A version of a time of the clinic's own, in words."""
    return "no time of our own any more" if row.least is None else counted(row.least, row.unit)
