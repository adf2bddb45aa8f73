"""The wash-outs of the catalogue: what binds of each kind before what, and all that is said of it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from formulary.catalogue.models import MedicineKind, WashoutStatement
from formulary.rules import facts
from formulary.rules.schedule import Stated, contradict, strictest
from formulary.rules.washouts import NO_TIME, SESSION, longest_words, time_words

BEFORE_WORDS = {
    SESSION: "a session",
    "prick": "a prick test",
    "intradermal": "an intradermal test, that of a label too",
    "patch": "a patch test",
}
EFFECTS = {"avoid": "left off", "hides": "hides a reaction", "ask": "the prescriber confirms"}


@dataclass(frozen=True)
class WashoutLine:
    """One kind before one thing: what binds, whether sources differ, and each with what it says."""

    kind: MedicineKind
    before: str
    before_words: str
    effect: str
    holds: str
    state: str
    words: str
    stated: list[tuple[str, WashoutStatement]]
    may_decide: bool


def washout_lines(kinds: Iterable[MedicineKind]) -> list[WashoutLine]:
    """Every kind before everything that a source names it for."""
    return [line for kind in kinds for line in _lines(kind)]


def _lines(kind: MedicineKind) -> Iterator[WashoutLine]:
    order = list(BEFORE_WORDS)
    rows = sorted(kind.statements, key=lambda row: (order.index(row.before), row.id))
    for before, same in groupby(rows, key=lambda row: row.before):
        yield _line(kind, before, list(same))


def _line(kind: MedicineKind, before: str, rows: list[WashoutStatement]) -> WashoutLine:
    stated = [Stated(r.least, r.most, r.unit, r.source, r.lifted) for r in rows]
    counting = [one for one in stated if not one.lifted]
    binding = strictest(counting)
    state, words = _state(rows, counting, binding, contradict(stated))
    holds = "does not matter" if not counting else longest_words(binding) if binding else NO_TIME
    told = [(time_words(_fact(row)), row) for row in rows]
    effect = EFFECTS[rows[0].effect] if counting else ""
    return WashoutLine(kind, before, BEFORE_WORDS[before], effect, holds, state, words, told, bool(counting))


def _state(
    rows: list[WashoutStatement], counting: list[Stated], binding: Stated | None, differ: bool
) -> tuple[str, str]:
    if any(row.author_id is not None and row.least is not None for row in rows):
        return "approved", "a time of our own too"
    if counting and binding is None:
        return "unknown", "the prescriber decides"
    return ("warn", "sources differ: the strictest") if differ else ("info", "as stated")


def _fact(row: WashoutStatement) -> facts.Washout:
    told = (row.before, row.effect, row.said, row.least, row.most, row.unit, row.source, row.lifted)
    return facts.Washout(*told)
